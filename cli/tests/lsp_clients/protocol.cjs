// Everything that an editor asks, over a real project: what the server answers has to be right to the character.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { Editor } = require("./client.cjs");
const features = require("./features.cjs");

const { shown } = features;

const CAPABILITIES = {
  workspace: {
    workspaceFolders: true,
    workspaceEdit: { documentChanges: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    diagnostics: { refreshSupport: true },
    symbol: {},
  },
  textDocument: {
    synchronization: { didSave: true },
    publishDiagnostics: { relatedInformation: true, versionSupport: true, codeDescriptionSupport: true },
    diagnostic: { relatedDocumentSupport: true },
    hover: { contentFormat: ["markdown", "plaintext"] },
    completion: { completionItem: { snippetSupport: true, documentationFormat: ["markdown"] } },
    definition: { linkSupport: true },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix", "refactor"] } } },
    rename: { prepareSupport: true },
    foldingRange: {},
    selectionRange: {},
    semanticTokens: { requests: { full: true, range: true }, tokenTypes: [], tokenModifiers: [], formats: ["relative"] },
  },
};

const asked = JSON.parse(process.argv[2]);

/** What is wrong in a document now: asked for, or waited for. */
async function problems(editor, document) {
  if (asked.pulls) {
    const report = await editor.request("textDocument/diagnostic", { textDocument: { uri: document.uri } });
    assert.equal(report.kind, "full");
    return report.items;
  }
  return editor.until(`problems of version ${document.version} of ${document.uri}`, () => {
    const told = editor.problems.get(document.uri);
    return told?.version === document.version ? told.diagnostics : undefined;
  });
}

async function mistakes(editor) {
  const programs = await editor.open("programs.flow");
  if (asked.pulls) assert.deepEqual(await problems(editor, programs), []);
  // What stands before it is four bytes, or two units of UTF-16, for each sign.
  await editor.type(programs, 'tags contains "reseller"', 'tags contains "🎉🎉" and itmes == 1');
  const [wrong, ...others] = await problems(editor, programs);
  assert.deepEqual(others, []);
  assert.equal(programs.slice(wrong.range), "itmes");
  assert.match(String(wrong.code), /^F\d{4}$/);
  assert.equal(wrong.severity, 1);
  await editor.type(programs, ' and itmes == 1', "");
  if (asked.pulls) assert.deepEqual(await problems(editor, programs), []);
  else await editor.until("the mistake is gone", () => editor.problems.get(programs.uri).diagnostics.length === 0);
  return programs;
}

async function reading(editor, programs) {
  const messages = await editor.open("messages.flow");
  const at = programs.at("send cart_reminder", 7);
  const hover = await editor.ask("textDocument/hover", programs, at);
  assert.match(hover.contents.value, /message cart_reminder/);
  assert.equal(programs.slice(hover.range), "cart_reminder");

  const definition = [await editor.ask("textDocument/definition", programs, at)].flat();
  assert.deepEqual(definition.map((place) => shown(editor, place)), ["cart_reminder"]);
  assert.equal(definition[0].targetUri ?? definition[0].uri, messages.uri);

  const references = await editor.ask("textDocument/references", programs, at, { context: { includeDeclaration: true } });
  assert.ok(references.length >= 4, `${references.length} references`);
  for (const place of references) assert.equal(shown(editor, place), "cart_reminder");

  const marks = await editor.ask("textDocument/documentHighlight", programs, at);
  for (const { range } of marks) assert.equal(programs.slice(range), "cart_reminder");
  assert.equal(marks.length, references.filter(({ uri }) => uri === programs.uri).length);

  const symbols = await editor.request("textDocument/documentSymbol", { textDocument: { uri: programs.uri } });
  assert.deepEqual(
    symbols.map(({ name }) => name.replace(/^sequence /, "")),
    [...programs.text.matchAll(/^sequence (\w+)/gm)].map(([, name]) => name),
  );
  for (const symbol of symbols) assert.match(programs.slice(symbol.range), /^(\/\/\/[^]*)?sequence [^]*}$/);

  const found = await editor.request("workspace/symbol", { query: "cart_rem" });
  assert.ok(found.some(({ name }) => name.includes("cart_reminder")), JSON.stringify(found));
}

async function renaming(editor, programs) {
  const at = programs.at("send cart_reminder", 7);
  const prepared = await editor.ask("textDocument/prepareRename", programs, at);
  assert.equal(programs.slice(prepared.range ?? prepared), "cart_reminder");
  const edit = await editor.ask("textDocument/rename", programs, at, { newName: "cart_note" });
  const before = [...programs.text.matchAll(/\bcart_reminder\b/g)].length;
  const versions = new Map((edit.documentChanges ?? []).map(({ textDocument }) => [textDocument.uri, textDocument.version]));
  assert.equal(versions.get(programs.uri) ?? programs.version, programs.version);
  const touched = editor.edit(edit);
  assert.ok(touched.includes("messages.flow") && touched.includes("programs.flow") && touched.includes("tests.flow"), String(touched));
  assert.equal([...programs.text.matchAll(/\bcart_note\b/g)].length, before);
  assert.doesNotMatch(programs.text, /\bcart_reminder\b/);
  const tests = editor.document(editor.uri("tests.flow")).text;
  assert.match(tests, /sent cart_note\b/);
  assert.equal(tests.split("\n").length, tests.split("\r\n").length);
  // What the editor did with it is told as a change, and what lies on disk as a change of files.
  for (const document of editor.documents.values()) {
    document.version += 1;
    await editor.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri: document.uri, version: document.version },
      contentChanges: [{ text: document.text }],
    });
  }
  await changed(editor, touched.filter((name) => !editor.documents.has(editor.uri(name))));
  const wrong = await editor.request("textDocument/hover", {
    textDocument: { uri: programs.uri },
    position: programs.at("send cart_note", 7),
  });
  assert.match(wrong.contents.value, /message cart_note/);
  if (asked.pulls) {
    const report = await editor.request("workspace/diagnostic", { previousResultIds: [] });
    assert.deepEqual(report.items.flatMap(({ items }) => items ?? []), []);
  }
}

/** Templates and the settings are part of the project: what is wrong in them is told, and their names lead somewhere. */
async function elsewhere(editor) {
  const template = await editor.open("templates/cart_reminder.html");
  const field = await editor.ask("textDocument/definition", template, template.at("event.items", 7));
  const [place] = [field].flat();
  assert.equal(shown(editor, place), "items");
  assert.equal(place.targetUri ?? place.uri, editor.uri("world.flow"));
  await editor.type(template, "event.items", "event.itmes");
  const [wrong] = await problems(editor, template);
  assert.equal(template.slice(wrong.range), "itmes");
  await editor.type(template, "event.itmes", "event.items");

  const settings = await editor.open("flow.toml");
  const text = settings.text;
  await editor.type(settings, 'currency = "EUR"', 'currency = "EURO"');
  const [unknown] = await problems(editor, settings);
  assert.match(settings.slice(unknown.range), /EURO/);
  await editor.replace(settings, text);
  if (asked.pulls) assert.deepEqual(await problems(editor, settings), []);
}

/** Tells of files that are others on disk. */
async function changed(editor, names) {
  const changes = names.map((name) => ({ uri: editor.uri(name), type: fs.existsSync(path.join(editor.project, name)) ? 2 : 3 }));
  await editor.connection.sendNotification("workspace/didChangeWatchedFiles", { changes });
}

/** A file that comes to be, is wrong, and goes again. */
async function files(editor) {
  assert.ok(
    await editor.until("files are watched", () =>
      editor.asked.some(({ method, params }) =>
        method === "client/registerCapability" && params.registrations.some((one) => one.method === "workspace/didChangeWatchedFiles"),
      ),
    ),
  );
  const name = "later.flow";
  fs.writeFileSync(path.join(editor.project, name), "segment later {\n  in segment nobody_knows\n}\n");
  await changed(editor, [name]);
  const wrong = await problems(editor, { uri: editor.uri(name), version: undefined, text: "" }).catch(() => []);
  const found = asked.pulls ? wrong : await editor.until("the new file is told of", () => editor.problems.get(editor.uri(name))?.diagnostics);
  assert.equal(found.length, 1, JSON.stringify(found));
  assert.equal(editor.document(editor.uri(name)).slice(found[0].range), "nobody_knows");
  fs.unlinkSync(path.join(editor.project, name));
  await changed(editor, [name]);
  if (asked.pulls) {
    const report = await editor.request("workspace/diagnostic", { previousResultIds: [] });
    assert.ok(report.items.every(({ uri }) => uri !== editor.uri(name)));
  } else {
    await editor.until("the file that is gone has no problems", () => editor.problems.get(editor.uri(name)).diagnostics.length === 0);
  }
}

/** What is called off is answered all the same, and nothing else suffers. */
async function callingOff(editor, programs) {
  for (let i = 0; i < 20; i += 1) {
    const answer = editor.calledOff("workspace/symbol", { query: "cart" });
    await answer.then(
      (found) => assert.ok(Array.isArray(found)),
      (error) => assert.ok([-32800, -32801].includes(error.code), String(error)),
    );
  }
  await assert.rejects(editor.connection.sendRequest("flow/nothing", {}), (error) => error.code === -32601);
  const hover = await editor.ask("textDocument/hover", programs, programs.at("sequence welcome", 10));
  assert.match(hover.contents.value, /welcome/);
}

async function main() {
  // One file has the line ends of another system.
  const tests = path.join(asked.project, "tests.flow");
  fs.writeFileSync(tests, fs.readFileSync(tests, "utf8").replaceAll("\n", "\r\n"));
  const editor = await Editor.start(asked, CAPABILITIES);
  const { capabilities, serverInfo } = editor.initialized;
  assert.equal(capabilities.positionEncoding, asked.encoding);
  assert.equal(serverInfo.name, "flow");
  const programs = await mistakes(editor);
  await reading(editor, programs);
  await features.completing(editor, programs);
  await features.mending(editor, programs, problems);
  await features.layout(editor, programs);
  await features.hints(editor, programs);
  await features.shapes(editor, programs);
  await features.lenses(editor, programs);
  await features.causes(editor, programs);
  await features.colours(editor, programs);
  await features.links(editor);
  await renaming(editor, programs);
  await elsewhere(editor);
  await files(editor);
  await callingOff(editor, programs);
  assert.equal(await editor.stop(), 0);
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
