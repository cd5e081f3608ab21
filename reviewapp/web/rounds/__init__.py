"""Rounds: the list, a round's reports, its rules, dates and phases."""

from reviewapp.web.rounds import settings as _settings  # noqa: F401  (registers its views)
from reviewapp.web.rounds.views import bp

__all__ = ["bp"]
