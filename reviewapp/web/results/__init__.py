"""Results: what an agency reads of its own reports, and the officers' page of receipts."""

from reviewapp.web.results import reminding
from reviewapp.web.results.views import bp

__all__ = ["bp", "reminding"]
