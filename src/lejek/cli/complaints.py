"""What the system refuses, in the language of the command line."""

from __future__ import annotations

from gettext import gettext as _


def told(error: Exception) -> str:
    """What was refused, and which file or folder it was about."""
    if not isinstance(error, OSError) or error.filename is None:
        return str(error)
    place = str(error.filename)
    if isinstance(error, PermissionError):
        return _("this account may not read or write %s") % place
    if isinstance(error, FileExistsError | NotADirectoryError):
        return _("%s cannot be a folder: a file is in its place") % place
    return f"{place}: {error.strerror}"
