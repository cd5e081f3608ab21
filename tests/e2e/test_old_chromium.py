"""One smoke journey in Chromium 87, which closed networks still have."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from reviewapp.db.models import Account
from reviewapp.services import reviews
from reviewapp.services.accounts import identity_of
from tests import people, rows
from tests.conftest import missing
from tests.e2e.conftest import Site, make_site
from tests.e2e.reviewing import database_of, fill
from tests.e2e.test_kill import _database

pytestmark = pytest.mark.old_browser
SCRIPT = Path(__file__).with_name("old_chromium.py")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = make_site(tmp_path / "site")
    with _database(site).transaction() as session:
        people.enter(session)
        in_round = rows.round_(session, title="2025年度评级")
        rows.report(session, in_round)
        site.environ["ROUND"] = str(in_round.id)
    site.start_web()
    yield site
    site.stop()


def test_an_officer_works_in_chromium_87(site: Site) -> None:
    if shutil.which("xvfb-run") is None or not _has_qt():
        missing("Chromium 87 (python3-pyqt5.qtwebengine, xvfb)")
    round_id = site.environ["ROUND"]
    paths = [
        f"/rounds/{round_id}",
        f"/rounds/{round_id}/settings",
        f"/rounds/{round_id}/intakes/new",
        "/registers/agencies",
    ]
    done = subprocess.run(
        ["xvfb-run", "-a", "/usr/bin/python3", SCRIPT, site.url, "meng", people.PASSWORD, *paths],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["complaints"] == []
    assert [page["address"] for page in told["pages"]] == ["/home", *paths]
    for page in told["pages"]:
        assert "Chrome/87." in page["agent"]
        assert page["heading"]
        assert page["htmx"] != "undefined"
        assert not page["wide"], page["address"]


def test_an_expert_reviews_in_chromium_87(tmp_path: Path) -> None:
    if shutil.which("xvfb-run") is None or not _has_qt():
        missing("Chromium 87 (python3-pyqt5.qtwebengine, xvfb)")
    site = make_site(tmp_path / "site")
    assignment_id = fill(site, tmp_path)
    with database_of(site).transaction() as session:
        chen = session.exec(select(Account).where(Account.login == "chen")).one()
        review = reviews.open_review(
            session, UUID(assignment_id), actor=identity_of(chen), now=people.NOW
        )
        path = f"/reviews/{review.id}"
    site.start_web()
    try:
        done = subprocess.run(
            ["xvfb-run", "-a", "/usr/bin/python3", SCRIPT, site.url, "chen", people.PASSWORD, path],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        site.stop()
    assert done.stdout, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["complaints"] == []
    page = told["pages"][-1]
    assert page["address"] == path
    assert page["open"] == 1  # one criterion unfolded
    assert page["pictures"] >= 2  # the next pages are fetched ahead
    assert page["lines"] > 20
    assert not page["wide"]


def _has_qt() -> bool:
    try:
        return (
            subprocess.run(
                ["/usr/bin/python3", "-c", "import PyQt5.QtWebEngineWidgets"],
                capture_output=True,
                check=False,
            ).returncode
            == 0
        )
    except OSError:
        return False
