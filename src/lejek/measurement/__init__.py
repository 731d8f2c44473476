"""How well it works.

In: scores and outcomes. Out: rates with their uncertainty.
"""
