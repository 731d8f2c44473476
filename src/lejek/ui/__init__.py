"""Base templates, components and styles; no business words.

In: nothing. Out: how pages look.
"""
