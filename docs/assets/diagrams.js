// Zensical downloads mermaid from another site unless the page has it: pages with diagrams get this copy.
if (document.querySelector(".mermaid")) {
  const copy = new URL("mermaid.tiny.js", document.currentScript.src);
  document.write(`<script src="${copy}"></script>`);
  document.write("<script>keepSequencesLegible()</script>");
}

// On a small screen, sequence diagrams keep the width in which their text can be read, and scroll.
function keepSequencesLegible() {
  const initialize = mermaid.initialize;
  const useMaxWidth = window.matchMedia("(min-width: 800px)").matches;
  mermaid.initialize = (options) =>
    initialize({ ...options, sequence: { ...options.sequence, useMaxWidth } });
}
