// Zensical downloads mermaid from another site unless the page has it: pages with diagrams get this copy.
if (document.querySelector(".mermaid")) {
  const copy = new URL("mermaid.tiny.js", document.currentScript.src);
  document.write(`<script src="${copy}"></script>`);
}
