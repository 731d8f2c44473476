"""How tasks are called for people."""
