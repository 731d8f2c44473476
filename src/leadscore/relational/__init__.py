"""A model as relational steps, the same for every engine.

In: a model, which touchpoint properties occur. Out: small tables (which touchpoints feed which
counter, and with which weight) and the queries that join touchpoints to them; then, from what was
counted, the scores of a block of leads at once.
"""
