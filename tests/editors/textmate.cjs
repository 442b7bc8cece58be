// Highlights texts as VS Code does, with its own library: for each text its tokens, as first unit, unit behind the last,
// and scopes, from the outermost. Units are those of UTF-16.

const fs = require("node:fs");
const path = require("node:path");
const { createOnigScanner, createOnigString, loadWASM } = require("vscode-oniguruma");
const { INITIAL, parseRawGrammar, Registry } = require("vscode-textmate");

async function main() {
  const asked = JSON.parse(fs.readFileSync(0, "utf8"));
  const wasm = path.join(path.dirname(require.resolve("vscode-oniguruma")), "onig.wasm");
  await loadWASM(fs.readFileSync(wasm).buffer);
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: async () => parseRawGrammar(fs.readFileSync(asked.grammar, "utf8"), asked.grammar),
  });
  const grammar = await registry.loadGrammar("source.flow");
  const answer = asked.texts.map((text) => {
    const tokens = [];
    let state = INITIAL;
    let offset = 0;
    for (const line of text.split("\n")) {
      const found = grammar.tokenizeLine(line, state);
      state = found.ruleStack;
      for (const { startIndex, endIndex, scopes } of found.tokens) {
        tokens.push([offset + startIndex, offset + Math.min(endIndex, line.length), scopes]);
      }
      offset += line.length + 1;
    }
    return tokens;
  });
  process.stdout.write(JSON.stringify(answer));
}

main();
