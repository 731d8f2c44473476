"""Everything that can be wrong with a model, each kind a class with its own code.

In: a model and where its parts stand in a document. Out: problems that say what was found and
what would be accepted, in English and Polish.
"""

from leadscore.checks.problem import Place, Problem, Severity

__all__ = ["Place", "Problem", "Severity"]
