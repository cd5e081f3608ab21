"""Search by a piece of text: as typed, in either case, the same on both databases."""

from __future__ import annotations

import pytest

from reviewapp.db.queries.round_reports import ReportFilter, reports
from reviewapp.db.session import Database
from tests import rows
from tests.people import Cast


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("覆盖率100%", {"覆盖率100%项目"}),
        ("0%", {"覆盖率100%项目"}),
        ("ppp", {"PPP_付费项目", "PPP付费项目之二"}),
        ("_付费", {"PPP_付费项目"}),
        ("覆_率", set()),
    ],
)
def test_a_search_finds_the_text_as_typed(
    database: Database, cast: Cast, text: str, found: set[str]
) -> None:
    with database.transaction() as session:
        round_ = rows.round_(session)
        for title in ("覆盖率100%项目", "覆盖率1000项目", "PPP_付费项目", "PPP付费项目之二"):
            rows.report(session, round_, title=title, unit="某局", project_name="")
        round_id = round_.id
    with database.read() as session:
        page, total = reports(session, round_id, ReportFilter(text=text))
    assert ({row.title for row in page}, total) == (found, len(found))
