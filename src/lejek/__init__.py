"""The product: leads come in, are scored and qualified, and reach the right salesperson.

In: what forms, files and other systems send. Out: a list of whom to call now, and why.
"""

__version__ = "0.1.0"
