"""A report ready to be reviewed in a browser: read, prechecked, triaged, assigned to chen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlmodel import select

from reviewapp.adapters import pdf
from reviewapp.adapters.storage import Storage
from reviewapp.config import Config
from reviewapp.db.models import Finding
from reviewapp.db.session import Database
from reviewapp.domain import page_text
from reviewapp.services import page_texts, prechecks, triage
from tests import people, report_rows, rows
from tests.adapters.pdf_builders import prose, with_text
from tests.e2e.conftest import Site

PAGES = 12


def database_of(site: Site) -> Database:
    """Return the database of a site."""
    return Database(f"sqlite:///{site.data_dir / 'reviewapp.db'}")


def fill(site: Site, folder: Path) -> str:
    """Write the cast and the report, with one confirmed finding and one doubt; return its work."""
    with database_of(site).transaction() as session:
        cast = people.enter(session)
        in_round = rows.round_(session, phase="rating")
        path = with_text(
            folder / "report.pdf",
            [[(72, 60, 20, f"第{n}章 绩效评价"), *prose(14)] for n in range(1, PAGES + 1)],
        )
        storage = Storage(Config.from_env(site.environ).storage_url, folder / "tmp")
        version = report_rows.readable(
            session, storage, in_round, folder, pages=PAGES, content=path.read_bytes()
        )
        texts = list(page_text.of_document(pdf.read(path)))
        texts[1] = replace(texts[1], tables=((60.0, 300.0, 535.0, 420.0),))
        page_texts.keep(session, version.id, tuple(texts), now=people.NOW)
        report = report_rows.report_of(session, version)
        found = report_rows.answer(
            report_rows.finding("section-empty", page=3, quote="第3章 绩效评价"),
            report_rows.finding("toc-mismatch", page=9, message="目录页码不符"),
            headings=[
                {"text": f"第{n}章 绩效评价", "level": 1, "page": n, "section": None}
                for n in range(1, PAGES + 1)
            ],
        )
        prechecks.store(session, version.id, found, rules_hash="abc", now=people.NOW)
        sure = session.exec(select(Finding).where(Finding.check == "section-empty")).one()
        triage.confirm(session, sure.id, actor=cast.meng, now=people.NOW)
        return str(rows.assignment(session, report, cast.chen.expert_id).id)
