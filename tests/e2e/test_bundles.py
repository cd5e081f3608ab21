"""A report of several files, and a file of several reports, in a real browser with and without JS."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.adapters import pdf_builders as build
from tests.e2e.conftest import Site
from tests.e2e.test_journeys import both, fair, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
Open = Callable[..., Page]
HEADS = ("一、项目基本情况", "二、绩效评价工作开展情况", "三、评价结论", "四、存在问题", "五、建议")


def part(folder: Path, name: str, mark: str, pages: int = 2) -> Path:
    """Return a file of its own bytes; `mark` tells one run from the other."""
    texts = [
        [(72, 60, 20, f"{name}第{n + 1}页"), (72, 90, 8, mark), *build.prose(4)]
        for n in range(pages)
    ]
    return build.with_text(folder / f"{name}.pdf", texts)


def reports(folder: Path, mark: str, *titles: str) -> Path:
    """Return one file with a report of six pages for each title."""
    pages = []
    for title in titles:
        pages.append(
            [
                (72, 160, 24, title),
                (72, 260, 14, "项目单位：河东区市政管理所"),
                (72, 300, 14, "评价机构：中衡会计师事务所"),
                (72, 340, 14, "2025年6月"),
                (72, 780, 8, mark),
            ]
        )
        pages += [[(72, 60, 18, head), *build.prose(8)] for head in HEADS]
    return build.with_text(folder / "合订本.pdf", pages)


def upload(page: Page, *files: Path, one_report: bool = False) -> None:
    page.goto("/rounds")
    page.get_by_role("link", name="2025年度绩效评价报告评级").last.click()
    page.goto(f"{page.url.split('?')[0]}/intakes/new")
    page.set_input_files("input[name=files]", [str(file) for file in files])
    if one_report:
        page.check("input[name=one_report]")
    page.click("#bring button[type=submit]")
    page.wait_for_url(re.compile(r"/intakes/[\w-]{36}$"))
    for _time in range(60):
        if page.locator("table.preview").count():
            return
        time.sleep(1)
        page.reload()
    raise AssertionError("no preview")


@both
def test_an_officer_puts_files_together_and_finds_the_originals(
    demo_site: Site, open_page: Open, js: bool, tmp_path: Path
) -> None:
    mark = uuid4().hex[:8]
    page = open_page(demo_site, js=js)
    sign_in(page, "officer")
    names = (f"河道清淤{mark}项目绩效评价报告", "附件一", "签章页")
    files = [part(tmp_path, name, mark) for name in names[::-1]]
    upload(page, *files, one_report=True)
    lines = page.locator("[data-part]")
    expect(lines).to_have_count(3)
    expect(lines.nth(0)).to_contain_text(names[0])
    fair(page, js)
    if js:
        lines.nth(2).get_by_role("button", name="上移").click()
        expect(lines.nth(1)).to_contain_text("签章页")
        page.keyboard.press("Alt+ArrowDown")
        expect(lines.nth(1)).to_contain_text("附件一")
        lines.nth(2).get_by_role("button", name="上移").click()
    else:
        lines.nth(1).locator("[data-place]").fill("3")
        lines.nth(2).locator("[data-place]").fill("2")
    page.get_by_role("button", name="接收所勾选的报告").click()
    page.locator("td a.title").first.click()
    expect(page.get_by_text("由 3 个文件合并而成")).to_be_visible()
    page.get_by_role("link", name="查看原始文件").click()
    shown = page.locator(".originals li")
    expect(shown).to_have_count(3)
    expect(shown.nth(1)).to_contain_text("签章页")
    expect(shown.nth(1)).to_contain_text("第 3 至 4 页")
    fair(page, js)
    with page.expect_download() as download:
        shown.nth(1).get_by_role("link", name="下载原始文件").click()
    assert Path(download.value.path()).read_bytes() == files[0].read_bytes()


@both
def test_an_officer_splits_a_file_and_takes_it_back(
    demo_site: Site, open_page: Open, js: bool, tmp_path: Path
) -> None:
    mark = uuid4().hex[:6]
    page = open_page(demo_site, js=js)
    sign_in(page, "officer")
    first, second = (
        "2024年度公园绿化项目绩效评价报告",
        "2024年度食堂改造项目绩效评价报告",
    )
    upload(page, reports(tmp_path, mark, first, second))
    page.locator("select[name^=kind-]").select_option("key-project")
    page.get_by_role("button", name="接收所勾选的报告").click()
    page.locator("td a.title").first.click()
    hint = page.get_by_role("link", name="查看拆分建议")
    source = page.url
    if js:  # the page looks for the precheck's end by itself
        expect(hint).to_be_visible(timeout=60_000)
    for _time in range(60):
        if hint.count():
            break
        time.sleep(1)
        page.reload()
    hint.click()
    expect(page.locator("[name=first-2]")).to_have_value("7")
    expect(page.locator("[name=title-2]")).to_have_value(second)
    expect(page.locator(".cuts img")).to_have_count(2)
    fair(page, js)
    page.get_by_role("button", name="拆分文件").click()
    made = page.locator(".split-note li a")
    expect(made).to_have_count(2)
    fair(page, js)
    made.nth(1).click()
    expect(page.locator("h1")).to_contain_text(second)
    page.goto(source)
    page.get_by_role("button", name="撤销拆分").click()
    expect(page.locator(".split-note")).to_have_count(0)
    expect(hint).to_be_visible()
