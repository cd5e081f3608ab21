"""The review form in a real browser: nothing typed is lost, nothing newer is overwritten unseen."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator
from html import unescape

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from sqlmodel import select

from reviewapp.db.models import Account, Assignment
from reviewapp.db.session import Database
from tests import people, rows
from tests.e2e.conftest import Site, make_site

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = make_site(tmp_path_factory.mktemp("windows") / "site")
    with _database(site).transaction() as session:
        people.enter(session)
    site.start_web()
    yield site
    site.stop()


@pytest.fixture
def site(running: Site) -> Site:
    """A site on which 陈睿 has one review to write that nobody has begun."""
    with _database(running).transaction() as session:
        session.execute(sa.update(Assignment).values(state="withdrawn"))
        expert = session.exec(select(Account.expert_id).where(Account.login == "chen")).one()
        report = rows.report(session, rows.round_(session, phase="rating"))
        rows.assignment(session, report, expert)
    return running


def _database(site: Site) -> Database:
    return Database(f"sqlite:///{site.data_dir / 'reviewapp.db'}")


def _form(page: Page) -> Page:
    page.goto("/sign-in")
    page.fill("[name=login]", "chen")
    page.fill("[name=password]", people.PASSWORD)
    page.click("main button[type=submit]")
    page.goto("/reviews")
    page.locator("main td a.btn").click()
    page.wait_for_url(re.compile(r"/(assignments|reviews)/"))
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


def _copies(page: Page) -> int:
    return int(
        page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('unsaved/')).length")
    )


def _wait_until_saved(page: Page) -> None:
    expect(page.locator("[data-unsaved]")).to_have_count(0, timeout=15_000)
    expect(page.locator(STATE)).to_contain_text("已保存 ")
    for _time in range(50):
        if not _copies(page):
            return
        page.wait_for_timeout(100)
    raise AssertionError("a copy is left")


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
    expect(first.locator(f"{STATE} dd")).to_have_text(["离线的旧稿", "另一窗口的新稿", "（空）"])
    # Going on to type is no choice: it is still refused.
    _type(first, "离线的旧稿，续")
    expect(first.locator(STATE)).to_contain_text("离线的旧稿，续")
    second.reload()
    assert _reason(second) == "另一窗口的新稿"
    first.locator(f"{STATE} [data-drop]").click()
    expect(first.locator("#f-reason-outline")).to_have_value("另一窗口的新稿")
    first.reload()
    assert _reason(first) == "另一窗口的新稿"
    assert _copies(first) == 0


def test_keeping_mine_replaces_what_was_shown_and_nothing_newer(
    site: Site, open_page: Open
) -> None:
    first, second = _form(open_page(site)), _form(open_page(site))
    _type(first, "先保存的")
    _wait_until_saved(first)
    _type(second, "我的")
    expect(second.locator(f"{STATE} .stale")).to_be_visible()
    second.locator(f"{STATE} [data-keep]").click()
    _wait_until_saved(second)
    second.reload()
    assert _reason(second) == "我的"


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


def test_a_change_is_on_the_platform_within_a_second_though_typing_goes_on(
    site: Site, open_page: Open
) -> None:
    page = _form(open_page(site))
    arrived: list[float] = []
    page.on(
        "response",
        lambda answer: (
            arrived.append(time.monotonic())
            if answer.request.method == "POST" and answer.status == 200
            else None
        ),
    )
    began = time.monotonic()
    for _time in range(30):  # three seconds without a pause
        page.keyboard.insert_text("字") if _time else page.locator("#f-reason-outline").type("字")
        page.wait_for_timeout(100)
    _wait_until_saved(page)
    assert arrived[0] - began < 1.0
    assert max(b - a for a, b in itertools.pairwise(arrived)) < 1.5


def test_what_is_being_composed_is_left_alone_and_saved_when_it_is_done(
    site: Site, open_page: Open
) -> None:
    page = _form(open_page(site))
    devtools = page.context.new_cdp_session(page)
    field = page.locator("#f-reason-outline")
    field.focus()
    page.keyboard.insert_text("绩效")
    for spelt in ("m", "mu", "mu b", "mu bi", "mu biao"):
        devtools.send(
            "Input.imeSetComposition",
            {"text": spelt, "selectionStart": len(spelt), "selectionEnd": len(spelt)},
        )
        page.wait_for_timeout(250)
    # What stood before the composition was saved meanwhile, the spelling never.
    _on_the_platform(page, "绩效")
    assert field.input_value() == "绩效mu biao"
    devtools.send("Input.insertText", {"text": "目标"})
    _on_the_platform(page, "绩效目标")
    assert field.input_value() == "绩效目标"


def _on_the_platform(page: Page, text: str) -> None:
    """Wait until another window of a person signed in reads this text."""
    address = page.url.split("#")[0]
    found = ""
    for _time in range(40):
        html = page.context.request.get(address).text()
        area = re.search(r'<textarea id="f-reason-outline".*?>(.*?)</textarea>', html, re.S)
        assert area
        found = unescape(area[1]).removeprefix("\n")
        if found == text:
            return
        page.wait_for_timeout(50)
    raise AssertionError(found)


def _end_session(page: Page) -> None:
    page.wait_for_load_state("networkidle")  # an answer on its way would renew the session
    page.context.clear_cookies()


def test_signing_in_again_leads_back_to_the_field_with_the_text(
    site: Site, open_page: Open
) -> None:
    page = _form(open_page(site))
    _end_session(page)
    page.locator("#f-reason-outline").press_sequentially("登录失效后写的", delay=20)
    link = page.locator(f"{STATE} a[data-sign-in]")
    expect(link).to_be_visible()
    page.keyboard.insert_text("，接着写")
    link.click()
    page.fill("[name=login]", "chen")
    page.fill("[name=password]", people.PASSWORD)
    page.click("main button[type=submit]")
    expect(page.locator("#f-reason-outline")).to_be_focused()
    _wait_until_saved(page)
    page.keyboard.insert_text("。")
    _on_the_platform(page, "登录失效后写的，接着写。")


def test_signing_in_in_another_window_lets_the_first_go_on(site: Site, open_page: Open) -> None:
    page = _form(open_page(site))
    _end_session(page)
    _type(page, "登录失效后写的")
    expect(page.locator(STATE)).to_contain_text("登录已失效")
    other = page.context.new_page()
    other.goto("/sign-in")
    other.fill("[name=login]", "chen")
    other.fill("[name=password]", people.PASSWORD)
    other.click("main button[type=submit]")
    _wait_until_saved(page)
    _on_the_platform(page, "登录失效后写的")


def test_somebody_else_who_signs_in_never_sends_my_text(site: Site, open_page: Open) -> None:
    page = _form(open_page(site))
    _end_session(page)
    _type(page, "陈睿的意见")
    other = page.context.new_page()
    other.goto("/sign-in")
    other.fill("[name=login]", "luo")
    other.fill("[name=password]", people.PASSWORD)
    other.click("main button[type=submit]")
    expect(page.locator(STATE)).to_contain_text("他人登录")
    assert _copies(page) == 1
    # When that person signs out, the shared browser forgets what is not theirs.
    other.goto("/reviews")
    other.locator("details.menu summary").last.click()
    other.locator("form[action$='/sign-out'] button").click()
    other.wait_for_url("**/sign-in**")
    assert _copies(other) == 0


def test_closing_a_window_with_unsent_text_warns_and_opening_it_again_restores(
    site: Site, open_page: Open
) -> None:
    page = _form(open_page(site))
    address = page.url
    page.context.set_offline(True)
    page.locator("#f-reason-outline").press_sequentially("断网时写的", delay=20)
    expect(page.locator(STATE)).to_contain_text("尚未保存")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.close(run_before_unload=True)
    other = page.context.new_page()
    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    other.goto(address)
    expect(other.locator("#f-reason-outline")).to_have_value("断网时写的")
    _wait_until_saved(other)
    _on_the_platform(other, "断网时写的")


def test_submitting_waits_for_what_was_typed_last(site: Site, open_page: Open) -> None:
    page = _form(open_page(site))
    for field in page.locator(".points input").all():
        field.fill("0.5")
    for field in page.locator("textarea[name^=reason-]").all():
        field.fill("扣分的理由")
    page.locator("#f-opinion").fill("最后一刻写的意见")
    page.locator("button[value=submit]").click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".prose")).to_have_text("最后一刻写的意见")
    assert _copies(page) == 0


def test_two_windows_of_one_browser_follow_each_other(site: Site, open_page: Open) -> None:
    first = _form(open_page(site))
    second = first.context.new_page()
    second.goto(first.url)
    first.bring_to_front()
    first.locator("#f-reason-outline").press_sequentially("第一窗口写的", delay=20)
    expect(second.locator("#f-reason-outline")).to_have_value("第一窗口写的")
    second.bring_to_front()
    second.locator("#f-reason-outline").press_sequentially("，第二窗口接着写", delay=20)
    _wait_until_saved(second)
    assert second.locator(".stale").count() == 0
    _on_the_platform(second, "第一窗口写的，第二窗口接着写")
