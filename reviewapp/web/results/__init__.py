"""The results pages."""

from flask import Blueprint

from reviewapp.domain.policy import Permission
from reviewapp.web.support.access import requires

bp = Blueprint("results", __name__)


@bp.get("/results")
@requires(Permission.RESULT_READ)
def index() -> str:
    """To be built."""
    return ""
