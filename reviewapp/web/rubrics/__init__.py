"""Rubrics: how reports are rated, readable by everybody who rates or oversees."""

from reviewapp.web.rubrics.views import bp

__all__ = ["bp"]
