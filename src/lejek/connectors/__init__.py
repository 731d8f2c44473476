"""Other systems hear what happens: signed messages to the addresses that somebody entered.

In: events of the rooms before. Out: messages after Standard Webhooks, at least once each and in
order, without personal data; whoever wants to know more asks the API.
"""
