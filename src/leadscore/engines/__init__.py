"""How each engine runs the steps, and what it cannot.

In: a model, facts, a moment. Out: the same integers from each of them.
"""
