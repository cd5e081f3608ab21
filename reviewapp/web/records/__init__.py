"""The records: the trail, its proof, and its export."""

from reviewapp.web.records.views import bp

__all__ = ["bp"]
