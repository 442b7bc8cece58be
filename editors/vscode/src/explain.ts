// The page of a code, beside the text.

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

/** Asks for a code or a word, with the code of the mistake at the cursor as the answer that is offered. */
export async function explain(client: LanguageClient | undefined): Promise<void> {
  if (!client) return;
  const code = await vscode.window.showInputBox({
    title: "Explain a code or a word of the language",
    placeHolder: "F2001, half-life, wait",
    value: codeHere() ?? "",
  });
  if (!code?.trim()) return;
  const page = await client.sendRequest<{ markdown: string } | null>("flow/explain", { code });
  if (!page) {
    await vscode.window.showInformationMessage(`There is no page about ${code.trim()}.`);
    return;
  }
  const document = await vscode.workspace.openTextDocument({ language: "markdown", content: page.markdown });
  await vscode.commands.executeCommand("markdown.showPreviewToSide", document.uri);
}

function codeHere(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const found = vscode.languages.getDiagnostics(editor.document.uri);
  const { code } = found.find(({ range }) => range.contains(editor.selection.active)) ?? {};
  return code === undefined ? undefined : String(typeof code === "object" ? code.value : code);
}
