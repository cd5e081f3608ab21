"""The registers pages."""

from flask import Blueprint

from reviewapp.domain.policy import Permission
from reviewapp.web.support.access import requires

bp = Blueprint("registers", __name__)


@bp.get("/registers")
@requires(Permission.REGISTER_READ)
def index() -> str:
    """To be built."""
    return ""
