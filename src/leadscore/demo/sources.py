"""The data sets that the library has a mapping and a model for, and where their rows are.

In: the name of a data set and, where there is one, a folder with the full data sets. Out: the
mapped source, from the full data or from the sample that is part of the package.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leadscore.mapping import (
    InvalidMapping,
    MappedSource,
    MappingProblem,
    map_source,
    read_mapping,
)

PACKAGE = Path(__file__).resolve().parents[1]
SAMPLES, MODELS = PACKAGE / "samples", PACKAGE / "models"
SAMPLE = "sample.csv.gz"


@dataclass(frozen=True, slots=True)
class DataSet:
    """One source of real leads: the folder of its files and the model made for it."""

    name: str
    folder: str
    model: Path

    @property
    def mapping(self) -> Path:
        """The mapping file."""
        return SAMPLES / self.folder / "mapping.yaml"

    @property
    def has_sample(self) -> bool:
        """Whether a sample of it may be, and is, part of the package."""
        return (SAMPLES / self.folder / SAMPLE).exists()


DATA_SETS = {
    data_set.name: data_set
    for data_set in (
        DataSet("bank-marketing", "bank_marketing", MODELS / "bank-marketing.yaml"),
        DataSet("online-shoppers", "online_shoppers", MODELS / "online-shoppers.yaml"),
        DataSet("xeducation", "xeducation", MODELS / "xeducation.yaml"),
        DataSet("olist", "olist_funnel", MODELS / "olist.yaml"),
        DataSet(
            "crm-sales-opportunities",
            "crm_sales_opportunities",
            MODELS / "crm-sales-opportunities.yaml",
        ),
    )
}


DEFAULT = "bank-marketing"
"""The data set to show when none is asked for."""


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """A mapped source, and whether it is only the bundled sample."""

    data_set: DataSet
    mapped: MappedSource
    is_sample: bool


def full_data_folder() -> Path | None:
    """The folder `shared/data` beside the checkout that this code runs from, if there is one."""
    checkout = PACKAGE.parents[1]
    folder = checkout.parent / "shared" / "data"
    return folder if (checkout / "pyproject.toml").exists() and folder.is_dir() else None


def load_source(data_set: DataSet, data: Path | None = None) -> LoadedSource:
    """The rows of a data set: those of the folder if it has them, else those of the sample.

    Raises: InvalidMapping where there are neither.
    """
    mapping = read_mapping(data_set.mapping)
    if data is not None and (data / data_set.folder / mapping.source.file).exists():
        return LoadedSource(data_set, map_source(mapping, data / data_set.folder), False)
    if not data_set.has_sample:
        found = f"no {data_set.folder}/{mapping.source.file} in {data or 'any known folder'}"
        accepted = f"a folder with {data_set.folder}, which may not be bundled"
        raise InvalidMapping([MappingProblem("no-data", data_set.name, found, accepted)])
    folder = SAMPLES / data_set.folder
    return LoadedSource(data_set, map_source(mapping, folder, SAMPLE), True)
