"""How fast `leadscore` is, as ratios to hand-written baselines measured in the same run.

In: a size and a seed. Out: one table. Everything is made here: models, leads, touchpoints.
"""
