"""What every room stands on: the clock, ids, jobs and the outbox.

In: work to be done later. Out: work that is done once, even when a process dies.
"""
