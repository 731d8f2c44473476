"""Results as tables for a terminal.

In: explanations, differences of models. Out: things that `rich` prints, or plain text.
"""
