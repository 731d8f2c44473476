"""The model that the user means: a file, or one that comes with the package."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import resources
from pathlib import Path

from leadscore.checks.problem import Problem
from leadscore.cli import texts
from leadscore.document import load_model
from leadscore.errors import InvalidInput
from leadscore.fields import ModelFields
from leadscore.language.words import Text
from leadscore.model import ScoringModel
from leadscore.options import OptionProblem

_ENDINGS = {".yaml", ".yml", ".json"}


def model_of(
    given: str, fields: ModelFields | None = None
) -> tuple[ScoringModel, tuple[Problem, ...]]:
    """A sound model and its warnings; with `fields`, it may ask for these only.

    Raises: InvalidModel with all problems; InvalidInput when there is no such model.
    """
    path = Path(given)
    if not path.exists() and path.name == given and given in shipped_models():
        with resources.as_file(_folder() / f"{given}.yaml") as shipped:
            return load_model(shipped, fields=fields)
    try:
        return load_model(path, fields=fields)
    except OSError as error:
        raise InvalidInput([_problem(path, error)]) from error


def shipped_models() -> list[str]:
    """The names of the models that come with the package."""
    names = (entry.name for entry in _folder().iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def _folder() -> resources.abc.Traversable:
    return resources.files("leadscore") / "models"


def _problem(path: Path, error: OSError) -> OptionProblem:
    if isinstance(error, FileNotFoundError):
        return OptionProblem(
            "no_such_file", "MODEL", str(path), texts.NO_SUCH_FILE, _next_step(path)
        )
    if isinstance(error, IsADirectoryError):
        wrong = texts.IS_FOLDER
    elif isinstance(error, PermissionError):
        wrong = texts.NOT_READABLE
    else:
        why = error.strerror or type(error).__name__
        wrong = Text(*(text.format(why=why) for text in texts.CANNOT_READ))
    return OptionProblem("unreadable", "MODEL", str(path), wrong, _next_step(path))


def _next_step(path: Path) -> Text:
    names = ", ".join(shipped_models())
    steps = [text.format(shipped=names) for text in texts.PATH_OF_MODEL]
    if near := _near(path):
        asked = [text.format(near=near) for text in texts.DID_YOU_MEAN]
        steps = [f"{ask} {step}" for step, ask in zip(steps, asked, strict=True)]
    return Text(*steps)


def _near(path: Path) -> str:
    """A model file of the same folder that may have been meant."""
    folder = path.parent
    if not folder.is_dir():
        return ""
    names = [entry.name for entry in folder.iterdir() if entry.suffix.lower() in _ENDINGS]
    return ", ".join(str(folder / name) for name in get_close_matches(path.name, names, 2, 0.75))
