"""What is wrong with a page that is open in a browser: for eyes, ears, keyboards and languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polib
from playwright.sync_api import Page, ViewportSize

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parents[1] / "src" / "lejek"
AXE = HERE / "vendor" / "axe.js"
NARROW: ViewportSize = {"width": 390, "height": 844}
TABLET: ViewportSize = {"width": 1000, "height": 900}
WIDE: ViewportSize = {"width": 1440, "height": 900}
USUAL: ViewportSize = {"width": 1280, "height": 900}

_LANDMARKS = ("landmark", "region", "page-has-heading-one", "heading-order", "skip-link")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN_AXE = """tags => axe.run(document, {
  runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], preload: false
}).then(found => found.violations.map(each => [each.id, each.impact,
  each.nodes.slice(0, 3).map(node => node.target.join(' ') + ' ' + node.html.slice(0, 160))]))"""
_LOOK = """() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const skipped = 'script,style,code,pre,kbd,textarea,[lang]:not(html)';
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.replace(/\\s+/g, ' ').trim();
    if (text && !parent.closest(skipped)) texts.push(text);
  }
  for (const each of document.querySelectorAll('[aria-label],[placeholder],[title]'))
    for (const name of ['aria-label', 'placeholder', 'title'])
      if (each.hasAttribute(name) && !each.closest('[lang]:not(html)'))
        texts.push(each.getAttribute(name).trim());
  return {
    lang: document.documentElement.lang, title: document.title, texts,
    icons: [...document.querySelectorAll('use')].map(use => use.getAttribute('href')),
    inline: document.querySelectorAll('[style],[onclick],[onchange],[onsubmit]').length,
  };
}"""
_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')].filter(each => {
    const box = each.getBoundingClientRect();
    if (box.right <= innerWidth + 1 || box.width === 0) return false;
    for (let up = each.parentElement; up; up = up.parentElement)
      if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(up).overflowX)) return false;
    return true;
  }).slice(0, 3).map(each => each.outerHTML.slice(0, 120))"""
_CITED = "CC BY"
"""A source is cited in its own language."""
_ENGLISH = re.compile(
    r"\b(the|of|and|are|with|from|this|that|your|has|have|was|were|not|yet|which|when|what|is)\b",
    re.IGNORECASE,
)


def faults(page: Page, language: str, theme: str) -> list[str]:
    """What is wrong with the page that is open; it is left narrow, and in that theme.

    Looked at: language, title, icons, words, what axe finds, and whether the page fits
    from a wide screen to a telephone.
    """
    seen = page.evaluate(_LOOK)
    found = [*_of_the_head(seen, language), *_of_the_icons(seen["icons"])]
    if seen["inline"]:
        found.append(f"{seen['inline']} inline styles or handlers")
    if language == "pl":
        found += [f"not in Polish: {text!r}" for text in seen["texts"] if _is_english(text)]
    page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
    found += axe(page)
    for size in (WIDE, TABLET, NARROW):
        page.set_viewport_size(size)
        found += [f"wider than {size['width']} px: {each}" for each in page.evaluate(_WIDE)]
    return found


def axe(page: Page) -> list[str]:
    """What axe finds serious or critical, and everything about landmarks and headings."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return [
        f"{rule} ({impact}): {nodes}"
        for rule, impact, nodes in page.evaluate(_RUN_AXE, _TAGS)
        if impact in ("serious", "critical") or rule.startswith(_LANDMARKS)
    ]


def _of_the_head(seen: Mapping[str, Any], language: str) -> list[str]:
    found = []
    if seen["lang"] != language:
        found.append(f"lang is {seen['lang']!r}")
    if not seen["title"].split(" · ")[0].strip():
        found.append(f"no title: {seen['title']!r}")
    return found


def _of_the_icons(references: list[str]) -> list[str]:
    names = {each.partition("#")[2] for each in references}
    return [f"no such icon: {name!r}" for name in sorted(names - icons())]


@cache
def icons() -> frozenset[str]:
    """The icons that are served."""
    sprite = (PACKAGE / "ui" / "static" / "ui" / "vendor" / "icons.svg").read_text()
    return frozenset(re.findall(r'<symbol id="([^"]+)"', sprite))


@cache
def _catalogue() -> tuple[frozenset[str], frozenset[str]]:
    """Texts as they are written in the code, and as they read in Polish."""
    source, polish = set(), set()
    for path in PACKAGE.rglob("*.po"):
        for entry in polib.pofile(str(path)):
            texts = [entry.msgstr, *entry.msgstr_plural.values()]
            polish.update(texts)
            source.update({entry.msgid, entry.msgid_plural} - set(texts))
    return frozenset(source - polish - {""}), frozenset(polish)


def _is_english(text: str) -> bool:
    source, polish = _catalogue()
    if text in polish or _CITED in text:
        return False
    return text in source or len(_ENGLISH.findall(text)) > 1
