"""The staged demo: reports of the project's own generator through the real services."""
