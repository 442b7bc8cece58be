// What helps with reading and writing. Each answer is used as an editor uses it.

const assert = require("node:assert/strict");

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

module.exports = { shapes, colours, links };
