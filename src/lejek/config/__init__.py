"""Settings, addresses and the database driver.

In: the environment. Out: a running Django project.
"""
