"""Uploading reports: one, many, or a ZIP with a list; the preview, and taking them in one act."""

from reviewapp.web.intakes.views import bp

__all__ = ["bp"]
