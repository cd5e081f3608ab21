"""Rating offline: the package to take along, and the filled form that comes back."""

from flask import Blueprint

bp = Blueprint("offline", __name__)

from reviewapp.web.offline import views  # noqa: E402,F401
