"""What a person has allowed.

In: permissions with their proof. Out: whether somebody may be scored or contacted.
"""
