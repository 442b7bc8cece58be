// Activates the extension as it is packaged, in a place of VS Code's own: what it registers is kept, all else is there
// and does nothing. So it is seen that the server starts, and that no command is registered twice.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { pathToFileURL, fileURLToPath } = require("node:url");

const { bundle, flow, project } = JSON.parse(process.argv[2]);

/** Every name that follows a dot in the bundle. */
const NAMES = new Set(fs.readFileSync(bundle, "utf8").match(/(?<=\.)[A-Za-z]\w+/g));
const commands = new Map();
const errors = [];
/** What the panel was sent, and what a test run has said. */
const sent = [];
const said = [];

class Disposable {
  constructor(dispose = () => {}) {
    this.dispose = dispose;
  }
  static from(...all) {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
}

class Uri {
  constructor(href) {
    Object.assign(this, { scheme: new URL(href).protocol.slice(0, -1), href });
  }
  static parse(text) {
    return new Uri(text);
  }
  static file(path) {
    return new Uri(pathToFileURL(path).href);
  }
  get fsPath() {
    return fileURLToPath(this.href);
  }
  toString() {
    return this.href;
  }
}

class EventEmitter {
  constructor() {
    this.listeners = new Set();
    this.event = (listener) => {
      this.listeners.add(listener);
      return new Disposable(() => this.listeners.delete(listener));
    };
  }
  fire(value) {
    for (const listener of this.listeners) listener(value);
  }
  dispose() {}
}

class CancellationTokenSource {
  constructor() {
    this.token = { isCancellationRequested: false, onCancellationRequested: () => new Disposable() };
  }
  cancel() {}
  dispose() {}
}

/** Whatever is asked of it is there, can be called and made, and says nothing. */
function anything(known = {}) {
  const target = class {};
  return new Proxy(target, {
    get(_, name) {
      if (name in known) return known[name];
      if (name === "then" || name === Symbol.iterator || name === "$ref") return undefined;
      if (name === "prototype") return target.prototype;
      if (name === Symbol.toPrimitive) return () => "";
      return (known[name] = anything());
    },
    has: () => true,
    // What is imported as a whole is copied name by name.
    ownKeys: () => [...new Set([...NAMES, ...Reflect.ownKeys(target)])],
    getOwnPropertyDescriptor: (_, name) =>
      Reflect.getOwnPropertyDescriptor(target, name) ?? { configurable: true, enumerable: true, value: undefined },
    apply: () => anything(),
  });
}

const folder = { uri: Uri.file(project), name: "shop", index: 0 };
const vscode = anything({
  version: "1.91.0",
  Disposable,
  Uri,
  EventEmitter,
  CancellationTokenSource,
  commands: anything({
    registerCommand(name, run) {
      assert.ok(!commands.has(name), `${name} is registered twice`);
      commands.set(name, run);
      return new Disposable(() => commands.delete(name));
    },
    executeCommand: async (name, ...args) => commands.get(name)?.(...args),
  }),
  workspace: anything({
    workspaceFolders: [folder],
    textDocuments: [],
    notebookDocuments: [],
    getConfiguration: () => ({ get: (name, otherwise) => (name === "path" ? flow : otherwise) }),
    getWorkspaceFolder: () => folder,
    onDidChangeWorkspaceFolders: () => new Disposable(),
  }),
  window: anything({
    visibleTextEditors: [],
    activeTextEditor: undefined,
    tabGroups: anything({ all: [] }),
    showErrorMessage: async (message) => void errors.push(message),
    createOutputChannel: () => anything({ replace: (text) => void said.push(text), show() {} }),
    createWebviewPanel: () => {
      const webview = { postMessage: async (message) => void sent.push(message), onDidReceiveMessage: () => new Disposable() };
      return { webview, reveal() {}, dispose() {}, onDidDispose: () => new Disposable() };
    },
  }),
  env: anything({ language: "en", appName: "test" }),
});

const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? vscode : load(name, ...rest));

async function main() {
  const extension = require(bundle);
  const context = { subscriptions: [] };
  await extension.activate(context);
  assert.deepEqual(errors, []);
  for (const name of ["flow.explain", "flow.restart", "flow.runTestHere", "flow.showGraph", "flow.showReferences", "flow.runTest"]) {
    assert.ok(commands.has(name), `${name} is missing: ${[...commands.keys()].join(" ")}`);
  }
  const programs = pathToFileURL(path.join(project, "programs.flow")).href;
  const lines = fs.readFileSync(path.join(project, "programs.flow"), "utf8").split("\n");
  const line = lines.findIndex((text) => text.startsWith("sequence cart_recovery"));
  commands.get("flow.showGraph")(programs, { line, character: 10 });
  while (sent.length === 0) await new Promise((done) => setTimeout(done, 10));
  assert.match(sent[0].svg, /^<svg [^]*cart_recovery[^]*<\/svg>\s*$/);
  assert.doesNotMatch(sent[0].svg, /prefers-color-scheme/);

  const tests = path.join(project, "tests.flow");
  const [, name] = /^test "(.*)"/m.exec(fs.readFileSync(tests, "utf8"));
  const outcome = await commands.get("flow.runTest")(pathToFileURL(tests).href, name);
  assert.equal(outcome.passed, true, outcome.text);
  assert.deepEqual(said, [outcome.text]);

  await commands.get("flow.restart")();
  assert.deepEqual(errors, []);
  await extension.deactivate();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
