// What helps with reading and writing. Each answer is used as an editor uses it.

const assert = require("node:assert/strict");

/** The text of a place, wherever it is. */
function shown(editor, { uri, range, targetUri, targetSelectionRange }) {
  return editor.document(targetUri ?? uri).slice(targetSelectionRange ?? range);
}

/** What a list of completions offers, by its label. */
function offered(answer) {
  const items = Array.isArray(answer) ? answer : answer.items;
  return new Map(items.map((item) => [item.label, item]));
}

/** Puts a completion into a document, as an editor does that knows no snippets. */
function complete(document, item) {
  const edit = item.textEdit;
  assert.ok(edit, `${item.label} has no edit`);
  document.apply([{ range: edit.range ?? edit.replace, newText: edit.newText }]);
}

async function completing(editor, programs) {
  const text = programs.text;
  await editor.type(programs, "where items > 0", "where it");
  const fields = offered(await editor.ask("textDocument/completion", programs, programs.at("where it", 8)));
  assert.ok(fields.has("items"), [...fields.keys()].join(" "));
  complete(programs, fields.get("items"));
  assert.match(programs.text, /enter on cart_updated where items and/);
  await editor.replace(programs, text);

  await editor.type(programs, "send welcome_hello", "send ");
  const messages = offered(await editor.ask("textDocument/completion", programs, programs.at("send \n", 5)));
  assert.ok(messages.has("welcome_story"), [...messages.keys()].join(" "));
  assert.ok(!messages.has("order_placed"), "an event cannot be sent");
  await editor.replace(programs, `${text}\nseq`);
  const end = programs.at("\nseq", 4);
  const items = offered(await editor.ask("textDocument/completion", programs, end));
  const snippet = [...items.values()].find(({ label, insertTextFormat }) => label.startsWith("sequence") && insertTextFormat === 2);
  assert.ok(snippet, [...items.keys()].join(" "));
  await editor.replace(programs, text);

  await editor.type(programs, "goal order_placed within 14 days", "goal order_placed within ");
  const help = await editor.ask("textDocument/signatureHelp", programs, programs.at("order_placed within \n", 20));
  const [{ label, parameters, activeParameter }] = help.signatures;
  assert.match(label, /^goal /);
  const next = parameters[activeParameter ?? help.activeParameter].label;
  assert.match(Array.isArray(next) ? label.slice(...next) : next, /days?|length|duration/);
  await editor.replace(programs, text);
}

async function mending(editor, programs, problems) {
  const text = programs.text;
  await editor.type(programs, "send welcome_hello", "send welcome_helo");
  const [wrong] = await problems(editor, programs);
  assert.equal(programs.slice(wrong.range), "welcome_helo");
  const actions = await editor.request("textDocument/codeAction", {
    textDocument: { uri: programs.uri },
    range: wrong.range,
    context: { diagnostics: [wrong], triggerKind: 1 },
  });
  const fix = actions.find(({ kind, edit }) => kind === "quickfix" && edit);
  assert.ok(fix, JSON.stringify(actions));
  editor.edit(fix.edit);
  assert.equal(programs.text, text);
  await editor.replace(programs, text);
}

async function layout(editor, programs) {
  const text = programs.text;
  const options = { tabSize: 2, insertSpaces: true };
  const whole = { textDocument: { uri: programs.uri }, options };
  assert.deepEqual((await editor.request("textDocument/formatting", whole)) ?? [], []);
  await editor.replace(programs, text.replaceAll(/\n {2}(wait|send) +/g, "\n        $1    "));
  assert.notEqual(programs.text, text);
  programs.apply(await editor.request("textDocument/formatting", whole));
  assert.equal(programs.text, text);

  await editor.replace(programs, text.replace("  wait 1h\n", "      wait   1h\n"));
  const range = { start: programs.at("      wait   1h"), end: programs.at("wait   1h", 9) };
  programs.apply(await editor.request("textDocument/rangeFormatting", { ...whole, range }));
  assert.equal(programs.text, text);

  await editor.replace(programs, text.replace("choose {\n", "choose {\n\n"));
  const typed = { ...whole, position: programs.at("choose {\n\n", 9), ch: "\n" };
  programs.apply((await editor.request("textDocument/onTypeFormatting", typed)) ?? []);
  assert.match(programs.text, /choose \{\n {4}\n/);
  await editor.replace(programs, text);
}

async function hints(editor, programs) {
  const range = { start: { line: 0, character: 0 }, end: { line: programs.text.split("\n").length, character: 0 } };
  const hints = await editor.request("textDocument/inlayHint", { textDocument: { uri: programs.uri }, range });
  assert.equal(hints.length, [...programs.text.matchAll(/wait until (?!event|contact|\d{4})/g)].length);
  for (const { label, position } of hints) {
    assert.match(programs.slice({ start: { line: position.line, character: 0 }, end: position }), /^ *wait until [^]*\d$/);
    assert.match(label, /Europe\/Berlin/);
  }
}

async function shapes(editor, programs) {
  const folds = await editor.request("textDocument/foldingRange", { textDocument: { uri: programs.uri } });
  const first = programs.at("sequence welcome {").line;
  assert.ok(folds.some(({ startLine }) => startLine === first), JSON.stringify(folds));

  const [selection] = await editor.request("textDocument/selectionRange", {
    textDocument: { uri: programs.uri },
    positions: [programs.at("cart_engaged", 3)],
  });
  const around = [];
  for (let one = selection; one; one = one.parent) around.push(programs.slice(one.range));
  assert.ok(around.length >= 3 && around.every((inner, at) => at === 0 || around[at].includes(around[at - 1])));
  assert.ok(around.some((part) => part.startsWith("sequence cart_recovery")), around.join("\n—\n"));
}

/** What stands above declarations, and what it does. */
async function lenses(editor, programs) {
  const of = (document) => editor.request("textDocument/codeLens", { textDocument: { uri: document.uri } });
  const above = await of(programs);
  const commands = new Set(above.map(({ command }) => command.command));
  // A line that only tells has no name.
  assert.deepEqual([...commands].filter(Boolean).sort(), ["flow.showGraph", "flow.showReferences"]);
  const [uri, position] = above.find(({ command }) => command.command === "flow.showGraph").command.arguments;
  const picture = await editor.request("flow/graph", { textDocument: { uri }, position });
  assert.match(picture.svg, /^<svg [^]*<\/svg>\s*$/);
  assert.match(picture.title, /welcome/);
  assert.equal(await editor.request("flow/graph", { textDocument: { uri }, position: { line: 0, character: 0 } }), null);

  const references = above.find(({ command }) => command.command === "flow.showReferences" && command.arguments[2].length > 0);
  const [, from, places] = references.command.arguments;
  const name = /^\w+/.exec(programs.text.slice(programs.offset(from)))[0];
  for (const place of places) assert.equal(shown(editor, place), name);

  const tests = await editor.open("tests.flow");
  const run = (await of(tests)).find(({ command }) => command.command === "flow.runTest");
  const outcome = await editor.request("workspace/executeCommand", run.command);
  assert.equal(outcome.passed, true, outcome.text);

  const page = await editor.request("flow/explain", { code: "F2001" });
  assert.match(page.markdown, /F2001/);
}

async function causes(editor, programs) {
  const [item] = await editor.ask("textDocument/prepareCallHierarchy", programs, programs.at("sequence cart_recovery", 10));
  assert.match(item.name, /cart_recovery/);
  const out = await editor.request("callHierarchy/outgoingCalls", { item });
  assert.ok(out.length > 0, "it causes something");
  const into = await editor.request("callHierarchy/incomingCalls", { item });
  assert.ok(into.some(({ from }) => from.name.includes("cart_updated")), JSON.stringify(into.map(({ from }) => from.name)));
}

/** Tokens as the protocol packs them, with their texts. */
function unpacked(document, legend, { data }) {
  const tokens = [];
  let line = 0;
  let character = 0;
  for (let at = 0; at < data.length; at += 5) {
    const [down, right, length, type] = data.slice(at, at + 4);
    character = down === 0 ? character + right : right;
    line += down;
    const range = { start: { line, character }, end: { line, character: character + length } };
    tokens.push({ range, text: document.slice(range), type: legend.tokenTypes[type] });
  }
  return tokens;
}

async function colours(editor, programs) {
  const { legend } = editor.initialized.capabilities.semanticTokensProvider;
  const identity = { textDocument: { uri: programs.uri } };
  const all = unpacked(programs, legend, await editor.request("textDocument/semanticTokens/full", identity));
  const of = (text) => new Set(all.filter((token) => token.text === text).map(({ type }) => type));
  assert.deepEqual([...of("sequence")], ["keyword"]);
  assert.ok(all.every(({ text }) => text !== "" && text.trim() === text), JSON.stringify(all.slice(0, 5)));
  assert.ok(!of("cart_updated").has("keyword") && of("cart_updated").size === 1);
  const range = { start: { line: 0, character: 0 }, end: programs.at("sequence cart_recovery") };
  const some = unpacked(programs, legend, await editor.request("textDocument/semanticTokens/range", { ...identity, range }));
  assert.deepEqual(some, all.slice(0, some.length));
  assert.ok(some.length > 10 && some.length < all.length);
}

async function links(editor) {
  const messages = await editor.open("messages.flow");
  const links = await editor.request("textDocument/documentLink", { textDocument: { uri: messages.uri } });
  const link = links.find(({ target }) => target?.endsWith("templates/welcome_hello.html"));
  assert.ok(link && messages.slice(link.range).includes("welcome_hello.html"), JSON.stringify(links[0]));
}

module.exports = { shown, completing, mending, layout, hints, lenses, causes, shapes, colours, links };
