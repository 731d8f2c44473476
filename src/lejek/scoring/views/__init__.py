"""The pages of the scoring model.

In: requests. Out: pages; each view parses, checks access, calls one service or selector, renders.
"""
