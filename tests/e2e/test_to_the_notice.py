"""From an agency's answer to the published notice, by four people in real browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, make_site
from tests.e2e.test_journeys import fair, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("notice")]
Open = Callable[..., Page]
TITLE = "2025年度绩效评价报告评级"


@pytest.fixture(scope="module")
def feedback_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A round whose results the agencies have just been told."""
    site = make_site(tmp_path_factory.mktemp("feedback"))
    site.run("demo", "--stage", "feedback", "--seed", "7")
    site.start_web()
    yield site
    site.stop()


def _next_phase(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("details.confirm summary").click()
    page.get_by_role("button", name="进入该阶段").click()


def test_answers_are_replied_to_and_the_notice_is_published_by_another(
    feedback_site: Site, open_page: Open
) -> None:
    agency = open_page(feedback_site, viewport={"width": 390, "height": 844})
    sign_in(agency, "agency")
    agency.get_by_role("link", name="查看").first.click()
    agency.get_by_role("button", name="确认签收").click()
    agency.locator("[name=text]").fill("第三章已列明测算依据，请复核")
    fair(agency, True)
    agency.get_by_role("button", name="提交反馈意见").click()
    expect(agency.locator("main")).to_contain_text("第三章已列明测算依据")
    result = agency.url

    officer = open_page(feedback_site, js=False)
    sign_in(officer, "officer")
    officer.goto("/rounds")
    officer.get_by_role("link", name=TITLE).last.click()
    home = officer.url
    officer.goto(f"{home}/results")
    officer.get_by_role("link", name=agency.locator("h1").inner_text()).click()
    officer.locator("[name=reply]").fill("经复核，维持原结果")
    officer.get_by_role("button", name="发送回复").click()
    agency.goto(result)
    expect(agency.locator("main")).to_contain_text("经复核，维持原结果")

    _next_phase(officer, home)
    officer.goto(f"{home}/notices")
    officer.get_by_role("button", name="起草通报").click()
    expect(officer.locator("main")).to_contain_text("绩效评价报告")
    notice = officer.url
    assert agency.goto(notice).status == 404  # type: ignore[union-attr]
    officer.locator("[name=doc_number]").fill("蔡财绩〔2026〕33号")
    officer.get_by_role("button", name="保存").first.click()
    _fill_what_is_asked_for(officer)
    officer.goto(notice)
    officer.get_by_role("button", name="送签").last.click()
    assert officer.get_by_role("button", name="签发并公布").count() == 0

    approver = open_page(feedback_site)
    sign_in(approver, "approver")
    approver.get_by_role("link", name="审阅签发").click()
    expect(approver.get_by_role("button", name="签发并公布")).to_be_visible()
    fair(approver, True)
    approver.get_by_role("button", name="签发并公布").click()
    expect(approver.locator("main")).to_contain_text("蔡财绩〔2026〕33号")
    with approver.expect_download() as docx:
        approver.get_by_role("link", name=".docx").click()
    assert docx.value.suggested_filename.endswith(".docx")

    agency.goto("/notices")
    expect(agency.locator("main")).to_contain_text("蔡财绩〔2026〕33号")


def _fill_what_is_asked_for(officer: Page) -> None:
    """Fill the details that a notice needs before it can be sent to sign-off."""
    date = officer.locator("[name=issue_date]")
    if date.count():
        date.fill("2026-12-20")
    addressees = officer.locator("[name=addressees]")
    if addressees.count():
        addressees.fill("区直各预算单位")
    for name, text in (("contact_name", "孟敏"), ("contact_phone", "027-00000000")):
        field = officer.locator(f"[name={name}]")
        if field.count():
            field.fill(text)
    officer.locator("form", has=officer.locator("[name=addressees]")).get_by_role(
        "button"
    ).last.click()
