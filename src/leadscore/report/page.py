"""The evaluation as one HTML page: no script, nothing from elsewhere, light and dark.

In: an `Evaluation`. Out: the text of the page.
"""

from __future__ import annotations

from pathlib import Path

from leadscore.model import Dimension
from leadscore.report import wording
from leadscore.report.evaluation import (
    DimensionResult,
    Evaluation,
    Line,
    ListedLead,
    strongest,
)
from leadscore.report.markup import Markup, element, joined
from leadscore.report.texts import Lang, count, decimal, label, points, text
from leadscore.statistics import BandRow, NotEnoughData

_STYLE = Path(__file__).with_name("page.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
REASONS = 3
WIDTH = 100
BAND_CLASSES = 4


def page(evaluation: Evaluation, lang: Lang) -> str:
    """The whole page."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{text('title', lang)} – Lejek"),
        element("style", Markup(_STYLE.read_text(encoding="utf-8"))),
    )
    body = element("body", _header(evaluation, lang), _main(evaluation, lang), _footer(lang))
    return f"<!doctype html>\n{element('html', head, body, lang=lang)}\n"


def _header(evaluation: Evaluation, lang: Lang) -> Markup:
    return element(
        "header",
        element("p", _MARK, "Lejek", class_="brand"),
        element("h1", text("title", lang)),
        element("p", wording.subtitle(evaluation, lang), class_="lede"),
        element("ul", *_figures(evaluation, lang), class_="figures"),
    )


_MARK = Markup(
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2 3h20l-8 9.5V21l-4-2.5v-6z"/></svg>'
)


def _figures(evaluation: Evaluation, lang: Lang) -> list[Markup]:
    """The few numbers that sum it up."""
    shown = []
    for found in evaluation.slices:
        if not isinstance(found, NotEnoughData):
            lift = f"{decimal(found.lift.value, lang, 1)}×"
            shown.append(_figure(lift, wording.slice_text(found, lang)))
    if isinstance(evaluation.auc, NotEnoughData):
        return [*shown, _figure("–", evaluation.auc.sentence(lang))]
    value = decimal(evaluation.auc.value, lang, 2)
    return [*shown, _figure(value, wording.auc_text(evaluation.auc, lang))]


def _figure(value: str, sentence: str) -> Markup:
    return element("li", element("strong", value), element("span", sentence), class_="card")


def _main(evaluation: Evaluation, lang: Lang) -> Markup:
    return element(
        "main",
        element("h2", text("list", lang)),
        element("ol", *_leads(evaluation, lang), class_="leads"),
        element("h2", text("bands", lang)),
        element(
            "div",
            *(_bands(result, lang) for result in evaluation.dimensions),
            class_="bands",
        ),
        element("h2", text("about", lang)),
        element("div", _about(evaluation, lang), class_="card"),
    )


def _leads(evaluation: Evaluation, lang: Lang) -> list[Markup]:
    items: list[Markup] = []
    last = 0
    for lead in evaluation.listed:
        if (left_out := lead.rank - last - 1) > 0:
            between = text("skipped", lang, count=count(left_out, lang))
            items.append(element("li", between, class_="between"))
        items.append(_lead(evaluation, lead, lang))
        last = lead.rank
    return items


def _lead(evaluation: Evaluation, lead: ListedLead, lang: Lang) -> Markup:
    score = element(
        "div",
        points(lead.overall_milli, lang),
        element("small", f"{text('grade', lang)} {lead.grade}") if lead.grade else None,
        class_="score",
    )
    return element(
        "li",
        element("div", f"{count(lead.rank, lang)}.", class_="rank"),
        score,
        _who(lead),
        element("div", _reasons(evaluation, lead, lang), class_="why"),
        element("ul", *_meters(lead, lang), class_="meters"),
        element("div", _outcome(lead, lang), class_="outcome"),
        _explanation(evaluation, lead, lang),
        class_="lead card",
    )


def _who(lead: ListedLead) -> Markup:
    name, facts = element("strong", lead.lead_id), element("span", ", ".join(lead.headline))
    return element("div", name, facts, class_="who")


def _meters(lead: ListedLead, lang: Lang) -> list[Markup]:
    return [_meter(dimension, milli, band, lang) for dimension, milli, band in lead.scores]


def _meter(dimension: Dimension, milli: int, band: str, lang: Lang) -> Markup:
    reach = dimension.max_milli - dimension.min_milli
    filled = round(WIDTH * (milli - dimension.min_milli) / reach, 1)
    color = _band_class(dimension, band)
    name = label(dimension.label, dimension.name, lang)
    return element(
        "li",
        f"{name} ",
        element("b", points(milli, lang)),
        ", ",
        element("span", wording.band_label(dimension, band, lang), class_=color),
        _drawing(
            6,
            element("rect", width=WIDTH, height=6, class_="track"),
            element("rect", width=filled, height=6, class_=color),
        ),
    )


def _drawing(height: int, *parts: Markup) -> Markup:
    return element(
        "svg",
        *parts,
        viewBox=f"0 0 {WIDTH} {height}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _band_class(dimension: Dimension, band: str) -> str:
    """A colour from cold to hot, whatever the number of bands."""
    names = [declared.name for declared in dimension.bands]
    steps = max(1, len(names) - 1)
    return f"band-{round((BAND_CLASSES - 1) * names.index(band) / steps)}"


def _reasons(evaluation: Evaluation, lead: ListedLead, lang: Lang) -> Markup:
    lines = strongest(lead.lines, REASONS)
    if not lines:
        return element("p", text("no_reasons", lang), class_="nothing")
    items = [
        element(
            "li",
            element("b", points(line.millipoints, lang, signed=True), class_=_sign_class(line)),
            element("span", wording.line_text(evaluation.model, line, lang)),
        )
        for line in lines
    ]
    return element("ul", *items, class_="reasons")


def _sign_class(line: Line) -> str:
    return "up" if line.millipoints > 0 else "down"


def _outcome(lead: ListedLead, lang: Lang) -> Markup:
    if lead.is_won:
        return element("span", text("won", lang), class_="chip won")
    return element("span", text("not_won", lang), class_="chip open")


def _explanation(evaluation: Evaluation, lead: ListedLead, lang: Lang) -> Markup:
    """Every line of every dimension, with the sum that is the score."""
    tables = [
        _sum_table(evaluation, (dimension, milli, lines), lang)
        for dimension, milli, _, lines in wording.lines_by_dimension(evaluation.model, lead)
        if lines
    ]
    if not tables:
        return Markup("")
    return element("details", element("summary", text("all_lines", lang)), *tables)


def _sum_table(
    evaluation: Evaluation, sum_: tuple[Dimension, int, tuple[Line, ...]], lang: Lang
) -> Markup:
    dimension, milli, lines = sum_
    rows = [
        element(
            "tr",
            element("td", wording.line_text(evaluation.model, line, lang)),
            element(
                "td",
                points(line.millipoints, lang, signed=True),
                class_=f"points {_sign_class(line)}",
            ),
        )
        for line in lines
    ]
    name = label(dimension.label, dimension.name, lang)
    total = element(
        "tr",
        element("th", text("line_total", lang, name=name), scope="row"),
        element("td", points(milli, lang), class_="points"),
    )
    head = element(
        "tr",
        element("th", text("line_rule", lang), scope="col"),
        element("th", text("line_points", lang), scope="col", class_="number"),
    )
    return element(
        "table",
        element("caption", name),
        element("thead", head),
        element("tbody", *rows),
        element("tfoot", total),
        class_="sum",
    )


def _bands(result: DimensionResult, lang: Lang) -> Markup:
    rows = list(wording.band_rows(result))
    widest = max((_high(row) for row, _ in rows), default=0.0)
    body = [
        _band_row(result.dimension, row, widest, lang) for row, is_total in rows if not is_total
    ]
    total = [_total_row(row, widest, lang) for row, is_total in rows if is_total]
    verdict = f"{wording.order_text(result, lang)} {wording.auc_text(result.auc, lang)}"
    return element(
        "section",
        element("h3", label(result.dimension.label, result.dimension.name, lang)),
        element(
            "table",
            element("thead", _band_head(lang)),
            element("tbody", *body),
            element("tfoot", *total),
        ),
        element("p", verdict, class_="verdict"),
        class_="card",
    )


def _band_head(lang: Lang) -> Markup:
    numbers = [
        element("th", text(key, lang), scope="col", class_="number")
        for key in ("leads", "conversions", "rate")
    ]
    first = element("th", text("band", lang), scope="col")
    bar = element("th", text("interval", lang), scope="col", class_="bar")
    return element("tr", first, *numbers, bar)


def _band_row(dimension: Dimension, row: BandRow, widest: float, lang: Lang) -> Markup:
    color = _band_class(dimension, row.band)
    name = element(
        "th",
        element("span", wording.band_label(dimension, row.band, lang), class_=f"chip {color}"),
        element("small", wording.band_range(dimension, row.band, lang)),
        scope="row",
    )
    return element("tr", name, *_band_cells(row, widest, color, lang))


def _total_row(row: BandRow, widest: float, lang: Lang) -> Markup:
    name = element("th", text("total", lang), scope="row")
    return element("tr", name, *_band_cells(row, widest, "total", lang))


def _band_cells(row: BandRow, widest: float, color: str, lang: Lang) -> list[Markup]:
    share = joined(
        wording.rate_text(row.rate, lang), element("small", wording.interval_text(row.rate, lang))
    )
    return [
        element("td", count(row.leads, lang), class_="number"),
        element("td", count(row.conversions, lang), class_="number"),
        element("td", share, class_="number"),
        element("td", _bar(row, widest, color), class_="bar"),
    ]


def _high(row: BandRow) -> float:
    return 0.0 if isinstance(row.rate, NotEnoughData) else row.rate.high


def _bar(row: BandRow, widest: float, color: str) -> Markup:
    """The share as a bar, its interval as a line across the bar's end."""
    track = element("rect", y=3, width=WIDTH, height=8, class_="track")
    if isinstance(row.rate, NotEnoughData) or not widest:
        return _drawing(14, track)
    low, value, high = (
        round(WIDTH * share / widest, 1) for share in (row.rate.low, row.rate.value, row.rate.high)
    )
    bar = element("rect", y=3, width=value, height=8, class_=color)
    span = element("line", x1=low, x2=high, y1=7, y2=7, class_="span")
    return _drawing(14, track, bar, span)


def _about(evaluation: Evaluation, lang: Lang) -> Markup:
    parts: list[Markup] = []
    for name, sentence in wording.about(evaluation, lang):
        parts += [element("dt", name), element("dd", sentence)]
    return element("dl", *parts)


def _footer(lang: Lang) -> Markup:
    return element("footer", element("p", text("about_exact", lang)))
