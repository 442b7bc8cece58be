"""Opens pages of a site from the disk in a headless Chromium and looks at what a reader would: `browser.py FOLDER PAGE...`.

Speaks the browser's own protocol over a pipe. Prints what is wrong, a line each; nothing, if nothing is.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-default-apps", "--hide-scrollbars",
    # Nothing may be reached, neither by the page nor by the browser.
    "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe", "--no-startup-window",
]

# What can be wrong with a page, by its own account.
LOOK = r"""
(() => {
  const wrong = [];
  for (const [what, selector] of [["main", "main"], ["header", "header"], ["menu", "nav"], ["heading", "h1"]]) {
    const n = document.querySelectorAll(selector).length;
    if (n !== 1) wrong.push(`${n} of ${what}`);
  }
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) wrong.push(`a heading of level ${next} below one of level ${level}: ${heading.textContent}`);
    level = next;
  }
  for (const link of document.querySelectorAll("a, button"))
    if (!(link.textContent.trim() || link.getAttribute("aria-label"))) wrong.push(`a link without words: ${link.outerHTML}`);
  for (const frame of document.querySelectorAll("iframe"))
    if (frame.getAttribute("sandbox") !== "" || !frame.title) wrong.push("a frame that is not shut in, or has no title");
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) wrong.push(`${wide} pixels too wide`);
  // Contrast of text, by the formula of WCAG 2.
  const channels = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const light = (colour) => {
    const [r, g, b] = channels(colour).map((c) => (c /= 255, c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      const parts = channels(colour);
      if (parts.length === 3 || parts[3] === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const seen = new Set();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || element.closest("svg") || !element.getClientRects().length) continue;
    const [ink, paper] = [getComputedStyle(element).color, behind(element)];
    const [a, b] = [light(ink), light(paper)].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    const key = `${ink} on ${paper}`;
    if (contrast < 4.5 && !seen.has(key)) wrong.push(`contrast ${contrast.toFixed(2)}: ${key} (${element.tagName} ${element.className})`);
    seen.add(key);
  }
  return wrong;
})()
"""


class Browser:
    def __init__(self, profile):
        out_read, out_write = os.pipe()
        in_read, in_write = os.pipe()

        def place():
            # The browser reads from 3 and writes to 4; the pipes may have these numbers already.
            os.dup2(in_read, 103)
            os.dup2(out_write, 104)
            os.dup2(103, 3)
            os.dup2(104, 4)

        self.program = subprocess.Popen(
            ["chromium", *FLAGS, f"--user-data-dir={profile}"], preexec_fn=place, close_fds=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(in_read)
        os.close(out_write)
        self.to, self.back, self.rest, self.number, self.events = in_write, out_read, b"", 0, []

    def read(self):
        while b"\0" not in self.rest:
            data = os.read(self.back, 1 << 20)
            if not data:
                raise SystemExit("the browser has gone")
            self.rest += data
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, session=None, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)


class Page:
    def __init__(self, browser):
        self.browser = browser
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(f"{domain}.enable")

    def ask(self, method, **params):
        return self.browser.ask(method, self.session, **params)

    def run(self, script):
        return self.ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def open(self, url):
        """Loads a page; what was asked for and what went wrong on the way."""
        self.browser.events.clear()
        # The same page with another fragment would not be loaded anew.
        self.ask("Page.navigate", url="about:blank")
        self.ask("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && location.protocol === 'file:'")
        asked, wrong = [], []
        for event in self.browser.events:
            method, params = event.get("method"), event.get("params", {})
            if method == "Network.requestWillBeSent":
                asked.append(params["request"]["url"])
            elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                wrong.append(params["entry"]["text"])
            elif method == "Runtime.exceptionThrown":
                wrong.append(params["exceptionDetails"]["text"])
            elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
                wrong.append(str(params["args"]))
        return asked, wrong

    def until(self, script, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.run(script):
                return True
            time.sleep(0.01)
        return False

    def key(self, key, text=None):
        names = {"Enter": ("Enter", 13), "ArrowDown": ("ArrowDown", 40), "/": ("Slash", 191)}
        code, number = names[key]
        common = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        self.ask("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self.ask("Input.dispatchKeyEvent", type="keyUp", **common)


def look(page, base, paths):
    found = []
    for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light")):
        page.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        page.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        for path in paths:
            asked, wrong = page.open(base + path)
            outside = [url for url in asked if not url.startswith(("file:", "data:", "about:"))]
            wrong += [f"asks for {url}" for url in outside] + (page.run(LOOK) or [])
            found += [f"{path} ({scheme}, {width}): {line}" for line in wrong]
    return found


def search(page, base, word, best):
    """`/`, a word, Return: the page of that name."""
    page.ask("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
    page.open(base + "index.html")
    page.key("/", "/")
    if page.run("document.activeElement.id") != "q":
        return ["`/` does not lead into the search"]
    page.ask("Input.insertText", text=word)
    hits = page.run("[...document.querySelectorAll('#found a')].map((hit) => hit.getAttribute('href'))")
    if best not in (hits or []):
        return [f"`{word}` finds {hits}, not {best}"]
    page.ask("Input.insertText", text=" nowhere-at-all")
    if page.run("document.querySelectorAll('#found a').length") != 0:
        return ["something is found for words that stand nowhere"]
    page.run("document.getElementById('q').value = ''")
    page.ask("Input.insertText", text=word)
    page.key("ArrowDown")
    page.key("Enter", "\r")
    if not page.until(f"location.pathname.endsWith({json.dumps(hits[0])})"):
        return [f"Return leads to {page.run('location.href')}, not to {hits[0]}"]
    # A link may bring what is looked for.
    page.open(base + "index.html#q=" + word)
    if not page.run("document.querySelectorAll('#found a').length"):
        return ["`#q=` finds nothing"]
    return []


def theme(page, base):
    """The choice of light or dark is kept from page to page."""
    page.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
    page.open(base + "index.html")
    page.run("document.getElementById('theme').click()")
    page.open(base + "data.html")
    kept = page.run("getComputedStyle(document.body).backgroundColor")
    page.run("localStorage.clear()")
    return [] if kept == "rgb(18, 22, 28)" else [f"dark is not kept: {kept}"]


def main():
    folder, word, best, *paths = sys.argv[1:]
    base = "file://" + os.path.abspath(folder) + "/"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile)
        try:
            page = Page(browser)
            found = look(page, base, paths)
            # A page that stands alone has no search (`-`).
            if word != "-":
                found += search(page, base, word, best) + theme(page, base)
            browser.ask("Browser.close")
        finally:
            browser.program.terminate()
            browser.program.wait()
    print("\n".join(found))


main()
