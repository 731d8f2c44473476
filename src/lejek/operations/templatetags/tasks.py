"""Tasks and schedules as people say them."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

register = template.Library()

_NAMES = {
    "lejek.scoring.jobs.score_everybody": gettext_noop("Score everybody"),
    "lejek.scoring.jobs.make_preview": gettext_noop("Preview of a changed model"),
    "lejek.identity.jobs.read_file": gettext_noop("Reading of a file"),
    "lejek.identity.jobs.check_import": gettext_noop("Check of an import"),
    "lejek.identity.jobs.run_import": gettext_noop("Import of a file"),
    "lejek.identity.jobs.undo_import": gettext_noop("Undoing an import"),
    "lejek.identity.jobs.forget_files": gettext_noop("Deleting old files of imports"),
    "lejek.connectors.jobs.forget_deliveries": gettext_noop("Deleting old messages of webhooks"),
    "lejek.people.jobs.send_message": gettext_noop("E-mail to a user"),
    "lejek.people.jobs.send_password_link": gettext_noop("Link for a new password"),
    "lejek.kernel.keeping.forget_old": gettext_noop("Tidying up what is old"),
}


@register.filter
def task_name(task_path: str) -> str:
    """What a task is called; one without a name keeps its address."""
    name = _NAMES.get(task_path)
    return task_path if name is None else _(name)


@register.filter
def cron_words(cron: str) -> str:
    """When a cron line runs, in words; one that does not run at a time of every day stays as it is.

    >>> cron_words("30 3 * * *")
    'every day at 03:30'
    """
    minute, hour, *days = cron.split()
    if not (minute.isdecimal() and hour.isdecimal() and all(field == "*" for field in days)):
        return cron
    return _("every day at %(time)s") % {"time": f"{int(hour):02}:{int(minute):02}"}
