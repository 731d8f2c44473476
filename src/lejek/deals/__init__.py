"""Deals that leads turn into.

In: opportunities. Out: won and lost, with their value.
"""
