"""The reports pages."""

from flask import Blueprint

bp = Blueprint("reports", __name__)

# The views register themselves on bp, so they come after it.
from reviewapp.web.reports import drafts, manage, reading, sheet, triage, views  # noqa: E402, F401
