"""Files that are whole or not there.

In: ways to write, with the paths of what is written. Out: files, renamed into place together at
the end; what was there before stays until then.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from leadscore.cli import texts
from leadscore.errors import InvalidInput
from leadscore.language.words import Text
from leadscore.options import OptionProblem


def check_targets(
    targets: Mapping[str, Path | None],
    endings: tuple[str, ...],
    inputs: Mapping[str, str | None] | None = None,
) -> None:
    """Finds out before any long work whether the files can be written.

    `targets` and `inputs` are paths by the option that names them; no input is written over.
    Raises: InvalidInput with everything that is wrong.
    """
    problems = []
    given = {option: path for option, path in (inputs or {}).items() if path is not None}
    taken = {Path(path).resolve(): option for option, path in given.items()}
    for option, path in targets.items():
        if path is None:
            continue
        problems += _problems(option, path, endings)
        other = taken.setdefault(path.resolve(), option)
        if other != option:
            wrong = _filled(texts.SAME_FILE, other=other)
            problems.append(_problem("same_file", option, path, wrong, texts.OTHER_NAMES))
    if problems:
        raise InvalidInput(problems)


def _problems(option: str, path: Path, endings: tuple[str, ...]) -> list[OptionProblem]:
    folder = path.resolve().parent
    found = []
    if path.suffix.lower() not in endings:
        instead = _filled(texts.ENDINGS, endings=", ".join(endings))
        found.append(_problem("unknown_format", option, path, texts.BAD_ENDING, instead))
    if path.exists() and not path.is_file():
        found.append(_problem("not_a_file", option, path, texts.NOT_A_FILE, texts.A_FILE_NAME))
    elif not folder.is_dir():
        wrong = _filled(texts.NO_FOLDER, folder=str(folder))
        instead = _filled(texts.MAKE_FOLDER, folder=str(folder))
        found.append(_problem("no_folder", option, path, wrong, instead))
    elif not os.access(folder, os.W_OK):
        wrong = _filled(texts.NOT_WRITABLE, folder=str(folder))
        found.append(_problem("not_writable", option, path, wrong, texts.ANOTHER_FOLDER))
    return found


def _problem(code: str, option: str, path: Path, wrong: Text, instead: Text) -> OptionProblem:
    return OptionProblem(code, option, str(path), wrong, instead)


def _filled(text: Text, **words: str) -> Text:
    return Text(text.en.format(**words), text.pl.format(**words))


class NewFiles:
    """Writes files beside their places, and moves all of them there when everything went well.

    Use it in a `with`; after an error or an interruption no new file is left behind.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[Path, Path]] = []

    def write(self, path: Path, write: Callable[[Path], object]) -> None:
        """Writes one file; `write` is called with the path to write to.

        Raises: InvalidInput when it cannot be written, on a full disk for instance.
        """
        target = path.resolve()
        part = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
        self._waiting.append((part, target))
        try:
            write(part)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
        except OSError as error:
            wrong = _filled(texts.NOT_WRITTEN, why=error.strerror or str(error))
            problem = _problem("not_written", "FILE", path, wrong, texts.ANOTHER_PLACE)
            raise InvalidInput([problem]) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._move()
        finally:
            for part, _ in self._waiting:
                part.unlink(missing_ok=True)

    def _move(self) -> None:
        for part, target in self._waiting:
            part.replace(target)
        for folder in {target.parent for _, target in self._waiting}:
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
