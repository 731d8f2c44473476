"""Scoring of everybody at once, in a process of its own with limits.

In: the address of the database, documents of models, moments. Out: files with rows to be written
back, and what a preview shows. Nothing in here knows Django: the process starts in a second.
"""
