"""From facts to scores.

In: a published scoring model and the facts. Out: a score for each lead, with the contributions
that add up to it; pages on which the model is edited, tried out and published.
"""
