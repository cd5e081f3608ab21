"""The precheck over a whole round, and how far each check can be trusted."""

from flask import Blueprint

bp = Blueprint("prechecks", __name__)

# The views register themselves on bp, so they come after it.
from reviewapp.web.prechecks import measuring, rules, views  # noqa: E402, F401
