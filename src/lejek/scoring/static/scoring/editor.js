// A problem's place in the document: a click puts the cursor there. Everything works without.
(() => {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    const text = document.getElementById("document");
    if (!link || !text) return;
    event.preventDefault();
    const lines = text.value.split("\n");
    const line = Math.min(Number(link.dataset.line), lines.length) - 1;
    const start = lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0);
    const at = start + Math.min(Number(link.dataset.column) - 1, lines[line].length);
    text.focus();
    text.setSelectionRange(at, start + lines[line].length);
    text.scrollTop = (line - 4) * (text.scrollHeight / lines.length);
  });
})();
