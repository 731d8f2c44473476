"""Pages made of many rooms: whom to call now, the lead, the bands.

In: what the rooms know. Out: what a person sees.
"""
