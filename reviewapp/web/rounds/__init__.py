"""The rounds pages."""

from flask import Blueprint

from reviewapp.domain.policy import Permission
from reviewapp.web.support.access import requires

bp = Blueprint("rounds", __name__)


@bp.get("/rounds")
@requires(Permission.ROUND_READ)
def index() -> str:
    """To be built."""
    return ""


@bp.get("/rounds/<uuid:round_id>")
@requires(Permission.ROUND_READ)
def show(round_id: object) -> str:
    """To be built."""
    return ""
