"""The workspace in a real browser: a review by keyboard alone, evidence, panes, what axe says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlmodel import select

from reviewapp.db.models import Account, Evidence, Review, Score
from reviewapp.services import reviews
from reviewapp.services.accounts import identity_of
from tests import people
from tests.e2e.conftest import Site, make_site
from tests.e2e.reviewing import PAGES, database_of, fill

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = make_site(tmp_path / "site")
    fill(site, tmp_path)
    site.start_web()
    yield site
    site.stop()


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _time in range(60):
        if page.evaluate("s => !!document.activeElement.closest(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def _keys(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _open(page: Page) -> Page:
    """Sign in and begin the review without a mouse."""
    page.goto("/sign-in")
    _tab_to(page, "[name=login]")
    page.keyboard.type("chen")
    _tab_to(page, "[name=password]")
    page.keyboard.type(people.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("待办")
    _tab_to(page, "a[href='/reviews']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reviews")
    _tab_to(page, "main td a.btn")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    _tab_to(page, "main button.btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/reviews/[0-9a-f-]{36}"))
    expect(page.locator("#work")).to_be_visible()
    return page


def _now(page: Page) -> str:
    return str(page.locator(".criterion.now").get_attribute("data-criterion"))


def fair(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    told = [
        (one["id"], [node["target"] for node in one["nodes"]][:3])
        for one in found.response["violations"]
    ]
    assert not told, told


def test_a_whole_review_is_done_by_keyboard_alone(site: Site, open_page: Open) -> None:
    page = _open(open_page(site))
    assert _now(page) == "outline"
    # What the confirmed finding suggests, with its place.
    _keys(page, "t")
    expect(page.locator("#f-points-outline")).to_have_value("5")
    expect(page.locator("#chips-outline .chip")).to_have_count(1)
    expect(page.locator("#s-criterion-outline")).to_contain_text("已保存")
    # A deduction of one's own, twice half a point, on the next criterion; kept as a phrase.
    _keys(page, "j", "d")
    page.keyboard.type("封面缺少日期")
    _keys(page, "Tab")
    page.keyboard.type("0.5")
    _keys(page, "Tab")
    page.keyboard.type("2")
    _tab_to(page, "[name^=deduct-keep]")
    _keys(page, "Space")
    page.keyboard.press("Shift+Tab")
    _keys(page, "Enter")
    expect(page.locator("#f-points-elements")).to_have_value("3")
    expect(page.locator("#f-reason-elements")).to_have_value(
        "封面缺少日期，2处，每处扣0.5分，共扣1分"
    )
    # Points typed, with lines of the page as the only ground for what is lost.
    _keys(page, "Escape", "j", "p")
    page.keyboard.type("4")
    _keys(page, "Escape", "]", "]")
    expect(page.locator("#page-3 .lines text").first).to_be_attached()
    _keys(page, "e", "ArrowDown", "Shift+ArrowDown", "Enter")
    expect(page.locator(".criterion.now .chip")).to_have_count(1)
    assert _now(page) == "drafting"
    for _time in range(20):
        before = _now(page)
        _keys(page, "j")
        if _now(page) == before:
            break
        _keys(page, "m")
    _keys(page, "i")
    page.keyboard.type("总体较好。")
    _keys(page, "Escape")
    expect(page.locator("#total")).to_contain_text("97")
    expect(page.locator("#s-opinion")).to_contain_text("已保存")
    _keys(page, "Shift+S", "Enter")
    expect(page.get_by_text("评审已提交")).to_be_visible()
    fair(page)
    with database_of(site).read() as session:
        review = session.exec(select(Review)).one()
        assert (review.state, review.total_hundredths) == ("submitted", 9700)
        cited = session.exec(select(Evidence).order_by(Evidence.page)).all()  # type: ignore[arg-type]
        assert [(one.criterion, one.page) for one in cited] == [("outline", 3), ("drafting", 3)]
        assert len(cited[1].quote) > 30
        drafting = session.exec(select(Score).where(Score.criterion == "drafting")).one()
        assert (drafting.points_hundredths, drafting.reason) == (400, "")


def test_no_key_acts_while_somebody_types_or_composes(site: Site, open_page: Open) -> None:
    page = _open(open_page(site))
    _keys(page, "r")
    page.keyboard.type("jktdm?eb/S")
    assert _now(page) == "outline"
    expect(page.locator("#f-reason-outline")).to_have_value("jktdm?eb/S")
    expect(page.locator("#f-points-outline")).to_have_value("")
    # Pinyin in the making: the keys belong to the input method, Escape as well.
    client = page.context.new_cdp_session(page)
    client.send("Input.imeSetComposition", {"text": "ni", "selectionStart": 2, "selectionEnd": 2})
    for name in ("j", "Escape"):
        page.evaluate(
            """name => document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
            {key: name, keyCode: 229, isComposing: true, bubbles: true, cancelable: true}))""",
            name,
        )
    assert page.evaluate("document.activeElement.id") == "f-reason-outline"
    client.send("Input.insertText", {"text": "你"})
    expect(page.locator("#f-reason-outline")).to_have_value("jktdm?eb/S你")
    # Outside a field a composing key does nothing either, a free one does.
    _keys(page, "Escape")
    page.evaluate(
        """() => document.body.dispatchEvent(new KeyboardEvent('keydown',
        {key: 'j', keyCode: 229, bubbles: true}))"""
    )
    assert _now(page) == "outline"
    _keys(page, "j")
    assert _now(page) == "elements"


def test_selected_text_and_a_drawn_box_become_evidence(site: Site, open_page: Open) -> None:
    page = _open(open_page(site))
    line = page.locator("#page-1 .lines text").nth(2)
    box = line.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=6)
    page.mouse.up()
    page.locator("#cite-here").click()
    chip = page.locator("#chips-outline .chip")
    expect(chip).to_contain_text("第2段")
    expect(page.locator("#page-1 .marks .evid")).to_have_count(1)
    expect(page.locator("#page-1 .marks text")).to_contain_text("提纲内容 1")
    _keys(page, "b")
    page.mouse.move(box["x"], box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 130, steps=6)
    page.mouse.up()
    expect(chip).to_have_count(2)
    expect(page.locator("#page-1 .marks .evid")).to_have_count(2)
    # From far away a chip leads back.
    page.locator(".headings a").last.evaluate("link => link.click()")
    expect(page.locator("#at-page")).to_contain_text("第 12／12")
    chip.first.click()
    expect(page.locator("#at-page")).to_contain_text("第 1／12")
    expect(page.locator("#page-1 .marks .evid.on")).to_have_count(1)


def test_evidence_waits_in_the_browser_until_the_platform_is_back(
    site: Site, open_page: Open
) -> None:
    page = _open(open_page(site))
    expect(page.locator("#page-1 .lines text").first).to_be_attached()
    page.context.set_offline(True)
    _keys(page, "e", "Enter")
    expect(page.locator("#chips-outline .pending")).to_have_count(1)
    page.wait_for_timeout(500)
    page.context.set_offline(False)
    expect(page.locator("#chips-outline .pending")).to_have_count(0, timeout=15_000)
    expect(page.locator("#chips-outline .chip")).to_have_count(1)
    with database_of(site).read() as session:
        assert len(session.exec(select(Evidence)).all()) == 1


def test_pages_keep_their_place_and_come_sharper_as_they_grow(site: Site, open_page: Open) -> None:
    page = _open(open_page(site))
    heights = page.evaluate(
        "Array.from(document.querySelectorAll('.leaf')).map(one => one.offsetHeight)"
    )
    assert len(heights) == PAGES
    assert max(heights) - min(heights) <= 2
    # The width that people of 58 need at 1366: 560 pixels of text block at the least.
    assert page.locator("#page-1 svg").evaluate("one => one.clientWidth") >= 560
    # Pages ahead are there before one scrolls, those far away are not.
    expect(page.locator("#page-2 image")).to_be_attached()
    assert page.locator("#page-12 image").count() == 0
    picture = page.locator("#page-1 image")
    expect(picture).to_have_attribute("href", re.compile("dpi=165"), timeout=15_000)
    for _time in range(4):
        _keys(page, "+")
    # Coarser ones asked for on the way come later or earlier: the finest one stays.
    expect(picture).to_have_attribute("href", re.compile("dpi=220"), timeout=15_000)
    page.wait_for_load_state("networkidle")
    expect(picture).to_have_attribute("href", re.compile("dpi=220"))
    _keys(page, "0", "c")
    expect(page.locator("#page-1 svg")).to_have_attribute("viewBox", re.compile("^0 0 "))


def test_a_small_screen_shows_what_one_needs_and_says_what_a_key_cannot_do(
    site: Site, open_page: Open
) -> None:
    page = _open(open_page(site, viewport={"width": 1366, "height": 768}))
    # Long guidance is its first line until one unfolds it, from then on everywhere.
    guidance = page.locator(".criterion.now .guidance")
    folded = guidance.evaluate("one => one.offsetHeight")
    _keys(page, "h")
    assert guidance.evaluate("one => one.offsetHeight") > 2 * folded
    page.reload()
    _keys(page, "j")
    expect(page.locator(".criterion.now .unfold")).to_have_attribute("aria-expanded", "true")
    # No doubt before the last one, then none any more: it is said, to be seen as well.
    _keys(page, "k", "n", "n", "n")
    expect(page.locator("#said.seen")).to_have_text("已是最后一个疑点。")
    _keys(page, "j", "t")
    expect(page.locator("#said.seen")).to_contain_text("没有建议扣分")
    # From the points to the reason with Enter; the form is not sent.
    _keys(page, "p")
    page.keyboard.type("3")
    _keys(page, "Enter")
    assert page.evaluate("document.activeElement.id") == "f-reason-elements"
    # A ground is asked for where a veto is ticked, without scripts as well.
    _keys(page, "Escape", "v")
    ground = page.locator("#vetoes textarea").first
    expect(ground).to_be_hidden()
    _keys(page, "Space", "Tab")
    expect(ground).to_be_focused()
    fair(page)
    _keys(page, "Escape", "v", "Space", "Escape", "Shift+S", "Enter")
    # Sixteen criteria without points are one line, which leads to the first.
    expect(page.locator(".missing > li")).to_have_count(3)
    expect(page.locator(".missing > li").first).to_contain_text("16 个评分项未给分")
    page.locator(".missing summary").first.click()
    fair(page)
    page.locator(".missing > li > a").first.click()
    assert page.evaluate("document.activeElement.id") == "f-points-outline"


def test_panes_are_resized_by_keys_and_remembered(site: Site, open_page: Open) -> None:
    page = _open(open_page(site))
    splitter = page.locator("[data-splits=rubric]")
    splitter.focus()
    _keys(page, "ArrowLeft", "ArrowLeft")
    width = page.locator("#rubric").evaluate("one => one.offsetWidth")
    assert splitter.get_attribute("aria-valuenow") == str(width)
    assert page.locator("#guide").is_hidden()
    _keys(page, "Escape", "/")
    assert page.locator("#guide").is_visible()
    assert page.evaluate("document.activeElement.id") == "f-find"
    _keys(page, "Escape", "o")
    assert page.locator("#guide").is_hidden()
    _keys(page, "o")
    assert page.locator("#guide").is_visible()
    page.locator("#guide").press("z")
    page.reload()
    assert page.locator("#rubric").evaluate("one => one.offsetWidth") == width
    assert page.locator("#guide").is_visible()
    assert page.evaluate("document.documentElement.classList.contains('type-2')")
    # The page that one read last as well, until an address asks for another.
    page.locator(".headings a").nth(6).click()
    expect(page.locator("#at-page")).to_contain_text("第 7／12")
    page.reload()
    expect(page.locator("#at-page")).to_contain_text("第 7／12")
    page.goto(page.url.split("?")[0].split("#")[0] + "?page=3")
    expect(page.locator("#at-page")).to_contain_text("第 3／12")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(site: Site, open_page: Open, scheme: str) -> None:
    page = _open(open_page(site, color_scheme=scheme))
    fair(page)
    _keys(page, "o", "t")
    expect(page.locator("#chips-outline .chip")).to_have_count(1)
    page.locator("#f-find").fill("绩效目标")
    expect(page.locator("#found .hits li").first).to_be_visible()
    fair(page)
    page.locator("#f-find").press("Escape")
    _keys(page, "d")
    _keys(page, "Escape", "e")
    expect(page.locator(".picked")).to_have_count(1)
    fair(page)
    _keys(page, "Escape", "b")
    box = page.locator("#page-1 svg").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 160)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 260, steps=4)
    expect(page.locator(".picked")).to_have_count(1)
    fair(page)
    page.mouse.up()
    expect(page.locator("#chips-outline .chip")).to_have_count(2)
    # A newer save elsewhere, shown beside what is typed here.
    with database_of(site).transaction() as session:
        chen = identity_of(session.exec(select(Account).where(Account.login == "chen")).one())
        review = session.exec(select(Review)).one()
        reviews.save_score(
            session,
            review.id,
            "elements",
            points="2",
            reason="在另一窗口写的",
            version=0,
            actor=chen,
            now=people.NOW,
        )
    page.locator("#f-points-elements").focus()
    page.keyboard.type("3")
    expect(page.locator(".stale")).to_contain_text("在另一窗口写的")
    fair(page)
    page.locator(".stale button").last.click()
    expect(page.locator(".stale")).to_have_count(0)
    _keys(page, "Escape", "x")
    expect(page.locator("#enlarged")).to_be_visible()
    fair(page)
    _keys(page, "t", "Escape", "p")
    fair(page)
    _keys(page, "Escape", "?")
    expect(page.locator("#keys")).to_be_visible()
    fair(page)
    _keys(page, "Escape", "Shift+S", "Enter")
    expect(page.locator(".missing li").first).to_be_visible()
    fair(page)


def test_a_phone_shows_one_pane_at_a_time(site: Site, open_page: Open) -> None:
    page = _open(open_page(site, viewport={"width": 390, "height": 844}))
    expect(page.locator("#viewer")).to_be_visible()
    expect(page.locator("#rubric")).to_be_hidden()
    fair(page)
    page.evaluate("window.scrollTo(0, 1500)")
    page.get_by_role("link", name="评分", exact=True).click()
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page.locator("#criterion-outline")).to_be_in_viewport()  # not where the report was
    page.get_by_role("link", name="报告", exact=True).click()
    assert abs(page.evaluate("window.scrollY") - 1500) < 50
    page.get_by_role("link", name="评分", exact=True).click()
    page.locator("#f-reason-outline").fill("手机上记的一句")
    expect(page.locator("#s-criterion-outline")).to_contain_text("已保存")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_role("button", name="提交评审")).to_be_visible()
    # What belongs to scoring stays away.
    for selector in (".tools-of summary", ".levels", "[data-act=draw]", "kbd"):
        assert page.locator(f"{selector}:visible").count() == 0, selector
    page.locator("summary", has_text="菜单").click()
    expect(page.get_by_role("link", name="谢绝")).to_be_visible()
    fair(page)
    page.keyboard.press("Escape")
    page.locator("#submit").click()
    expect(page.locator(".missing li").first).to_be_in_viewport()
    fair(page)
