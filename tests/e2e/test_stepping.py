"""n and p step through the findings of a report, and are letters where somebody types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from reviewapp.config import Config
from reviewapp.db.session import Database
from reviewapp.services import prechecks
from reviewapp.worker import make_workshop
from tests import people, report_rows, rows
from tests.e2e.conftest import Site, make_site

pytestmark = pytest.mark.browser


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = make_site(tmp_path / "site")
    site.start_web()
    yield site
    site.stop()


def _report(site: Site, tmp_path: Path) -> str:
    config = Config.from_env(site.environ)
    storage = make_workshop(config).storage
    with Database(config.database_url).transaction() as session:
        people.enter(session)
        version = report_rows.readable(session, storage, rows.round_(session), tmp_path, pages=3)
        answer = report_rows.answer(
            *(report_rows.finding(page=page, quote=f"第{page}处") for page in (1, 2, 3))
        )
        prechecks.store(session, version.id, answer, rules_hash="abc", now=people.NOW)
        return f"/reports/{version.report_id}"


def test_n_and_p_step_and_do_not_clash_with_typing(
    site: Site, tmp_path: Path, open_page: Callable[..., Page]
) -> None:
    address = _report(site, tmp_path)
    page = open_page(site)
    page.goto("/sign-in")
    page.fill("input[name=login]", "meng")
    page.fill("input[name=password]", people.PASSWORD)
    page.click("main button[type=submit]")
    page.goto(address)

    def current() -> str:
        return page.locator(".finding.current blockquote").inner_text()

    page.keyboard.press("n")
    assert current() == "第1处"
    page.keyboard.press("n")
    assert current() == "第2处"
    page.wait_for_selector("#page-2")
    page.keyboard.press("p")
    assert current() == "第1处"
    first = page.locator(".finding").first
    first.locator("summary", has_text="排除").click()
    first.locator("input[name=reason]").fill("")
    first.locator("input[name=reason]").type("no problem")
    assert first.locator("input[name=reason]").input_value() == "no problem"
    assert current() == "第1处"
