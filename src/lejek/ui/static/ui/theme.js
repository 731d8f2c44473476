// Light or dark as the system says, for whom has chosen neither. Loaded before the styles, so that no
// page is drawn in the other one first.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { document.documentElement.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  follow();
  dark.addEventListener("change", follow);
})();
