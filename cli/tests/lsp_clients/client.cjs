// An editor as far as the protocol goes: the library that the client of VS Code is made of, and documents.

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { fileURLToPath, pathToFileURL } = require("node:url");
const { CancellationTokenSource, StreamMessageReader, StreamMessageWriter, createProtocolConnection } =
  require("vscode-languageserver-protocol/node");

/** A text and its version, with places counted as the client and the server agreed on. */
class Document {
  constructor(uri, text, encoding) {
    Object.assign(this, { uri, text, encoding, version: 1 });
  }

  /** The units of a line up to a character of it. */
  units(text) {
    return this.encoding === "utf-8" ? Buffer.byteLength(text) : text.length;
  }

  /** Where a piece of text stands, `into` characters further; the piece has to be there once, or `nth` says which. */
  at(piece, into = 0, nth = 0) {
    let offset = -1;
    for (let i = 0; i <= nth; i += 1) offset = this.text.indexOf(piece, offset + 1);
    if (offset < 0) throw new Error(`\`${piece}\` is not in ${this.uri}`);
    const before = this.text.slice(0, offset + into);
    const line = before.split("\n").length - 1;
    return { line, character: this.units(before.slice(before.lastIndexOf("\n") + 1)) };
  }

  offset({ line, character }) {
    let start = 0;
    for (let i = 0; i < line; i += 1) start = this.text.indexOf("\n", start) + 1;
    let at = start;
    while (this.units(this.text.slice(start, at)) < character) at += 1;
    return at;
  }

  /** The text of a range. */
  slice({ start, end }) {
    return this.text.slice(this.offset(start), this.offset(end));
  }

  /** Edits as the protocol has them: all places are those of the text before. */
  apply(edits) {
    const placed = edits.map(({ range, newText }) => [this.offset(range.start), this.offset(range.end), newText]);
    placed.sort(([a], [b]) => b - a);
    for (const [start, end, text] of placed) this.text = this.text.slice(0, start) + text + this.text.slice(end);
  }
}

class Editor {
  /** Starts the server and says what the client can do. */
  static async start({ flow, project, encoding, pulls }, capabilities) {
    const editor = new Editor();
    editor.project = fs.realpathSync(project);
    editor.encoding = encoding;
    editor.documents = new Map();
    editor.problems = new Map();
    editor.asked = [];
    editor.server = spawn(flow, ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
    editor.ended = new Promise((done) => editor.server.on("exit", done));
    editor.connection = createProtocolConnection(
      new StreamMessageReader(editor.server.stdout),
      new StreamMessageWriter(editor.server.stdin),
    );
    editor.connection.onNotification("textDocument/publishDiagnostics", ({ uri, version, diagnostics }) => {
      editor.problems.set(uri, { version, diagnostics });
    });
    editor.connection.onRequest((method, params) => {
      editor.asked.push({ method, params });
      if (method === "workspace/applyEdit") editor.edit(params.edit);
      return method === "workspace/applyEdit" ? { applied: true } : null;
    });
    editor.connection.listen();
    const uri = pathToFileURL(editor.project).href;
    const textDocument = { ...capabilities.textDocument };
    if (!pulls) delete textDocument.diagnostic;
    editor.initialized = await editor.connection.sendRequest("initialize", {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: "shop" }],
      capabilities: { ...capabilities, textDocument, general: { positionEncodings: [encoding] } },
    });
    await editor.connection.sendNotification("initialized", {});
    return editor;
  }

  uri(name) {
    return pathToFileURL(path.join(this.project, name)).href;
  }

  /** A document as it is in the editor, or else on disk. */
  document(uri) {
    return this.documents.get(uri) ?? new Document(uri, fs.readFileSync(fileURLToPath(uri), "utf8"), this.encoding);
  }

  async open(name) {
    const known = this.documents.get(this.uri(name));
    if (known) return known;
    const document = this.document(this.uri(name));
    this.documents.set(document.uri, document);
    const { uri, version, text } = document;
    await this.connection.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId: "flow", version, text },
    });
    return document;
  }

  /** Puts a text in the place of a piece. */
  async type(document, piece, text, nth = 0) {
    const range = { start: document.at(piece, 0, nth), end: document.at(piece, piece.length, nth) };
    document.apply([{ range, newText: text }]);
    document.version += 1;
    await this.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri: document.uri, version: document.version },
      contentChanges: [{ range, text }],
    });
  }

  /** Another text for all of a document. */
  async replace(document, text) {
    document.text = text;
    document.version += 1;
    await this.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri: document.uri, version: document.version },
      contentChanges: [{ text }],
    });
  }

  /** A request about a place in a document. */
  async ask(method, document, position, more = {}) {
    return this.request(method, { textDocument: { uri: document.uri }, position, ...more });
  }

  /** A request; one that the server calls out of date is asked again, as editors do. */
  async request(method, params) {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.connection.sendRequest(method, params);
      } catch (error) {
        if (error.code !== -32801 || tries === 20) throw error;
      }
    }
  }

  /** A request that is called off at once. */
  async calledOff(method, params) {
    const source = new CancellationTokenSource();
    const answer = this.connection.sendRequest(method, params, source.token);
    source.cancel();
    return answer;
  }

  /** Takes an edit over several files into documents that are open and files that are not. */
  edit({ changes, documentChanges }) {
    const all = documentChanges
      ? documentChanges.map(({ textDocument, edits }) => [textDocument.uri, edits])
      : Object.entries(changes);
    for (const [uri, edits] of all) {
      const document = this.document(uri);
      document.apply(edits);
      if (!this.documents.has(uri)) fs.writeFileSync(fileURLToPath(uri), document.text);
    }
    return all.map(([uri]) => path.relative(this.project, fileURLToPath(uri))).sort();
  }

  /** Waits until something holds; the server tells of problems when it has found them. */
  async until(what, holds) {
    for (let tries = 0; tries < 500; tries += 1) {
      const found = await holds();
      if (found) return found;
      await new Promise((done) => setTimeout(done, 10));
    }
    throw new Error(`never: ${what}`);
  }

  /** Says goodbye; the code with which the server ends. */
  async stop() {
    await this.connection.sendRequest("shutdown");
    await this.connection.sendNotification("exit");
    return this.ended;
  }
}

module.exports = { Editor };
