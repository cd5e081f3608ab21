"""The precheck over a whole round, and how far each check can be trusted."""

from reviewapp.web.prechecks.views import bp

__all__ = ["bp"]
