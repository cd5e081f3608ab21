"""The reports pages."""

from flask import Blueprint

bp = Blueprint("reports", __name__)

# The views register themselves on bp, so they come after it.
from reviewapp.web.reports import (  # noqa: E402
    drafts,  # noqa: F401
    manage,  # noqa: F401
    originals,  # noqa: F401
    reading,  # noqa: F401
    scans,  # noqa: F401
    sheet,  # noqa: F401
    splitting,  # noqa: F401
    triage,  # noqa: F401
    triage_check,  # noqa: F401
    views,  # noqa: F401
)
