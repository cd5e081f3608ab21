"""Notices: a round's list, the sheet with its editing and sign-off, what readers find."""

from reviewapp.web.notices import acts as _acts  # noqa: F401  (registers its views)
from reviewapp.web.notices import readers as _readers  # noqa: F401
from reviewapp.web.notices.views import bp

__all__ = ["bp"]
