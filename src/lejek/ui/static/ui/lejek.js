// Keyboard paths of lists: j and k move, Enter opens, / searches. Everything works without them.
(() => {
  const rows = () => Array.from(document.querySelectorAll("[data-row-link]"));
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  const choose = (step) => {
    const all = rows();
    if (!all.length) return;
    const before = all.findIndex((row) => row.contains(document.activeElement) || row.matches(".is-chosen"));
    all[before]?.classList.remove("is-chosen");
    const at = Math.max(0, Math.min(all.length - 1, before + step));
    all[at].classList.add("is-chosen");
    all[at].querySelector("a")?.focus();
    all[at].scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "j") choose(1);
    else if (event.key === "k") choose(-1);
    else if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); }
    } else {
      const link = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
    }
  });

  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
})();
