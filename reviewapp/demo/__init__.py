"""The staged demo: reports of the project's own generator through the real services.

Nothing is imported here: each start of the demo lists its sign-ins, and the writer of reports is
slow to load.
"""
