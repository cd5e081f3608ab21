"""The report's page, what is known of it, and its way into and out of the round."""

from flask import Blueprint

bp = Blueprint("reports", __name__)

from reviewapp.web.reports import manage as _manage  # noqa: E402,F401  (registers its views)
