"""What the pages and the rejects file say of faults and refusals, in whole sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from lejek.identity.imports.columns import Problem
from lejek.identity.reading import Fault
from lejek.identity.targets import LEAD_TARGETS, TOUCHPOINT_TARGETS

_SHOWN = 60
"""Characters of what was found; the row itself is in the file of rejects."""

REFUSALS: Mapping[str, str | Promise] = {
    "too_large": _("The file is larger than 500 MB. Split it into parts and load them one by one."),
    "empty": _("The file is empty."),
    "no_header": _("The file has no row with the names of the columns."),
    "broken_header": _(
        "A quotation mark in the header does not close. Mend the names of the columns and load the file again."
    ),
    "too_wide": _("The file has more than 500 columns. Leave only those that are needed."),
    "old_workbook": _(
        "This is a workbook in the old Excel format (.xls), or a protected one. Save it as .xlsx without a password, or as CSV."
    ),
    "compressed": _("The file is compressed. Unpack it and load the CSV or XLSX that is inside."),
    "not_text": _("This is neither CSV nor XLSX. Save the table as one of these two."),
    "has_macros": _(
        "The workbook contains macros. Save it as an ordinary .xlsx and load it again."
    ),
    "bomb": _(
        "The workbook unpacks to more than can be opened safely. Save the table as CSV and load that."
    ),
    "too_many_cells": _(
        "The sheet has more than 30 million cells. Leave only the columns that are needed, or save the table as CSV and load that."
    ),
    "gone": _(
        "The uploaded file is not on this server any more, perhaps because the database was restored without the folder of imports. Load the file again."
    ),
    "not_a_workbook": _("The workbook cannot be opened. Save it again as .xlsx or as CSV."),
    "no_rows": _("The file has a header but no rows."),
}

FAULTS: Mapping[str, str | Promise] = {
    "not_an_email": _("is not an e-mail address"),
    "not_a_phone": _("is not a phone number"),
    "not_a_nip": _("is not a valid NIP: the check digit is wrong or it does not have 10 digits"),
    "not_a_regon": _("is not a valid REGON"),
    "not_a_krs": _("is not a KRS number of up to 10 digits"),
    "not_a_pkd": _("is not a PKD code such as 62.01.Z"),
    "not_a_domain": _("is not an Internet domain"),
    "not_a_country": _("is not the name or code of a country"),
    "not_a_number": _("is not a number"),
    "not_whole": _("is not a whole number"),
    "a_range": _("is a range; a single number is needed"),
    "two_readings": _("can be read in two ways: write 12 345 or 12,345"),
    "out_of_range": _("is too small or too large"),
    "not_a_yes_or_no": _("is neither yes nor no"),
    "not_a_date": _("is not a date such as 2026-01-31, 31.01.2026 or 31.01.2026 12:00"),
    "too_long": _("is too long"),
    "in_future": _("is in the future; only what has happened already can be imported"),
    "id_of_another": _(
        "is the id of another touchpoint; if another program gave it, load the file without its column of ids"
    ),
    "unknown_lead": _("nobody is known by this; import the lead first"),
    "of_another_person": _("belongs to somebody else"),
    "of_another_company": _("belongs to another company"),
    "no_company": _("has no company to stand at: give the name or the NIP of the company too"),
    "not_a_direction": _("is neither inbound nor outbound"),
}

LACKS: Mapping[str, str | Promise] = {
    "nobody_at_all": _("there is no e-mail, phone, name or company: nothing says who this is"),
    "no_type": _("the type of the touchpoint is missing"),
    "no_moment": _("it is not said when it happened"),
    "nobody": _(
        "there is no e-mail, no phone and no visitor id: it is not known whose touchpoint this is"
    ),
}

BROKEN: Mapping[str, str | Promise] = {
    "unclosed_quote": _(
        "line %(line)s: a quotation mark opens a cell and does not close it; only this line is rejected, reading goes on with the next"
    ),
    "too_many_cells": _("line %(line)s: the row has more cells than the header"),
    "cell_too_long": _("line %(line)s: a cell has more than 100,000 characters"),
}
"""Rows that are none; what was found is the line of the file."""

PROBLEMS: Mapping[str, str | Promise] = {
    "no_key": _("Choose at least one column that says who it is: e-mail, phone, name or company."),
    "no_type": _(
        "Choose the column with the type of the touchpoint, or give one type for the whole file."
    ),
    "no_moment": _("Choose the column that says when it happened."),
    "nobody": _("Choose the column that says whose touchpoint it is: e-mail, phone or visitor id."),
}


def refusal_text(code: str) -> str:
    """Why a file is refused, as a sentence."""
    return str(REFUSALS.get(code, code))


def label_of(name: str) -> str:
    """How a field is called on the pages."""
    target = LEAD_TARGETS.get(name) or TOUCHPOINT_TARGETS.get(name)
    if target is not None:
        return str(target.label)
    return {
        "lead.email_kind": _gettext("E-mail kind"),
        "lead.other_email": _gettext("Other e-mail"),
    }.get(name, name)


def fault_text(fault: Fault) -> str:
    """A fault as a sentence."""
    if fault.code in LACKS:
        return str(LACKS[fault.code])
    if fault.code == "withdrawn":
        return _gettext(
            "%(field)s: a yes does not bring back a consent that was withdrawn; that takes a later date of consent"
        ) % {"field": label_of(fault.field)}
    if fault.code in BROKEN:
        return str(BROKEN[fault.code]) % {"line": fault.found}
    reason = str(FAULTS.get(fault.code, fault.code))
    if not fault.field:
        return f"“{fault.found[:_SHOWN]}” {reason}"
    return _gettext("%(field)s: “%(found)s” %(reason)s") % {
        "field": label_of(fault.field),
        "found": fault.found[:_SHOWN],
        "reason": reason,
    }


def faults_text(faults: Iterable[Fault]) -> str:
    """All faults of a row."""
    return "; ".join(fault_text(fault) for fault in faults)


def as_kept(faults: Iterable[Fault]) -> list[list[str]]:
    """Faults as an import keeps them, to be worded for whoever reads them."""
    return [[fault.code, fault.field, fault.found[:_SHOWN]] for fault in faults]


def kept_text(kept: str | Iterable[Sequence[str]]) -> str:
    """Kept faults as a sentence; earlier imports kept the sentence."""
    if isinstance(kept, str):
        return kept
    return faults_text(Fault(code, name, found, is_fatal=True) for code, name, found in kept)


def problem_text(problem: Problem) -> str:
    """What is wrong with a mapping, as a sentence."""
    if problem.code == "twice":
        return _gettext("“%(field)s” is chosen for more than one column.") % {
            "field": label_of(problem.found)
        }
    if problem.code == "unknown_field":
        return _gettext("There is no field “%(field)s”.") % {"field": problem.found}
    return str(PROBLEMS[problem.code])
