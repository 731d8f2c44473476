"""Values as people write them, made equal where they mean the same.

In: text of a cell, a form or a program. Out: one canonical value, or why it cannot be read. Pure.
"""
