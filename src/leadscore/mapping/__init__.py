"""From a table as somebody else made it to the three tables that scoring reads.

In: a mapping document and the folder with the source files. Out: leads, touchpoints, outcomes.
"""

from leadscore.mapping.document import SourceMapping, parse_mapping, read_mapping
from leadscore.mapping.problems import InvalidMapping, MappingProblem
from leadscore.mapping.tables import MappedSource, map_source

__all__ = [
    "InvalidMapping",
    "MappedSource",
    "MappingProblem",
    "SourceMapping",
    "map_source",
    "parse_mapping",
    "read_mapping",
]
