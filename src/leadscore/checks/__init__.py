"""Everything that can be wrong with a model, each kind a class with its own code."""
