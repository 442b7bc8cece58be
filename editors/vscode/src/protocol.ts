// Places of the protocol as places of the editor.

import type * as vscode from "vscode";

/** A place in a document. */
export interface Position {
  line: number;
  character: number;
}

/** A stretch of a document. */
export interface Location {
  uri: string;
  range: { start: Position; end: Position };
}

type Editor = Pick<typeof vscode, "Position" | "Range" | "Location" | "Uri">;

export function position(editor: Editor, at: Position): vscode.Position {
  return new editor.Position(at.line, at.character);
}

export function locations(editor: Editor, found: readonly Location[]): vscode.Location[] {
  return found.map(
    ({ uri, range }) =>
      new editor.Location(
        editor.Uri.parse(uri),
        new editor.Range(position(editor, range.start), position(editor, range.end)),
      ),
  );
}
