"""The table of a series in a real browser: what is typed there is kept like in the review itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

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
        in_round = rows.round_(session, phase="rating")
        for title in ("甲报告", "乙报告"):
            report = rows.report(session, in_round, title=title)
            rows.review(
                session,
                rows.assignment(session, report, cast.chen.expert_id),
                points={"outline": 500},
            )
    site.start_web()
    yield site
    site.stop()


def _sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.fill("[name=login]", "chen")
    page.fill("[name=password]", people.PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/home")


def _row(page: Page) -> Locator:
    return page.locator("table.series tr", has_text="甲报告").locator("form")


def test_a_row_outlives_a_cut_a_newer_save_a_sign_out_and_a_closed_window(
    site: Site, open_page: Open
) -> None:
    page = open_page(site)
    _sign_in(page)
    page.goto("/reviews/series?criterion=outline")
    row, text = _row(page), _row(page).locator("textarea")
    row.locator("input[name^=points]").fill("4.5")
    text.fill("缺附件目录")
    expect(row.locator(".saved")).to_contain_text("已保存")
    expect(page.locator("#spread")).to_contain_text("4.5–5")

    page.context.set_offline(True)
    text.fill("断网时写的")
    expect(row.locator(".saved")).to_contain_text("尚未保存")
    page.context.set_offline(False)
    expect(row.locator(".saved")).to_contain_text("已保存", timeout=15_000)

    other = page.context.new_page()
    other.goto(page.url)
    with other.expect_response(lambda answer: "/criteria/outline" in answer.url):
        _row(other).locator("textarea").fill("另一窗口写的")
    text.fill("这一窗口写的")
    expect(row.locator(".saved dl")).to_contain_text("另一窗口写的")
    row.locator("button[name=keep]").click()
    expect(row.locator(".saved")).to_contain_text("已保存")

    other.locator("form[action$='/sign-out'] button").evaluate("button => button.form.submit()")
    other.wait_for_url("**/sign-in**")
    text.fill("退出后写的")
    expect(row.locator(".saved")).to_contain_text("登录已失效")
    _sign_in(other)
    expect(row.locator(".saved")).to_contain_text("已保存", timeout=15_000)

    address = page.url
    page.context.set_offline(True)
    text.fill("关闭前写的")
    expect(row.locator(".saved")).to_contain_text("尚未保存")
    page.close(run_before_unload=False)
    other.context.set_offline(False)
    other.goto(address)
    expect(_row(other).locator("textarea")).to_have_value("关闭前写的")
    expect(_row(other).locator(".saved")).to_contain_text("已保存", timeout=15_000)
    other.reload()
    expect(_row(other).locator("textarea")).to_have_value("关闭前写的")


def test_what_is_composed_is_not_sent_and_letters_in_a_field_stay_letters(
    site: Site, open_page: Open
) -> None:
    page = open_page(site)
    _sign_in(page)
    page.goto("/reviews/series?criterion=outline")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    text = _row(page).locator("textarea")
    text.fill("")
    expect(_row(page).locator(".saved")).to_contain_text("已保存")
    page.wait_for_timeout(800)
    sent.clear()
    keyboard = page.context.new_cdp_session(page)
    text.focus()
    keyboard.send(
        "Input.imeSetComposition", {"text": "que shao", "selectionStart": 8, "selectionEnd": 8}
    )
    page.wait_for_timeout(1000)
    assert sent == []
    keyboard.send("Input.insertText", {"text": "缺少"})
    page.keyboard.press("j")
    expect(text).to_have_value("缺少j")
    page.wait_for_timeout(1000)
    assert len(sent) >= 1
    assert "que" not in "".join(sent)

    page.locator("h1").click()
    page.keyboard.press("j")
    page.wait_for_url("**criterion=elements**")
