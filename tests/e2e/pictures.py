"""The pictures of docs/rating.md: `python -m tests.e2e.pictures`, or `make pictures`.

A demo round is made, a report of it read and half rated by an expert with five reports, and the
workspace photographed at 1366, 1440 and 390, in light and in the dark.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from sqlmodel import Session, col, select

from reviewapp.adapters.catalogue import compile_all
from reviewapp.db.models import Account, Assignment, Precheck, Report, ReportVersion
from reviewapp.demo.people import PASSWORD
from reviewapp.services import assignments, evidence, review_saving, reviews
from reviewapp.services.accounts import identity_of
from tests.conftest import ROOT
from tests.e2e.conftest import CHROMIUM_FLAGS, Site, make_site
from tests.e2e.reviewing import database_of

TITLE = "老旧小区改造项目"
CRITERION = "sources"
REASON = "预算执行率的口径未说明，扣1分\n结余资金去向前后表述不一致，2处，每处扣0.5分，共扣1分"
POINTS = {
    "outline": ("5", "摘要未反映主要问题，扣1分"),
    "elements": ("3.5", "封面缺主管部门名称，扣0.5分"),
    "drafting": ("5", ""),
    "chain": ("6", ""),
    "expression": ("4", ""),
    "rules": ("5", "一项行业标准已有新版本，扣1分"),
    "evidence": ("6", ""),
    "procedure": ("3", ""),
    "survey": ("5", "未写发放和回收份数，扣1分"),
    CRITERION: ("5", REASON),
}
QUOTE = "预算执行率为91.06%"
WIDTH = 1000  # pixels of a picture of a desk; the reader opens it for more
SCREENS = ((1366, 768), (1440, 900), (390, 844))


def _report(session: Session) -> Report:
    return session.exec(select(Report).where(col(Report.title).contains(TITLE))).one()


def _until_read(site: Site) -> None:
    """Wait until the worker has prechecked the report; its images need no worker."""
    for _time in range(600):
        with database_of(site).read() as session:
            version = select(ReportVersion.id).where(ReportVersion.report_id == _report(session).id)
            states = session.exec(
                select(Precheck.state).where(col(Precheck.report_version_id).in_(version))
            ).all()
        if states and all(state == "done" for state in states):
            return
        time.sleep(1)
    raise SystemExit(f"the precheck did not end: {states}")


def _rate(site: Site) -> str:
    """Rate half of the report; return the id of the review."""
    now = datetime.now(UTC)
    with database_of(site).transaction() as session:
        who = {row.login: identity_of(row) for row in session.exec(select(Account))}
        report, expert = _report(session), who["expert"]
        own = select(Assignment.id).where(
            Assignment.report_id == report.id, Assignment.expert_id == expert.expert_id
        )
        assignment_id = session.exec(own).one()
        assignments.declare(session, assignment_id, actor=expert, now=now)
        review = reviews.open_review(session, assignment_id, actor=expert, now=now)
        for key, (points, reason) in POINTS.items():
            review_saving.save_score(
                session, review.id, key, points=points, reason=reason, version=0,
                actor=expert, now=now,
            )  # fmt: skip
        found = evidence.look_up(session, review.id, page=9, box=None, quote=QUOTE, actor=expert)
        evidence.cite(session, review.id, CRITERION, found, actor=expert, now=now)
        return str(review.id)


def _picture(page: Page, to: Path, width: int) -> None:
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    if image.width > width:
        image = image.resize((width, round(image.height * width / image.width)), Image.LANCZOS)
    image.save(to, "WEBP", quality=72, method=6)


def _take(site: Site, review_id: str, folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
        )
        for width, height in SCREENS:
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    base_url=site.url,
                    locale="zh-CN",
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,  # type: ignore[arg-type]
                )
                page = context.new_page()
                page.goto("/sign-in")
                page.fill("[name=login]", "expert")
                page.fill("[name=password]", PASSWORD)
                page.click("main button[type=submit]")
                page.wait_for_url("**/home")
                page.goto(f"/reviews/{review_id}?page=9#criterion-{CRITERION}")
                page.wait_for_timeout(1500)
                if width < 720:
                    page.locator(
                        f"a[data-pane={'rubric' if scheme == 'dark' else 'viewer'}]"
                    ).click()
                else:
                    page.locator(f"#chips-{CRITERION} .chip").first.click()
                page.wait_for_timeout(2500)
                _picture(page, folder / f"{width}-{scheme}.webp", WIDTH)
                context.close()
        browser.close()


def main() -> None:
    """Take all pictures into docs/rating/."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "rating")
    arguments = parser.parse_args()
    compile_all()
    with tempfile.TemporaryDirectory() as folder:
        site = make_site(Path(folder), DEMO="1")
        try:
            site.run("demo", "--stage", "rating")
            site.start_web()
            site.start_worker()
            _until_read(site)
            _take(site, _rate(site), arguments.to)
        finally:
            site.stop()


if __name__ == "__main__":
    main()
