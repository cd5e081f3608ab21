"""Reviews: an expert's own list, the form that saves itself, the printed sheet, paper."""

from flask import Blueprint

bp = Blueprint("reviews", __name__)

from reviewapp.web.reviews import (  # noqa: E402
    evidence,  # noqa: F401
    listing,  # noqa: F401
    paper,  # noqa: F401
    phrases,  # noqa: F401
    reading,  # noqa: F401
    series,  # noqa: F401
    signing,  # noqa: F401
    states,  # noqa: F401
    worksheets,  # noqa: F401
    writing,  # noqa: F401
)
