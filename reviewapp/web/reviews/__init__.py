"""The reviews pages."""

from flask import Blueprint

from reviewapp.domain.policy import Permission
from reviewapp.web.support.access import requires

bp = Blueprint("reviews", __name__)


@bp.get("/reviews")
@requires(Permission.REVIEW_WRITE)
def index() -> str:
    """To be built."""
    return ""
