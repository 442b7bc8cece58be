// A picture beside the text that follows the cursor.

import { randomBytes } from "node:crypto";

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

import { Follower } from "./follow";
import { inScheme, page, type Picture } from "./page";
import { position, type Position } from "./protocol";

/** A document and a place in it. */
interface Place {
  uri: string;
  at: Position;
}

const CLOCK = {
  wait(milliseconds: number, then: () => void): () => void {
    const timer = setTimeout(then, milliseconds);
    return () => clearTimeout(timer);
  },
};

export class GraphPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private picture: Picture | undefined;
  private readonly listeners: vscode.Disposable[] = [];
  private readonly follower = new Follower<Place, Picture | null>(
    (place) => this.ask(place),
    (picture) => this.draw(picture),
    CLOCK,
  );

  constructor(private readonly client: () => LanguageClient | undefined) {
    this.listeners.push(
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.follow(textEditor)),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.follow(editor)),
      vscode.window.onDidChangeActiveColorTheme(() => this.send()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        const editor = vscode.window.activeTextEditor;
        if (editor?.document === document) this.follow(editor);
      }),
    );
  }

  /** Opens the panel, with the item at a place: a given one, or that of the cursor. */
  show(uri?: string, at?: Position): void {
    const editor = vscode.window.activeTextEditor;
    if (!this.panel) this.open();
    this.panel?.reveal(undefined, true);
    if (uri !== undefined && at !== undefined) {
      const here = editor?.document.uri.toString() === uri ? editor : undefined;
      if (here) here.selection = new vscode.Selection(position(vscode, at), position(vscode, at));
      this.follower.moved({ uri, at });
    } else if (editor) {
      this.follow(editor);
    }
  }

  dispose(): void {
    this.panel?.dispose();
    for (const listener of this.listeners) listener.dispose();
  }

  private open(): void {
    this.panel = vscode.window.createWebviewPanel(
      "flow.graph",
      "Flow",
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [] },
    );
    this.panel.onDidDispose(() => {
      this.follower.stop();
      this.panel = undefined;
      this.picture = undefined;
    });
    // The page says that it is there, also when it was hidden and comes back.
    this.panel.webview.onDidReceiveMessage(() => this.send());
    this.panel.webview.html = page(randomBytes(16).toString("hex"));
  }

  private follow(editor: vscode.TextEditor): void {
    if (!this.panel || editor.document.languageId !== "flow") return;
    const { line, character } = editor.selection.active;
    this.follower.moved({ uri: editor.document.uri.toString(), at: { line, character } });
  }

  private async ask({ uri, at }: Place): Promise<Picture | null> {
    const client = this.client();
    if (!client) return null;
    return client.sendRequest<Picture | null>("flow/graph", { textDocument: { uri }, position: at });
  }

  /** Between two items the last picture stays. */
  private draw(picture: Picture | null): void {
    if (!picture || picture.svg === this.picture?.svg) return;
    this.picture = picture;
    this.send();
  }

  private send(): void {
    if (!this.panel || !this.picture) return;
    const { kind } = vscode.window.activeColorTheme;
    const dark = kind === vscode.ColorThemeKind.Dark || kind === vscode.ColorThemeKind.HighContrast;
    this.panel.title = this.picture.title;
    void this.panel.webview.postMessage({ svg: inScheme(this.picture.svg, dark) });
  }
}
