"""Write docs/data-sets.md: what each shipped model reaches on leads that it has not seen.

.venv/bin/python tools/data_sets_page.py --data ../shared/data > docs/data-sets.md
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from leadscore.demo import DATA_SETS, Evaluation, evaluate, full_data_folder, load_source
from leadscore.report import wording
from leadscore.report.evaluation import DimensionResult
from leadscore.report.texts import count, decimal, label, percent
from leadscore.statistics import Auc, NotEnoughData, Rate, TopSlice

COMMAND = ".venv/bin/python tools/data_sets_page.py --data ../shared/data > docs/data-sets.md"

HEAD = f"""# Real data sets and what the shipped models reach on them

A score is worth what it says about leads that nobody had seen when the rules were written. Each
model below was written by hand from the first four fifths of its data, by time, and is reported
on the rest. This page is generated:

```sh
{COMMAND}
```

How the figures are made:

- The split follows time, and leads of one moment stay together. Of web visits known only by
  their month, November and December are held out; that is more than a fifth.
- Every lead is scored as of its own moment, with what was known then.
- What people fill in while they sell, or after the outcome, is not read at all; each mapping
  says what it leaves out. `tests/leadscore/test_mapping.py` holds the mappings to it.
- Of the held-out parts only the totals by month had been looked at before the rules were
  written. No rule was changed once its held-out figures were known.
- The figure above each rule in a model is the conversion of the training leads that the rule
  touches, with their number; `tests/leadscore/full_data` recomputes all of them, and this page.
- AUC is the chance that a lead that was won scores above one that was not (0.5 is a coin), with
  DeLong's 95% interval. Shares have Wilson's.
- "Ordinary methods" are logistic regression, gradient boosting (three libraries), naive Bayes
  and a published integer scorecard of at most ten terms, each with its defaults, on practically
  the same split.

The full data sets are looked for in `../shared/data` beside the checkout. Two of them may be
passed on, and a sample of each comes with the package, so that `leadscore demo` and the tests
work without the others.
"""

MAPPINGS = """
## How a mapping is written

A mapping turns a file as somebody else made it into the three tables that scoring reads. It is
YAML, read by `leadscore.mapping`; everything wrong with it, or with a file that does not fit it,
is said at once. Words that YAML would read as something else (`yes`, `no`, numbers) stand in
quotes.

```yaml
schema: 1
name: my-leads
time_zone: Europe/Warsaw
source:
  file: leads.csv.gz           # .csv or .csv.gz, in the folder that is given when it runs
  separator: ";"
  missing: [unknown, "-"]      # words that mean "not known" in every column
  join: [{file: firms.csv, by: nip}]         # at most one row for each row of the first file
  only: {status: {in: [open, won, lost]}}    # which rows are read
lead_id: {column: number}      # or {row_number: lead-}
moment: {column: day, format: "%d.%m.%Y", time: "12:00"}
# or, of rows in date order: {month: month, weekday: day_of_week, first_year: 2008}
# or, in any order, with the year known: {month: month, year: 2017}
# or only an order: {sequence: number, start: 2026-01-01, per_day: 25}
# The last three need `approximate: {en: ..., pl: ...}`, a sentence on what is not exact.
leads:
  lead.occupation: {column: job, values: {mgr: manager}, missing: [none]}
  lead.age: {column: age, type: integer}     # text, integer, number, boolean, date (with format)
  company.city: city                         # a text as it stands
headline: [lead.occupation, company.city]    # what a person recognises a lead by
touchpoints:
  - {type: page_view, times: pages, properties: {page.category: product}}  # one for each counted
  - {type: call, times: calls, less: 1}                   # the counter includes the present one
  - {type: earlier_offer, when: {result: {eq: refused}}, days_before: days_since}
outcomes:
  won: {signed_on: {exists: true}}
  lost: {status: {eq: lost}}                 # neither won nor lost: still open
  at: {column: signed_on, format: "%d.%m.%Y"}
```
"""

REMARKS = {
    "bank-marketing": """The share of calls that succeed rises from 6.4% in the training part to
29.7% in the rest, as the bank goes from thousands of calls a month to hundreds. An order survives
such a shift; a promise of "so many percent" would not have: no band keeps its share. Ordinary
methods reach 0.538 to 0.748, logistic regression most. Two bands of *timing* are empty in the
held-out part: interest rates were low throughout.""",
    "online-shoppers": """Ordinary methods reach 0.624 to 0.710: the visits before the sales season
say little about those in it. `PageValues` alone would bring 0.856, and is computed from the
transactions themselves.""",
    "xeducation": """Ordinary methods reach 0.885 to 0.898. Most of the difference is one fact that
this model leaves alone: that the occupation is not known (16.1% of 2,124 such training leads
enrolled, 48.1% of the others). It may well have been filled in by the salesperson who spoke with
the lead; then it says "somebody spoke with them", which is not known yet when one has to choose
whom to call. Within the training part the fact moves a logistic regression from 0.852 to 0.889.""",
    "olist": """The only business-to-business data here, and there is little to know in it: the
channel and the landing page. Ordinary methods reach 0.626 to 0.696. A lead
without a deal may still sign later, so shares are of what was signed by November 2018.""",
    "crm-sales-opportunities": """The negative control: in this made-up data set winning is
random, and every method reaches 0.50. The model takes up five differences that the training part
shows, as an eager reader would; on the rest nothing is left of them, and the report says that no
signal has been shown.""",
}


def main() -> None:
    """Prints the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=full_data_folder(), metavar="DIR")
    data: Path | None = parser.parse_args().data
    if data is None or not data.is_dir():
        parser.error("no full data sets here; name their folder with --data")
    evaluations = {name: evaluate(load_source(DATA_SETS[name], data)) for name in DATA_SETS}
    samples = {
        name: evaluate(load_source(data_set))
        for name, data_set in DATA_SETS.items()
        if data_set.has_sample
    }
    print(page(evaluations, samples))


def page(evaluations: dict[str, Evaluation], samples: dict[str, Evaluation]) -> str:
    """The text of the page, from the full data sets and from the bundled samples."""
    return "\n".join(_parts(evaluations, samples))


def _parts(evaluations: dict[str, Evaluation], samples: dict[str, Evaluation]) -> Iterator[str]:
    yield HEAD
    yield "## In one table\n"
    yield from _summary(evaluations)
    yield "\nAnd on the samples that come with the package:\n"
    yield from _summary(samples)
    for name, evaluation in evaluations.items():
        yield from _section(name, evaluation)
    yield MAPPINGS.rstrip()


def _summary(evaluations: dict[str, Evaluation]) -> Iterator[str]:
    yield "| model | rules | written from | held out | won of them | AUC | top 20% of the list |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for name, evaluation in evaluations.items():
        cells = (
            f"`{name}`",
            str(len(evaluation.model.rules)),
            _trials(evaluation.training),
            _trials(evaluation.held_out),
            wording.rate_text(evaluation.held_out, "en"),
            _auc(evaluation.auc),
            _capture(evaluation.slices[1]),
        )
        yield f"| {' | '.join(cells)} |"


def _section(name: str, evaluation: Evaluation) -> Iterator[str]:
    mapping = evaluation.mapping
    yield f"\n## {label(mapping.title, name, 'en')} (`{name}`)\n"
    yield f"{REMARKS[name]}\n"
    folder = DATA_SETS[name].folder
    yield f"Mapping: `src/leadscore/samples/{folder}/mapping.yaml`. Source: {mapping.notice}"
    if note := label(mapping.approximate, "", "en"):
        yield f"\n{note}"
    for result in evaluation.dimensions:
        yield from _bands(result)


def _bands(result: DimensionResult) -> Iterator[str]:
    name = label(result.dimension.label, result.dimension.name, "en")
    yield f"\n**{name}**, AUC {_auc(result.auc)}. {wording.order_text(result, 'en')}\n"
    yield "| band | points | leads | won | share | 95% interval |"
    yield "|---|---|--:|--:|--:|--:|"
    for row, is_total in wording.band_rows(result):
        band = "all" if is_total else wording.band_label(result.dimension, row.band, "en")
        span = "" if is_total else wording.band_range(result.dimension, row.band, "en")
        share, interval = wording.rate_text(row.rate, "en"), wording.interval_text(row.rate, "en")
        leads, won = count(row.leads, "en"), count(row.conversions, "en")
        yield f"| {band} | {span} | {leads} | {won} | {share} | {interval} |"


def _trials(rate: Rate | NotEnoughData) -> str:
    return "0" if isinstance(rate, NotEnoughData) else count(rate.trials, "en")


def _auc(found: Auc | NotEnoughData) -> str:
    if isinstance(found, NotEnoughData):
        return found.sentence()
    value, low, high = (decimal(x, "en", 3) for x in (found.value, found.low, found.high))
    return f"{value} ({low} – {high})"


def _capture(found: TopSlice | NotEnoughData) -> str:
    if isinstance(found, NotEnoughData):
        return found.sentence()
    lift = decimal(found.lift.value, "en", 1)
    return f"{percent(found.capture.value, 'en')} of the won, {lift}×"


if __name__ == "__main__":
    main()
