"""How reports look."""
