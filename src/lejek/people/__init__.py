"""Users, teams, roles, API keys and the audit log.

In: who somebody is. Out: what they may see and do.
"""
