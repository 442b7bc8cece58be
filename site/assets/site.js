// Search, theme and menu. Nothing is fetched: what can be found lies in search-index.js.
(function () {
  "use strict";
  var root = document.body.dataset.root || "";
  var input = document.getElementById("q");
  var found = document.getElementById("found");
  var pages = window.FLOW_PAGES || [];
  var at = -1;

  // How well a page fits a word: its name counts most.
  function fit(page, word) {
    var title = page[0].toLowerCase();
    if (title === word) return 100;
    if (title.indexOf(word) === 0) return 60;
    if (title.indexOf(word) > 0) return 40;
    if (page[1].indexOf(word) === 0) return 20;
    if (page[3].toLowerCase().indexOf(word) >= 0) return 12;
    if (page[4].indexOf(word) >= 0) return 4;
    return 0;
  }

  function search(text) {
    var words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    var hits = [];
    pages.forEach(function (page, place) {
      var sum = 0;
      for (var i = 0; i < words.length; i++) {
        var one = fit(page, words[i]);
        if (!one) return;
        sum += one;
      }
      // What belongs to the project comes before what belongs to the language.
      if (page[2].indexOf("language/") === 0) sum -= 3;
      hits.push([sum, place]);
    });
    hits.sort(function (a, b) { return b[0] - a[0] || a[1] - b[1]; });
    return hits.slice(0, 12).map(function (hit) { return pages[hit[1]]; });
  }

  function show(text) {
    var hits = search(text);
    at = -1;
    found.textContent = "";
    hits.forEach(function (page, n) {
      var link = document.createElement("a");
      link.href = root + page[2];
      link.id = "hit-" + n;
      link.setAttribute("role", "option");
      link.setAttribute("aria-selected", "false");
      link.tabIndex = -1;
      var name = document.createElement("strong");
      name.textContent = page[0];
      link.appendChild(name);
      if (page[1]) {
        var kind = document.createElement("span");
        kind.className = "kind " + page[1].replace(/ /g, "-");
        kind.textContent = page[1];
        link.appendChild(kind);
      }
      if (page[3]) {
        var about = document.createElement("small");
        about.textContent = page[3];
        link.appendChild(about);
      }
      found.appendChild(link);
    });
    if (!hits.length && text.trim()) {
      var none = document.createElement("p");
      none.textContent = "Nothing is called so, and nothing speaks of it.";
      found.appendChild(none);
    }
    open(Boolean(text.trim()));
  }

  function open(yes) {
    found.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
    if (!yes) input.removeAttribute("aria-activedescendant");
  }

  function choose(next) {
    var all = found.querySelectorAll("a");
    if (!all.length) return;
    if (at >= 0) all[at].setAttribute("aria-selected", "false");
    at = (next + all.length) % all.length;
    all[at].setAttribute("aria-selected", "true");
    all[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[at].id);
  }

  input.addEventListener("input", function () { show(input.value); });
  input.addEventListener("focus", function () { if (input.value.trim()) open(true); });
  input.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? at + 1 : at < 0 ? -1 : at - 1);
    } else if (event.key === "Enter") {
      var all = found.querySelectorAll("a");
      if (all.length) location.href = all[Math.max(at, 0)].href;
    } else if (event.key === "Escape") {
      open(false);
      input.blur();
    }
  });
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });
  document.addEventListener("click", function (event) {
    if (!event.target.closest("search")) open(false);
  });

  document.getElementById("theme").addEventListener("click", function () {
    var page = document.documentElement;
    var dark = page.dataset.theme ? page.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    page.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("flow-theme", page.dataset.theme); } catch (e) { /* it holds for this page */ }
  });

  // On a narrow screen the menu begins folded.
  var menu = document.querySelector("details.menu");
  var narrow = matchMedia("(max-width: 56rem)");
  function fold() { menu.open = !narrow.matches; }
  fold();
  narrow.addEventListener("change", fold);

  // A link may bring what is looked for: index.html#q=cart
  function asked() {
    if (location.hash.indexOf("#q=") !== 0) return;
    try { input.value = decodeURIComponent(location.hash.slice(3)); } catch (e) { return; }
    show(input.value);
    input.focus();
  }
  asked();
  window.addEventListener("hashchange", asked);
})();
