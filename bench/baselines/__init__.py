"""What the engine is held against: SQL that one could write by hand for one model.

In: a model of `bench.models`, the files of `bench.data`. Out: the same scores, or a plain grouping.
"""
