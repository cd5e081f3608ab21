"""One journey per role through the demo in a real browser, with and without JavaScript."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from reviewapp.demo.people import PASSWORD
from tests.e2e.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
Open = Callable[..., Page]
both = pytest.mark.parametrize("js", [True, False], ids=["with-scripts", "without-scripts"])


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_have_text("待办")


def fair(page: Page, js: bool) -> None:
    """Let axe look at the page; it needs scripts itself."""
    if not js:
        return
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    told = [
        (one["id"], [node["target"] for node in one["nodes"]][:3])
        for one in found.response["violations"]
    ]
    assert not told, (page.url, told)


def until_prechecked(page: Page, title: str) -> None:
    """Reload until the worker has read the report; the page says all the while that it works."""
    for _time in range(120):
        if page.locator("tr", has_text=title).get_by_text("进行中").count() == 0 and (
            page.locator("tr", has_text=title).get_by_text("排队中").count() == 0
        ):
            return
        time.sleep(1)
        page.reload()
    raise AssertionError("the precheck did not end")


@both
def test_an_officer_triages_a_finding_and_looks_at_the_round(
    demo_site: Site, open_page: Open, js: bool
) -> None:
    page = open_page(demo_site, js=js)
    sign_in(page, "officer")
    fair(page, js)
    page.goto("/rounds")
    page.get_by_role("link", name="2025年度绩效评价报告评级").last.click()
    expect(page.locator("h1")).to_have_text("2025年度绩效评价报告评级")
    fair(page, js)
    page.goto(f"{page.url}?standing=doubtful")
    first = page.locator("td a.title").first
    for _time in range(90):
        if first.count():
            break
        time.sleep(1)
        page.reload()
    first.click()
    expect(page.locator(".viewer img").first).to_be_visible()
    fair(page, js)
    confirm = page.get_by_role("button", name="核实", exact=True)
    page.locator(".finding").filter(has=confirm).first.get_by_role(
        "button", name="核实", exact=True
    ).click()
    expect(page.locator(".finding", has_text="已核实").first).to_be_visible()
    for tab in ("提纲", "事实"):
        link = page.locator(".side-pane .tabs a", has_text=tab)
        if link.count():
            link.first.click()
            fair(page, js)
    page.goto("/rounds")
    page.get_by_role("link", name="2025年度绩效评价报告评级").last.click()
    for tab in ("分派", "议定", "结果反馈", "通报", "设置"):
        page.locator("main .tabs").get_by_role("link", name=tab).click()
        expect(page.locator("h1")).to_be_visible()
        fair(page, js)


@both
def test_an_expert_declares_scores_and_finds_the_draft_again(
    demo_site: Site, open_page: Open, js: bool
) -> None:
    page = open_page(demo_site, js=js)
    sign_in(page, "expert" if js else "expert2")
    fair(page, js)
    page.get_by_role("link", name="声明").first.click()
    expect(page.get_by_text("是否存在利害关系").first).to_be_visible()
    fair(page, js)
    page.get_by_role("button", name="无利害关系，打开报告").click()
    expect(page.locator("#review")).to_be_visible()
    fair(page, js)
    points = page.locator("#criterion-outline input[name^=points]")
    points.fill("5.5")
    page.locator("#criterion-outline textarea").fill("摘要未反映主要问题")
    if js:
        page.locator("#f-opinion").focus()
        expect(page.locator("#s-criterion-outline")).to_contain_text("已保存")
        expect(page.locator("#total")).to_contain_text("5.5")
    else:
        page.get_by_role("button", name="保存", exact=True).click()
    page.reload()
    expect(page.locator("#criterion-outline input[name^=points]")).to_have_value("5.5")
    expect(page.locator("#criterion-outline textarea")).to_have_value("摘要未反映主要问题")
    page.get_by_role("button", name="提交评审").click()
    expect(page.locator(".missing li").first).to_be_visible()
    page.goto("/reviews")
    expect(page.get_by_text("草稿").first).to_be_visible()
    fair(page, js)


def test_two_windows_never_overwrite_each_other(demo_site: Site, open_page: Open) -> None:
    first, second = open_page(demo_site), open_page(demo_site)
    for page in (first, second):
        sign_in(page, "expert3")
    first.get_by_role("link", name="声明").first.click()
    first.get_by_role("button", name="无利害关系，打开报告").click()
    expect(first.locator("#review")).to_be_visible()
    second.goto(first.url)
    first.locator("#criterion-outline textarea").fill("先写的")
    first.locator("#f-opinion").focus()
    expect(first.locator("#s-criterion-outline")).to_contain_text("已保存")
    second.locator("#criterion-outline textarea").fill("后写的")
    second.locator("#f-opinion").focus()
    expect(second.locator("#s-criterion-outline")).to_contain_text("先写的")
    expect(second.locator("#s-criterion-outline")).to_contain_text("后写的")
    second.get_by_role("button", name="保留我的").click()
    expect(second.locator("#s-criterion-outline")).not_to_contain_text("先写的")
    expect(second.locator("#s-criterion-outline")).to_contain_text("已保存")
    first.reload()
    expect(first.locator("#criterion-outline textarea")).to_have_value("后写的")


@both
def test_an_approver_reads_the_published_notice(demo_site: Site, open_page: Open, js: bool) -> None:
    page = open_page(demo_site, js=js)
    sign_in(page, "approver")
    page.goto("/rounds")
    page.get_by_role("link", name="2024年度绩效评价报告评级").last.click()
    page.locator("main .tabs").get_by_role("link", name="通报").click()
    fair(page, js)
    page.locator("main a", has_text=re.compile("通报|〔2024〕")).last.click()
    expect(page.locator("main")).to_contain_text(
        "今年共对14份重点项目绩效评价报告和2份部门整体绩效评价报告进行评级"
    )
    expect(page.locator("main")).to_contain_text("没有绩效评价报告被评为C级或D级")
    fair(page, js)


@both
def test_an_agency_reads_its_own_results_only(demo_site: Site, open_page: Open, js: bool) -> None:
    page = open_page(demo_site, js=js)
    sign_in(page, "agency")
    page.get_by_role("link", name="本机构结果").first.click()
    fair(page, js)
    own = page.locator("td a.title")
    assert own.count() >= 1
    own.first.click()
    expect(page.get_by_text("综合评审意见").first).to_be_visible()
    fair(page, js)
    assert "陈睿" not in page.content()
    assert page.goto("/rounds").status == 404  # type: ignore[union-attr]


@both
def test_an_administrator_makes_an_account_by_a_link_that_opens_once(
    demo_site: Site, open_page: Open, js: bool
) -> None:
    page, login = open_page(demo_site, js=js), f"new{uuid4().hex[:6]}"
    sign_in(page, "admin")
    page.goto("/accounts/new")
    fair(page, js)
    page.fill("[name=login]", login)
    page.fill("[name=name]", "新同事")
    page.select_option("[name=role]", "officer")
    page.click("main button[type=submit]")
    link = page.locator(".copyable input").input_value()
    expect(page.locator(".qr").first).to_be_visible()
    fair(page, js)
    guest = open_page(demo_site, js=js)
    guest.goto(link)
    guest.goto(link)  # a chat program that opens the link first does not use it up
    guest.fill("[name=password]", "caidian-2026")
    again = guest.locator("[name=again], [name=password_again]")
    if again.count():
        again.first.fill("caidian-2026")
    guest.click("main button[type=submit]")
    expect(guest.locator("h1")).to_have_text("待办")
    assert guest.goto(link).status in {404, 410, 422}  # type: ignore[union-attr]


@both
def test_an_auditor_searches_the_records_and_checks_the_chain(
    demo_site: Site, open_page: Open, js: bool
) -> None:
    page = open_page(demo_site, js=js)
    sign_in(page, "auditor")
    page.goto("/records")
    fair(page, js)
    page.fill("input[type=search]", "孟敏")
    page.keyboard.press("Enter")
    expect(page.locator("table")).to_contain_text("孟敏")
    page.goto("/records/proof")
    fair(page, js)
    expect(page.locator("main")).to_contain_text("完整")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_a_phone(demo_site: Site, open_page: Open, scheme: str) -> None:
    page = open_page(demo_site, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    sign_in(page, "officer2")
    page.goto("/rounds")
    page.get_by_role("link", name="2025年度绩效评价报告评级").last.click()
    tabs = page.locator("main .tabs a")
    addresses = [tabs.nth(n).get_attribute("href") for n in range(tabs.count())]
    report = page.locator("td a.title").first.get_attribute("href")
    for address in [*addresses, report, "/home", "/registers/agencies", "/rubrics", "/accounts"]:
        assert address
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 1, (address, wide)
        fair(page, True)
    page = open_page(demo_site, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    sign_in(page, "auditor")
    for address in (
        "/records",
        "/records?page=3",
        "/records/proof",
        "/prechecks",
        "/prechecks/scores-sum",
    ):
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 1, (address, wide)
        fair(page, True)
    page = open_page(demo_site, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    sign_in(page, "agency2")
    for address in ("/draft-precheck", "/results"):
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 1, (address, wide)
        fair(page, True)
