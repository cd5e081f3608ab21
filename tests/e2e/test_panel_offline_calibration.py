"""The officer's panel, a review filled in offline, and calibration, walked in a real browser.

Each walk is done twice on rounds of its own: with scripts, where axe looks at every state, in turn
in light on a laptop and in the dark on a phone, and without.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from sqlmodel import Session, col, update

from reviewapp.adapters.storage import Storage
from reviewapp.config import Config
from reviewapp.db.models import Round, RoundPhase
from tests import people, report_rows, rows
from tests.e2e.conftest import Site, make_site
from tests.e2e.reviewing import database_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("panel")]
Open = Callable[..., Page]
both = pytest.mark.parametrize("js", [True, False], ids=["with-scripts", "without-scripts"])
TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("panel")
    site = make_site(folder / "site")
    storage = Storage(Config.from_env(site.environ).storage_url, folder / "tmp")
    with database_of(site).transaction() as session:
        cast = people.enter(session)
        for tag in ("一", "二"):
            _enter(session, cast, storage, folder, tag)
    site.start_web()
    yield site
    site.stop()


def _enter(session: Session, cast: people.Cast, storage: Storage, folder: Path, tag: str) -> None:
    """Write a round that is being rated, and one in preparation with an older report beside it."""
    now = rows.round_(session, phase="rating", title=f"评审批次{tag}")
    session.add(
        RoundPhase(
            created_at=people.NOW,
            round_id=now.id,
            phase="rating",
            starts_on=TODAY,
            ends_on=TODAY + timedelta(days=20),
        )
    )
    begun = rows.report(session, now, title=f"桥梁报告{tag}")
    rows.review(session, rows.assignment(session, begun, cast.chen.expert_id), opinion="")
    late = rows.report(session, now, title=f"公路报告{tag}")
    rows.assignment(session, late, cast.chen.expert_id, due_on=TODAY - timedelta(days=2))
    rows.assignment(session, late, cast.luo.expert_id, declared=False)
    other = rows.round_(session, phase="rating", title=f"离线批次{tag}")
    file = report_rows.readable(session, storage, other, folder, title=f"供水报告{tag}")
    seat = rows.assignment(session, report_rows.report_of(session, file), cast.chen.expert_id)
    rows.review(session, seat, opinion="")
    old = rows.round_(session, phase="closed", title=f"旧批次{tag}")
    report_rows.readable(session, storage, old, folder, title=f"标杆报告{tag}")
    next_one = rows.round_(session, title=f"校准批次{tag}")
    for title, declared in ((f"环卫报告{tag}", False), (f"绿化报告{tag}", True)):
        report = rows.report(session, next_one, title=title)
        rows.assignment(session, report, cast.luo.expert_id, declared=declared)


def _sign_in(page: Page, login: str) -> Page:
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", people.PASSWORD)
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_have_text("待办")
    return page


def _seen(page: Page, js: bool, *, dark: bool = False) -> None:
    """Let axe look at a state, in light on a laptop or in the dark on a phone; both fit it."""
    if not js:
        return
    phone, laptop = {"width": 390, "height": 844}, {"width": 1366, "height": 768}
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    for size in (laptop, phone) if dark else (phone, laptop):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 1, (page.url, size, wide)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    told = [
        (one["id"], [node["target"] for node in one["nodes"]][:3])
        for one in found.response["violations"]
    ]
    assert not told, (page.url, dark, told)
    page.set_viewport_size(laptop)  # type: ignore[arg-type]


@both
def test_an_officer_keeps_a_panel_moving(site: Site, open_page: Open, js: bool) -> None:
    tag = "一" if js else "二"
    page = _sign_in(open_page(site, js=js), "meng")
    page.goto("/rounds")
    page.get_by_role("link", name=f"评审批次{tag}").last.click()
    page.locator("main .tabs").get_by_role("link", name="分派").click()
    page.get_by_role("link", name="进度与催办").click()
    expect(page.locator(".lead-line")).to_contain_text("逾期 1 份")
    expect(page.get_by_text("已逾期 2 天").first).to_be_visible()
    line = page.locator("tr", has_text=f"公路报告{tag}").locator("li", has_text="陈睿")
    line.locator("summary").click()
    _seen(page, js)

    # A day before the round's own is refused, and what was typed stands.
    line.locator("[name=due_on]").fill((TODAY + timedelta(days=3)).isoformat())
    line.locator("[name=reason]").fill("住院")
    line.get_by_role("button", name="保存").click()
    expect(page.locator(".problem")).to_contain_text("批次本身的截止日更晚")
    expect(line.locator("[name=reason]")).to_have_value("住院")
    _seen(page, js, dark=True)
    line.locator("[name=due_on]").fill((TODAY + timedelta(days=30)).isoformat())
    line.get_by_role("button", name="保存").click()
    expect(page.locator(".flash")).to_contain_text("截止日已调整")
    expect(line).to_contain_text("个人截止日")
    expect(page.get_by_text("已逾期")).to_have_count(0)

    page.get_by_label("催办罗珊").uncheck()
    page.get_by_role("button", name="催办所选专家").click()
    expect(page.locator("h1")).to_have_text("催办 1 名专家")
    expect(page.locator(".letters li")).to_contain_text("陈睿老师")
    _seen(page, js)
    page.fill("[name=text]", "%(name)s：%(wrong)s")
    page.get_by_role("button", name="重新预览").click()
    expect(page.locator("#f-text-note")).to_contain_text("只能使用这些占位")
    _seen(page, js, dark=True)
    page.fill("[name=text]", "%(name)s老师，还有%(open)s份。")
    page.get_by_role("button", name="重新预览").click()
    expect(page.locator(".letters li")).to_contain_text("陈睿老师，还有2份。")
    page.get_by_role("button", name="催办 1 名专家").click()
    expect(page.locator(".flash")).to_contain_text("已催办 1 名专家")
    expect(page.locator(".outbox textarea")).to_have_value("陈睿老师，还有2份。")
    copies = page.get_by_role("button", name="复制")
    if js:
        expect(copies).to_be_visible()
    else:
        expect(copies).to_have_count(0)
    _seen(page, js)
    page.get_by_role("button", name="标记已转达").click()
    expect(page.locator(".outbox")).to_contain_text("已人工转达")
    told = _sign_in(open_page(site, js=js), "chen")
    expect(told.locator(".reminder", has_text=f"评审批次{tag}")).to_contain_text("还有2份")

    page.get_by_role("link", name="进度", exact=True).click()
    page.locator("tr", has_text="陈睿").get_by_role("link", name="更换").first.click()
    expect(page.locator("h1")).to_have_text("更换专家：陈睿")
    _seen(page, js, dark=True)
    page.fill("[name=reason]", "长期出差")
    page.get_by_role("button", name="更换 2 份报告的专家").click()
    expect(page.locator(".flash")).to_contain_text("已为 2 份报告更换专家")
    expect(page.locator(".who", has_text="陈睿")).to_have_count(0)
    expect(page.locator(".who", has_text="石磊")).to_be_visible()
    _seen(page, js)


@both
def test_an_expert_fills_a_review_in_offline(
    site: Site, open_page: Open, js: bool, tmp_path: Path
) -> None:
    tag = "一" if js else "二"
    page = _sign_in(open_page(site, js=js), "chen")
    page.goto("/reviews")
    page.locator("tr", has_text=f"供水报告{tag}").get_by_role("link", name="继续").click()
    review = page.url
    page.locator("details.menu summary").first.click()
    page.get_by_role("link", name="离线评审").click()
    _seen(page, js, dark=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载离线评审包").click()
    with zipfile.ZipFile(download.value.path()) as package:
        names = package.namelist()
        assert {"离线评审表.xlsx", "评级标准.pdf", f"供水报告{tag}.pdf"} == set(names)
        package.extract("离线评审表.xlsx", tmp_path)
    form = tmp_path / "离线评审表.xlsx"
    typed = {
        "criterion-outline": ("５.５", "缺项目背景，扣0.5分"),
        "criterion-elements": (3, "封面缺日期"),
        "criterion-drafting": ("很好", ""),
        "veto-plagiarism": ("否", ""),
        "opinion": (None, "总体较好"),
    }
    book = load_workbook(form)
    for cells in book.worksheets[0].iter_rows():
        if cells[0].value in typed:
            cells[3].value, cells[4].value = typed[str(cells[0].value)]  # type: ignore[assignment]
    book.save(form)

    (tmp_path / "no.xlsx").write_bytes(b"no form")
    page.set_input_files("[name=file]", tmp_path / "no.xlsx")
    page.get_by_role("button", name="核对评审表").click()
    expect(page.locator(".problem")).to_contain_text("Excel")
    _seen(page, js)
    page.set_input_files("[name=file]", form)
    page.get_by_role("button", name="核对评审表").click()
    expect(page.locator(".lead-line")).to_contain_text("有 1 项存疑")
    expect(page.get_by_text("“很好”不能作为得分")).to_be_visible()
    expect(page.locator(".compared tbody tr")).to_have_count(4)  # 否 claims no veto
    _seen(page, js, dark=True)
    page.locator("[name=take-criterion-elements][value=theirs]").check()
    page.get_by_role("button", name="按所选采用").click()
    expect(page.locator(".flash")).to_contain_text("已采用 2 项")
    expect(page.locator("#criterion-outline input[name^=points]")).to_have_value("5.5")
    expect(page.locator("#criterion-elements input[name^=points]")).to_have_value("")

    # Saved online since: now a person has to choose.
    page.locator("#criterion-outline input[name^=points]").fill("4")
    if js:
        page.locator("#criterion-outline textarea").focus()
        expect(page.locator("#s-criterion-outline")).to_contain_text("已保存")
    else:
        page.get_by_role("button", name="保存", exact=True).click()
    page.goto(f"{review.partition('?')[0].partition('#')[0]}/offline")
    page.set_input_files("[name=file]", form)
    page.get_by_role("button", name="核对评审表").click()
    expect(page.get_by_role("heading", name="需要选择")).to_be_visible()
    _seen(page, js)
    page.locator("[name=take-criterion-outline][value=theirs]").check()
    page.get_by_role("button", name="按所选采用").click()
    expect(page.locator("#criterion-outline input[name^=points]")).to_have_value("4")
    expect(page.locator("#criterion-elements input[name^=points]")).to_have_value("3")


@both
def test_a_round_begins_with_calibration(site: Site, open_page: Open, js: bool) -> None:
    tag = "一" if js else "二"
    page = _sign_in(open_page(site, js=js), "meng")
    page.goto("/rounds")
    page.get_by_role("link", name=f"校准批次{tag}").last.click()
    page.locator("main .tabs").get_by_role("link", name="设置").click()
    page.select_option("[name=calibration]", "required")
    page.locator("main form button.btn-primary").first.click()
    page.get_by_role("link", name="标杆报告", exact=True).click()
    expect(page.locator(".empty")).to_contain_text("尚未选定标杆报告")
    _seen(page, js, dark=True)
    label = page.locator("option", has_text=f"标杆报告{tag}").inner_text()
    page.select_option("[name=report_id]", label=label)
    page.get_by_role("button", name="设为标杆报告").click()
    points, reasons = page.locator("[name^=points-]"), page.locator("[name^=reason-]")
    points.first.fill("99")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("[aria-invalid=true]")).to_have_value("99")
    _seen(page, js)
    for at in range(points.count()):
        points.nth(at).fill("2")
        reasons.nth(at).fill("论证不足")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("补齐后才能使用")).to_have_count(0)
    expect(page.locator(".ends")).to_contain_text(f"标杆得分合计：{2 * points.count()}")
    page.locator("summary", has_text="移出本批次").click()
    expect(page.get_by_text("将一并删除")).to_be_visible()
    _seen(page, js, dark=True)
    with database_of(site).transaction() as session:
        title = col(Round.title) == f"校准批次{tag}"
        session.execute(update(Round).where(title).values(phase="rating"))

    page = _sign_in(open_page(site, js=js), "luo")
    tasks = page.locator(".tasks li")
    task = tasks.filter(has_text=f"标杆报告{tag}")
    waits = tasks.filter(has_text=f"绿化报告{tag}")
    expect(task).to_contain_text("校准（必做）")
    expect(waits).to_contain_text("评完同类标杆报告后开放")
    expect(waits.get_by_role("link")).to_have_count(0)
    texts = tasks.all_inner_texts()
    declares = [at for at, text in enumerate(texts) if "请先声明" in text]
    assert max(declares) < next(at for at, text in enumerate(texts) if "校准（必做）" in text)
    _seen(page, js)
    task.get_by_role("link", name="去评分").click()
    points, reasons = page.locator("[name^=points-]"), page.locator("[name^=reason-]")
    points.first.fill("1.5")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".ends")).to_contain_text("合计 1.5 分")
    page.get_by_role("button", name="提交并对照").click()
    expect(page.locator(".problem")).to_be_focused()
    _seen(page, js, dark=True)
    page.locator(".problem a").last.click()
    assert re.search(r"#f-(points|reason)-", page.url)
    expect(page.locator("input:focus, textarea:focus")).to_be_visible()
    for at in range(points.count()):
        points.nth(at).fill("2.5" if at else "1.5")
        reasons.nth(at).fill("我的理由")
    page.get_by_role("button", name="提交并对照").click()
    expect(page.locator(".flash")).to_contain_text("差异如下")
    first = page.locator(".compared tbody tr").first
    expect(first).to_contain_text("-0.5")
    expect(first).to_contain_text("论证不足")
    _seen(page, js)
    page.goto("/home")
    expect(tasks.filter(has_text=f"标杆报告{tag}")).to_have_count(0)
    waits.get_by_role("link", name="开始").click()
    page.get_by_role("button", name="开始评审").click()
    expect(page.locator("#review")).to_be_visible()
