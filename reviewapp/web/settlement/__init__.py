"""Settlement: the round's table, one report's matrix, the opinion's editor."""

from flask import Blueprint

bp = Blueprint("settlement", __name__)

from reviewapp.web.settlement import opinion_editor, views  # noqa: E402,F401
