"""Running the product: serving, health, metrics, backup, the doctor, pages about jobs.

In: what an operator asks. Out: processes that keep running, and plain words when something is
wrong.
"""
