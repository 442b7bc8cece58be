// What is read off the text of a document. Pure.

const HEAD = /^test\s+"((?:[^"\\]|\\.)*)"/;
const ESCAPES: Record<string, string> = { n: "\n", t: "\t" };
const ITEM = /^[a-z_]+\s/;

/** The name of the test that a line belongs to; nothing outside tests. */
export function testAt(lines: readonly string[], line: number): string | undefined {
  for (let at = Math.min(line, lines.length - 1); at >= 0; at -= 1) {
    const text = lines[at] ?? "";
    const test = HEAD.exec(text);
    if (test) return test[1]?.replace(/\\(.)/g, (_, sign: string) => ESCAPES[sign] ?? sign);
    // Another item begins here, or the test ended above.
    if (ITEM.test(text) || (text.startsWith("}") && at < line)) return undefined;
  }
  return undefined;
}
