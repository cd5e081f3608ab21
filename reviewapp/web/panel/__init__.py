"""The panel at work: progress, reminders, other last days, other experts."""

from flask import Blueprint

bp = Blueprint("panel", __name__)

from reviewapp.web.panel import progress, reminding, replacing  # noqa: E402,F401
