"""A made-up company to try the product on.

In: a seed and a moment. Out: users, companies, leads, 18 months of touchpoints, verdicts and deals,
with planted effects that `effects.py` documents.
"""
