"""Parts of an evaluation as sentences and cells, the same for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from leadscore.model import Dimension, ScoringModel
from leadscore.report.evaluation import DimensionResult, Evaluation, Line, ListedLead
from leadscore.report.texts import Lang, count, decimal, label, percent, points, text
from leadscore.results import DIMENSION_CAP, GROUP_CAP
from leadscore.statistics import (
    Auc,
    BandReport,
    BandRow,
    Direction,
    NotEnoughData,
    Rate,
    TopSlice,
)


def rule_label(model: ScoringModel, rule_id: str, lang: Lang) -> str:
    """What a line of an explanation is called: the rule's label, or the limit's."""
    if rule_id.startswith(GROUP_CAP):
        group = model.group(rule_id.removeprefix(GROUP_CAP))
        return text("line_cap", lang, name=label(group.label, group.name, lang))
    if rule_id.startswith(DIMENSION_CAP):
        dimension = model.dimension(rule_id.removeprefix(DIMENSION_CAP))
        return text("line_cap", lang, name=label(dimension.label, dimension.name, lang))
    return label(model.rule(rule_id).label, rule_id, lang)


def line_text(model: ScoringModel, line: Line, lang: Lang) -> str:
    """A line's rule and, where it counted several touchpoints, how many."""
    name = rule_label(model, line.rule_id, lang)
    return f"{name} (×{count(line.times, lang)})" if line.times and line.times > 1 else name


def lines_by_dimension(
    model: ScoringModel, lead: ListedLead
) -> Iterator[tuple[Dimension, int, str, tuple[Line, ...]]]:
    """Each dimension of a lead with its score, its band and the lines that add up to it."""
    for dimension, milli, band in lead.scores:
        own = tuple(
            line
            for line in lead.lines
            if line.millipoints and dimension_of(model, line.rule_id) == dimension.name
        )
        yield dimension, milli, band, own


def dimension_of(model: ScoringModel, rule_id: str) -> str:
    """The dimension that a line belongs to."""
    if rule_id.startswith(GROUP_CAP):
        return model.group(rule_id.removeprefix(GROUP_CAP)).dimension
    if rule_id.startswith(DIMENSION_CAP):
        return rule_id.removeprefix(DIMENSION_CAP)
    return model.rule(rule_id).dimension


def band_label(dimension: Dimension, name: str, lang: Lang) -> str:
    """What a band is called."""
    band = next(band for band in dimension.bands if band.name == name)
    return label(band.label, name, lang)


def band_range(dimension: Dimension, name: str, lang: Lang) -> str:
    """The points of a band; its upper end is where the next one begins."""
    names = [band.name for band in dimension.bands]
    number = names.index(name)
    low = points(dimension.bands[number].from_milli, lang)
    if number + 1 == len(names):
        return text("from_on", lang, low=low)
    high = points(dimension.bands[number + 1].from_milli, lang)
    return text("from_to", lang, low=low, high=high)


def band_from(dimension: Dimension, name: str, lang: Lang) -> str:
    """The points from which a band reaches to where the next one begins."""
    return points(next(band.from_milli for band in dimension.bands if band.name == name), lang)


def rate_text(rate: Rate | NotEnoughData, lang: Lang) -> str:
    """A share, or a dash where there is none."""
    return "–" if isinstance(rate, NotEnoughData) else percent(rate.value, lang)


def interval_text(rate: Rate | NotEnoughData, lang: Lang) -> str:
    """The interval of a share, or that there is not enough to say."""
    if isinstance(rate, NotEnoughData):
        return text("no_data", lang)
    return f"{percent(rate.low, lang)} – {percent(rate.high, lang)}"


def auc_text(found: Auc | NotEnoughData, lang: Lang, *, is_short: bool = False) -> str:
    """The ranking figure as a sentence, with a warning where it shows nothing."""
    if isinstance(found, NotEnoughData):
        return found.sentence(lang)
    values = {name: decimal(getattr(found, name), lang, 3) for name in ("value", "low", "high")}
    sentence = text("auc_short" if is_short else "auc", lang, **values)
    has_signal = found.low > 0.5 or found.high < 0.5
    return sentence if has_signal else f"{sentence} {text('no_signal', lang)}"


def slice_text(found: TopSlice | NotEnoughData, lang: Lang) -> str:
    """What the top of the list holds."""
    if isinstance(found, NotEnoughData):
        return found.sentence(lang)
    return text(
        "top",
        lang,
        percent=decimal(found.percent, lang, 0),
        capture=percent(found.capture.value, lang),
        lift=decimal(found.lift.value, lang, 1),
    )


def order_text(result: DimensionResult, lang: Lang) -> str:
    """Whether conversion rises with the band."""
    report: BandReport = result.bands
    if isinstance(report.order, NotEnoughData):
        return report.order.sentence(lang)
    if report.order.direction is Direction.FALLING:
        return text("falling", lang)
    if report.order.direction is Direction.NOT_SHOWN:
        return text("not_rising", lang)
    if report.order.drops:
        drops = ", ".join(
            " → ".join(band_label(result.dimension, band, lang) for band in pair)
            for pair in report.order.drops
        )
        return text("rising_with_drops", lang, drops=drops)
    return text("rising", lang)


def band_rows(result: DimensionResult) -> Iterator[tuple[BandRow, bool]]:
    """The bands, hottest first, then all together (marked by True)."""
    for row in reversed(result.bands.rows):
        yield row, False
    yield result.bands.total, True


def subtitle(evaluation: Evaluation, lang: Lang) -> str:
    """What the list is."""
    mapping = evaluation.mapping
    return text("subtitle", lang, title=label(mapping.title, mapping.name, lang))


def about(evaluation: Evaluation, lang: Lang) -> Iterator[tuple[str, str]]:
    """Where everything comes from: names with their sentences."""
    mapping = evaluation.mapping
    which = "about_sample" if evaluation.is_sample else "about_full"
    title = label(mapping.title, mapping.name, lang)
    yield text("about_data", lang), f"{title}: {text(which, lang)}"
    model = evaluation.model
    yield (
        text("about_model", lang),
        text("about_rules", lang, name=model.name, count=len(model.rules)),
    )
    zone = ZoneInfo(mapping.time_zone)
    yield (
        text("about_split", lang),
        text(
            "about_split_text",
            lang,
            count=_trials(evaluation.held_out, lang),
            day=evaluation.first_moment.astimezone(zone).date().isoformat(),
            rate=rate_text(evaluation.held_out, lang),
            training=_trials(evaluation.training, lang),
            training_rate=rate_text(evaluation.training, lang),
        ),
    )
    exact = text("about_moment_exact", lang)
    yield text("about_moment", lang), label(mapping.approximate, exact, lang)
    yield text("about_notice", lang), mapping.notice


def _trials(rate: Rate | NotEnoughData, lang: Lang) -> str:
    return count(0 if isinstance(rate, NotEnoughData) else rate.trials, lang)
