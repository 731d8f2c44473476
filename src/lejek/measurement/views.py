"""Reports: bands against what happened, the share of accepted leads."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from leadscore.language import Names
from lejek.kernel import clock
from lejek.measurement.acceptance import acceptance
from lejek.measurement.bands import drops
from lejek.measurement.chart import rate_chart
from lejek.measurement.export import bands_csv
from lejek.measurement.filters import (
    COHORT,
    GRADE,
    HORIZONS,
    OVERALL,
    Choices,
    Question,
    choices,
    question,
    wrong_days,
)
from lejek.measurement.matrix import chosen_dimensions, matrix
from lejek.measurement.readings import LANDMARK_DAYS
from lejek.measurement.selectors import BandReport, band_report
from lejek.people.access import needs, signed_in


def _lang() -> str:
    return (get_language() or "en")[:2]


@require_GET
@needs("reports.read")
def show_bands(request: HttpRequest) -> HttpResponse:
    """What came of the leads of each band."""
    possible = choices()
    if possible is None:
        return render(request, "measurement/no_model.html")
    asked, now = question(request.GET, possible), clock.now()
    wrong = wrong_days(request.GET, timezone.localdate(now))
    labels = BandLabels(asked, possible)
    context: dict[str, object] = {
        "asked": asked,
        "wrong": wrong,
        "kinds": labels.kinds(),
        "versions": [version.number for version in reversed(possible.versions)],
        "moments": labels.moments(),
        "horizons": HORIZONS,
        "landmark_days": LANDMARK_DAYS,
        "query": request.GET.urlencode(),
    }
    if wrong:
        return render(request, "measurement/bands.html", context, status=422)
    report = band_report(signed_in(request), asked, possible, now)
    template = "measurement/_bands.html" if request.headers.get("HX-Request") else None
    context |= _figures(report, labels)
    return render(request, template or "measurement/bands.html", context)


def _figures(report: BandReport, labels: BandLabels) -> dict[str, object]:
    """The report as the page shows it, hottest first."""
    table = report.table
    return {
        "report": report,
        "table": table,
        "lines": [(line, labels.label(line.name)) for line in reversed(table.lines)],
        "n_bands": len(table.lines),
        "drops": [(labels.label(lower), labels.label(higher)) for lower, higher in drops(table)],
        "charts": [
            (rate_chart(table.lines, width=width, left=left), kind, labels.all(table.lines))
            for width, left, kind in ((920, 120, "d-none d-md-block"), (360, 92, "d-md-none"))
        ],
        "kind": labels.kind(),
        "moment": labels.moment(),
    }


@require_GET
@needs("reports.read")
def export_bands(request: HttpRequest) -> HttpResponse:
    """The report on bands as a CSV file; with a wrong period, to the page that says so."""
    now = clock.now()
    if wrong_days(request.GET, timezone.localdate(now)):
        return HttpResponseRedirect(f"{reverse('measurement:bands')}?{request.GET.urlencode()}")
    possible = choices()
    text = ""
    if possible is not None:
        asked = question(request.GET, possible)
        report = band_report(signed_in(request), asked, possible, now)
        labels = BandLabels(asked, possible)
        text = bands_csv(report, labels.label, labels.asked(now), _lang())
    name = f"{pgettext('file', 'bands')}-{timezone.localdate(now).isoformat()}.csv"
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_GET
@needs("reports.read")
def show_acceptance(request: HttpRequest) -> HttpResponse:
    """The share of accepted leads, and the reasons of rejection."""
    found = acceptance(signed_in(request), clock.now())
    return render(request, "measurement/acceptance.html", {"found": found, "lang": _lang()})


@require_GET
@needs("reports.read")
def show_matrix(request: HttpRequest) -> HttpResponse:
    """Open leads by the bands of two dimensions."""
    possible = choices()
    if possible is None:
        return render(request, "measurement/no_model.html")
    model = possible.model
    rows, columns = chosen_dimensions(request.GET, model)
    names = Names(_lang(), model)
    found = matrix(signed_in(request), model, rows, columns)
    context = {
        "found": found,
        "rows": rows.name,
        "columns": columns.name,
        "rows_label": names.dimension(rows.name),
        "columns_label": names.dimension(columns.name),
        "dimensions": [(d.name, names.dimension(d.name)) for d in model.dimensions],
        "lines": [(names.band(rows.name, line.band), line) for line in found.rows],
        "n_rows": len(found.rows),
        "heads": [(names.band(columns.name, name), number) for name, number in found.columns],
        "n_columns": len(found.columns),
    }
    return render(request, "measurement/matrix.html", context)


class BandLabels:
    """What bands and dimensions are called on a page."""

    def __init__(self, asked: Question, possible: Choices) -> None:
        self._asked = asked
        self._possible = possible
        self._names = Names(_lang(), possible.model)

    def label(self, name: str) -> str:
        """A band."""
        if self._asked.is_by_grade:
            return name
        if self._asked.is_by_overall:
            return _("%(range)s points") % {"range": name} if name else "–"
        return self._names.band(self._asked.by, name)

    def all(self, lines: object) -> dict[str, str]:
        """Every band by its name."""
        return {line.name: self.label(line.name) for line in lines}  # type: ignore[attr-defined]

    def kinds(self) -> list[tuple[str, str]]:
        """What may be chosen to see bands of."""
        kinds = [(OVERALL, _("overall score"))]
        kinds += [(d.name, self._names.dimension(d.name)) for d in self._possible.model.dimensions]
        if self._possible.model.grade is not None:
            kinds.append((GRADE, _("grade letter")))
        return kinds

    def kind(self) -> str:
        """What was chosen."""
        return dict(self.kinds())[self._asked.by]

    def moment(self) -> str:
        """The stage at whose entry the band was read; empty for the 14th day."""
        labels = dict(self.moments())
        return labels.get(self._asked.moment, "")

    def asked(self, now: datetime) -> list[tuple[str, str]]:
        """What was asked and when, by its name; empty where it was left open."""
        asked, is_cohort = self._asked, self._asked.basis == COHORT
        basis = _("by cohort (leads that came in)") if is_cohort else _("by period (deals won)")
        version = pgettext("versions", "all") if asked.version is None else str(asked.version)
        day14 = _("%(landmark_days)s days after coming in") % {"landmark_days": LANDMARK_DAYS}
        entering = _("on entering: %(label)s") % {"label": self.moment()}
        return [
            (_("Bands of"), self.kind()),
            (_("Model version"), version),
            (_("Band read"), entering if asked.stage else day14),
            (_("Counted"), basis),
            (_("Followed for, days"), str(asked.horizon_days) if is_cohort else ""),
            (pgettext("day", "From"), "" if asked.begin is None else asked.begin.isoformat()),
            (pgettext("day", "To"), "" if asked.end is None else asked.end.isoformat()),
            (_("Exported at"), timezone.localtime(now).strftime("%Y-%m-%d %H:%M")),
        ]

    def moments(self) -> list[tuple[str, str]]:
        """The stages at whose entry bands may be read."""
        name = "label_pl" if _lang() == "pl" else "label_en"
        return [(stage.key, str(getattr(stage, name))) for stage in self._possible.stages]
