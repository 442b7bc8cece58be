// The page that shows a picture. Pure.

/** A picture as the server draws it. */
export interface Picture {
  title: string;
  svg: string;
}

/** The page without a picture; pictures come as messages, so that the place that one looks at stays. */
export function page(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'">
<title>Flow</title>
<style>
html, body { margin: 0; padding: 0; height: 100%; background: var(--vscode-editor-background); color: var(--vscode-editor-foreground); }
#picture { display: flex; min-height: 100%; align-items: start; justify-content: safe center; cursor: zoom-in; }
#picture svg { max-width: 100%; height: auto; flex: none; }
#picture.whole { cursor: zoom-out; }
#picture.whole svg { max-width: none; }
#picture .page { fill: var(--vscode-editor-background); }
#picture text { font-family: var(--vscode-font-family); }
#picture .head, #picture .name, #picture .line { fill: var(--vscode-editor-foreground); }
#picture .label { stroke: var(--vscode-editor-background); }
#hint { margin: auto; padding: 2em; max-width: 30em; text-align: center; color: var(--vscode-descriptionForeground); }
</style>
</head>
<body>
<div id="picture"><p id="hint">Put the cursor into an item to see what feeds it and what it causes.</p></div>
<script nonce="${nonce}">
const picture = document.getElementById("picture");
window.addEventListener("message", ({ data }) => { picture.innerHTML = data.svg; });
picture.addEventListener("click", () => picture.classList.toggle("whole"));
acquireVsCodeApi().postMessage("ready");
</script>
</body>
</html>
`;
}

const SCHEME = "@media (prefers-color-scheme: dark)";

/** A picture has colours for light and dark; the editor's theme decides, not the system's. */
export function inScheme(svg: string, dark: boolean): string {
  return svg.replace(SCHEME, dark ? "@media all" : "@media not all");
}
