"""The records pages."""

from flask import Blueprint

from reviewapp.domain.policy import Permission
from reviewapp.web.support.access import requires

bp = Blueprint("records", __name__)


@bp.get("/records")
@requires(Permission.RECORD_READ)
def index() -> str:
    """To be built."""
    return ""
