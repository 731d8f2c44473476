"""Who is qualified, and who says so.

In: scores, definitions, verdicts. Out: lifecycle stages, with a reason for each change.
"""
