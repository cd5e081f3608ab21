"""Signing in, one-time links, passwords, and the administration of accounts."""

from reviewapp.web.accounts import manage
from reviewapp.web.accounts.views import bp

__all__ = ["bp", "manage"]
