"""Who it was: companies, contacts, leads, and what became known of them.

In: names, addresses, numbers. Out: one record for each person and
company, with the history of its attributes.
"""
