// Starts `flow lsp` and adds what the protocol has no word for: running a test, a picture, the page of a code.

import * as vscode from "vscode";
import { LanguageClient, State, type ExecuteCommandSignature } from "vscode-languageclient/node";

import { command } from "./command";
import { explain } from "./explain";
import { GraphPanel } from "./graph";
import { locations, position, type Location, type Position } from "./protocol";
import { testAt } from "./text";

/** What the server says of a test that it ran. */
interface Outcome {
  passed: boolean;
  text: string;
}

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("Flowline", { log: true });
  const results = vscode.window.createOutputChannel("Flowline Tests");
  const graph = new GraphPanel(() => client);
  const register = (name: string, run: (...args: never[]) => unknown): void => {
    context.subscriptions.push(vscode.commands.registerCommand(name, run));
  };
  context.subscriptions.push(output, results, graph);

  register("flow.restart", () => start(output, results));
  register("flow.explain", () => explain(client));
  register("flow.showGraph", (uri?: string, at?: Position) => graph.show(uri, at));
  register("flow.runTestHere", () => runTestHere());
  register("flow.showReferences", (uri: string, at: Position, found: Location[]) =>
    vscode.commands.executeCommand(
      "editor.action.showReferences",
      vscode.Uri.parse(uri),
      position(vscode, at),
      locations(vscode, found),
    ),
  );
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("flow.path")) void start(output, results);
    }),
  );
  await start(output, results);
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

async function start(output: vscode.LogOutputChannel, results: vscode.OutputChannel): Promise<void> {
  const before = client;
  client = undefined;
  await before?.stop().catch(() => undefined);
  await before?.dispose().catch(() => undefined);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const path = command(vscode.workspace.getConfiguration("flow").get("path", "flow"), { folder, home: process.env["HOME"] });
  const started = new LanguageClient(
    "flow",
    "Flowline",
    { command: path, args: ["lsp"] },
    {
      documentSelector: [
        { scheme: "file", language: "flow" },
        { scheme: "file", pattern: "**/flow.toml" },
        { scheme: "file", pattern: "**/templates/**" },
      ],
      outputChannel: output,
      middleware: { executeCommand: (name, args, next) => execute(name, args, next, results) },
    },
  );
  try {
    await started.start();
    client = started;
  } catch (error) {
    if (started.state !== State.Stopped) await started.stop().catch(() => undefined);
    await cannotStart(path, error);
  }
}

async function cannotStart(path: string, error: unknown): Promise<void> {
  const said = error instanceof Error ? error.message : String(error);
  const choice = await vscode.window.showErrorMessage(`\`${path} lsp\` cannot be started: ${said}`, "Set the Path");
  if (choice) await vscode.commands.executeCommand("workbench.action.openSettings", "flow.path");
}

/** The commands of the server go through here; what a test comes to is shown. */
async function execute(
  name: string,
  args: unknown[],
  next: ExecuteCommandSignature,
  results: vscode.OutputChannel,
): Promise<unknown> {
  const answer: unknown = await next(name, args);
  if (name === "flow.runTest" && answer) {
    const { passed, text } = answer as Outcome;
    results.replace(text);
    if (passed) vscode.window.setStatusBarMessage(`$(pass) ${String(args[1])}`, 5000);
    else results.show(true);
  }
  return answer;
}

async function runTestHere(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return;
  const name = testAt(editor.document.getText().split(/\r?\n/), editor.selection.active.line);
  if (name === undefined) {
    await vscode.window.showInformationMessage("There is no test at the cursor.");
    return;
  }
  await vscode.commands.executeCommand("flow.runTest", editor.document.uri.toString(), name);
}
