"""Lead scores as a pure function of facts.

In: a scoring model (a document), leads, touchpoints, an as-of moment.
Out: exact integer scores with the contributions that add up to them.
"""
