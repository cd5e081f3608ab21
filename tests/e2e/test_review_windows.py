"""The review form in a real browser: nothing typed is lost, nothing newer is overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from reviewapp.db.session import Database
from tests import people, rows
from tests.e2e.conftest import Site, make_site

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = make_site(tmp_path / "site")
    database = Database(f"sqlite:///{site.data_dir / 'reviewapp.db'}")
    with database.transaction() as session:
        cast = people.enter(session)
        report = rows.report(session, rows.round_(session, phase="rating"))
        rows.assignment(session, report, cast.chen.expert_id)
    site.start_web()
    yield site
    site.stop()


def _form(page: Page) -> Page:
    page.goto("/sign-in")
    page.fill("[name=login]", "chen")
    page.fill("[name=password]", people.PASSWORD)
    page.click("main button[type=submit]")
    page.goto("/reviews")
    page.locator("main td a.btn").click()
    if page.locator("#review").count() == 0:
        page.locator("main button.btn-primary").click()
    expect(page.locator("#review")).to_be_visible()
    return page


def _reason(page: Page) -> str:
    return page.locator("#f-reason-outline").input_value()


def _type(page: Page, text: str) -> None:
    page.locator("#f-reason-outline").fill(text)
    page.locator("#f-opinion").focus()


STATE = "#s-criterion-outline"


def test_what_was_typed_offline_comes_back_and_is_saved(site: Site, open_page: Open) -> None:
    page = _form(open_page(site))
    page.context.set_offline(True)
    _type(page, "断网时写的")
    expect(page.locator(STATE)).to_contain_text("尚未保存")
    # A page that is left before the connection is back finds its copy again.
    page.goto("about:blank")
    page.context.set_offline(False)
    page.go_back()
    _wait_until_saved(page)
    page.reload()
    assert _reason(page) == "断网时写的"


def test_a_connection_that_comes_back_saves_by_itself(site: Site, open_page: Open) -> None:
    page = _form(open_page(site))
    page.context.set_offline(True)
    _type(page, "先断网再恢复")
    expect(page.locator(STATE)).to_contain_text("尚未保存")
    page.context.set_offline(False)
    _wait_until_saved(page)
    page.reload()
    assert _reason(page) == "先断网再恢复"


def _wait_until_saved(page: Page) -> None:
    expect(page.locator(STATE)).to_contain_text("已保存 ", timeout=15_000)
    page.wait_for_function(
        "Object.keys(localStorage).filter(k => k.startsWith('review:')).length === 0"
    )


def test_a_copy_from_before_a_newer_save_is_shown_beside_it(site: Site, open_page: Open) -> None:
    first, second = _form(open_page(site)), _form(open_page(site))
    first.context.set_offline(True)
    _type(first, "离线的旧稿")
    first.wait_for_timeout(300)
    _type(second, "另一窗口的新稿")
    expect(second.locator(STATE)).to_contain_text("已保存")
    first.context.set_offline(False)
    first.reload()
    for text in ("离线的旧稿", "另一窗口的新稿"):
        expect(first.locator(STATE)).to_contain_text(text)
    # Going on to type is no choice: it is still refused.
    _type(first, "离线的旧稿，续")
    expect(first.locator(STATE)).to_contain_text("离线的旧稿，续")
    second.reload()
    assert _reason(second) == "另一窗口的新稿"
    first.locator(f"{STATE} [data-drop]").click()
    expect(first.locator("#f-reason-outline")).to_have_value("另一窗口的新稿")
    first.reload()
    assert _reason(first) == "另一窗口的新稿"


def test_vetoes_ticked_quickly_do_not_refuse_each_other(site: Site, open_page: Open) -> None:
    page = _form(open_page(site))
    boxes = page.locator("#vetoes input[type=checkbox]")
    for index in range(3):
        boxes.nth(index).check()
    for index in range(3):
        expect(page.locator("#vetoes .saved").nth(index)).to_contain_text("已保存")
    page.reload()
    for index in range(3):
        expect(boxes.nth(index)).to_be_checked()


def test_a_reload_that_overtakes_a_save_shows_what_was_typed(site: Site, open_page: Open) -> None:
    page = _form(open_page(site))
    for number in range(5):
        page.locator("#f-points-outline").fill(f"5.{number}")
        page.locator("#f-opinion").focus()
        expect(page.locator("#total")).to_contain_text(f"5.{number}" if number else "5")
        page.locator("#f-reason-outline").fill(f"第{number}次")
        page.locator("#f-opinion").focus()
        page.reload()
        expect(page.locator("#f-reason-outline")).to_have_value(f"第{number}次")
        page.wait_for_timeout(1200)  # what was brought back is sent after 0.6 s
        assert page.locator(".stale").count() == 0


def test_what_is_typed_is_saved_within_a_moment_while_the_cursor_stays(
    site: Site, open_page: Open
) -> None:
    page = _form(open_page(site))
    page.locator("#f-reason-outline").press_sequentially("写到一半", delay=30)
    _wait_until_saved(page)
    page.locator("#f-reason-outline").press_sequentially("，接着写", delay=30)
    other = page.context.new_page()
    for _time in range(30):
        other.goto(page.url)
        if _reason(other) == "写到一半，接着写":
            break
        other.wait_for_timeout(200)
    assert _reason(other) == "写到一半，接着写"
    assert page.evaluate("document.activeElement.id") == "f-reason-outline"
