"""What came in, as it was received.

In: touchpoints from anywhere. Out: append-only touchpoints; what could not be understood is in
quarantine.
"""
