"""What came of it: bands against what happened, the share of leads that sales accepts.

In: scores as they were, deals, verdicts. Out: figures with their samples and intervals.
"""
