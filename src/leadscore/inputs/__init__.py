"""What users have, turned into canonical, typed facts.

In: CSV and Parquet files, folders of partitions, Arrow tables, data frames, lists of dicts.
Out: leads as of a moment, touchpoints, outcomes, and a reject for every cell that was wrong.
"""

from leadscore.inputs.facts import Facts
from leadscore.inputs.opening import Rows
from leadscore.inputs.outcomes import Outcomes, read_outcomes
from leadscore.inputs.reading import Progress, known_fields, read_facts
from leadscore.inputs.rejects import REJECTS_SCHEMA, Reason, write_rejects

__all__ = [
    "REJECTS_SCHEMA",
    "Facts",
    "Outcomes",
    "Progress",
    "Reason",
    "Rows",
    "known_fields",
    "read_facts",
    "read_outcomes",
    "write_rejects",
]
