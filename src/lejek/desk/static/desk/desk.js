// Keys of the desk: ? shows them all, j and k or the arrows turn pages of leads. Everything works without.
(() => {
  const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");
  const keys = () => document.querySelector("dialog[data-keys]");

  const follow = (relation, event) => {
    const link = document.querySelector(`a[rel="${relation}"]`);
    if (link) { event.preventDefault(); link.click(); }
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || keys()?.open) return;
    const onList = document.querySelector("[data-row-link]");
    if (event.key === "?" && keys()) { event.preventDefault(); keys().showModal(); }
    else if (event.key === "ArrowRight" || (event.key === "j" && !onList)) follow("next", event);
    else if (event.key === "ArrowLeft" || (event.key === "k" && !onList)) follow("prev", event);
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-shows-keys]");
    if (opener && keys()) { event.preventDefault(); keys().showModal(); }
  });

  // Back from a lead: its row is where j and k go on from. The browser looks for the place first.
  window.addEventListener("load", () => setTimeout(() => {
    const row = /^#lead-\d+$/.test(location.hash) ? document.querySelector(location.hash) : null;
    row?.querySelector("a")?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "center" });
  }));

  // A form that was wrong is where one goes on.
  document.querySelector("main .is-invalid")?.focus();
})();
