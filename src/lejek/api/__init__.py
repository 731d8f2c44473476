"""The product for programs: leads, scores, touchpoints and scoring models over HTTP.

In: requests with an API key. Out: JSON; every error in one shape. The rooms below do the work.
"""
