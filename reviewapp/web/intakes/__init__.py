"""Uploading reports: one, many, or a ZIP with a list; the preview, and taking them in one act."""

from flask import Blueprint

bp = Blueprint("intakes", __name__)

# The views register themselves on bp, so they come after it.
from reviewapp.web.intakes import joining, views  # noqa: E402, F401
