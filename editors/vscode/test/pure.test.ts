import assert from "node:assert/strict";
import { test } from "node:test";

import { command } from "../src/command";
import { Follower, type Clock } from "../src/follow";
import { inScheme, page } from "../src/page";
import { testAt } from "../src/text";

/** A clock that goes on when it is told to. */
class Held implements Clock {
  private waiting: { at: number; then: () => void }[] = [];
  private now = 0;

  wait(milliseconds: number, then: () => void): () => void {
    const one = { at: this.now + milliseconds, then };
    this.waiting.push(one);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== one);
    };
  }

  async pass(milliseconds: number): Promise<void> {
    this.now += milliseconds;
    const due = this.waiting.filter(({ at }) => at <= this.now);
    this.waiting = this.waiting.filter(({ at }) => at > this.now);
    for (const { then } of due) then();
    await new Promise((done) => setImmediate(done));
  }
}

/** Questions that are answered by hand. */
function asked() {
  const open: { place: number; answer: (text: string) => void; fail: () => void }[] = [];
  const ask = (place: number): Promise<string> =>
    new Promise((answer, reject) => open.push({ place, answer, fail: () => reject(new Error("gone")) }));
  return { open, ask };
}

test("the path of the command may begin with the user's folder or the workspace", () => {
  const places = { folder: "/work/shop", home: "/home/ana" };
  assert.equal(command("", places), "flow");
  assert.equal(command("flow", places), "flow");
  assert.equal(command("~/bin/flow", places), "/home/ana/bin/flow");
  assert.equal(command("${workspaceFolder}/flow", places), "/work/shop/flow");
  assert.equal(command("~x", places), "~x");
  assert.equal(command("~/flow", { folder: undefined, home: undefined }), "~/flow");
  // What stands in a folder's name is no pattern of a replacement.
  assert.equal(command("${workspaceFolder}/flow", { folder: "/a$&b", home: undefined }), "/a$&b/flow");
});

test("the test at the cursor is the one whose lines it stands on", () => {
  const lines = ["segment a {", "  x", "}", "", 'test "one \\"1\\"" {', "  at 2026-01-01T10:00", "}", "", 'test "two" { }'];
  assert.equal(testAt(lines, 1), undefined);
  assert.equal(testAt(lines, 4), 'one "1"');
  assert.equal(testAt(lines, 5), 'one "1"');
  assert.equal(testAt(lines, 6), 'one "1"');
  assert.equal(testAt(lines, 7), undefined);
  assert.equal(testAt(lines, 8), "two");
  assert.equal(testAt(lines, 99), "two");
  assert.equal(testAt([], 0), undefined);
});

test("many moves are one question, about the last place", async () => {
  const clock = new Held();
  const { open, ask } = asked();
  const shown: string[] = [];
  const follower = new Follower(ask, (answer) => shown.push(answer), clock, 100);
  follower.moved(1);
  await clock.pass(50);
  follower.moved(2);
  await clock.pass(50);
  assert.equal(open.length, 0);
  await clock.pass(50);
  assert.deepEqual(open.map(({ place }) => place), [2]);
  open[0]?.answer("two");
  await clock.pass(0);
  assert.deepEqual(shown, ["two"]);
});

test("there is one question at a time, and the newest place comes next", async () => {
  const clock = new Held();
  const { open, ask } = asked();
  const shown: string[] = [];
  const follower = new Follower(ask, (answer) => shown.push(answer), clock, 100);
  for (const place of [1, 2, 3]) {
    follower.moved(place);
    await clock.pass(100);
  }
  assert.deepEqual(open.map(({ place }) => place), [1]);
  open[0]?.answer("one");
  await clock.pass(0);
  assert.deepEqual(open.map(({ place }) => place), [1, 3]);
  open[1]?.answer("three");
  await clock.pass(0);
  assert.deepEqual(shown, ["one", "three"]);
});

test("an answer that does not come stops nothing", async () => {
  const clock = new Held();
  const { open, ask } = asked();
  const shown: string[] = [];
  const follower = new Follower(ask, (answer) => shown.push(answer), clock, 100);
  follower.moved(1);
  await clock.pass(100);
  open[0]?.fail();
  await clock.pass(0);
  follower.moved(2);
  await clock.pass(100);
  open[1]?.answer("two");
  await clock.pass(0);
  assert.deepEqual(shown, ["two"]);
  follower.moved(3);
  follower.stop();
  await clock.pass(1000);
  assert.equal(open.length, 2);
});

test("the page fetches nothing and runs no script but its own", () => {
  const text = page("abc");
  assert.match(text, /default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-abc'/);
  assert.doesNotMatch(text, /https?:|src=|@import|url\(/);
  assert.equal(text.match(/<script/g)?.length, 1);
});

test("the editor's theme decides the colours of a picture", () => {
  const svg = "<style>a{}@media (prefers-color-scheme: dark) {b{}}</style>";
  assert.equal(inScheme(svg, true), "<style>a{}@media all {b{}}</style>");
  assert.equal(inScheme(svg, false), "<style>a{}@media not all {b{}}</style>");
});
