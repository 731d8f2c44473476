"""The command line `leadscore`: check, score, explain, compare, look back, show.

In: arguments and files. Out: tables or JSON on standard output, progress and problems on standard
error, files that are whole or not there. Exit codes: 0 done, 1 the input was refused, 2 wrong use,
130 interrupted.
"""

from leadscore.cli.program import main

__all__ = ["main"]
