"""Intakes: many files at once, a ZIP with a list, every doubt marked, taken in one act."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, col, select

from reviewapp.adapters.spreadsheets import write_sheet
from reviewapp.db.models import Event, Intake, IntakeItem, Job, Report, ReportVersion
from reviewapp.db.queries import intakes as queries
from reviewapp.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.policy import Identity
from reviewapp.services import intakes
from reviewapp.services.intakes import Choice
from reviewapp.services.uploads import IntakeLimits, bring
from reviewapp.worker import Workshop
from tests import rows
from tests.adapters import pdf_builders
from tests.people import NOW, Cast

AGENCY = "湖北甲信绩效评价有限公司"
HEADINGS = [
    "序号",
    "文件名",
    "报告名称",
    "报告类型",
    "第三方机构",
    "金额（万元）",
    "项目得分",
    "评价等次",
]


@pytest.fixture
def a_pdf(tmp_path: Path) -> bytes:
    return pdf(tmp_path, 1)


def pdf(folder: Path, number: int) -> bytes:
    """Return a small PDF whose bytes differ by number."""
    path = folder / f"made-{number}.pdf"
    if not path.exists():
        page = [*pdf_builders.prose(), (72, 60, 14, f"第{number}号报告")]
        pdf_builders.with_text(path, [page] * 2)
    return path.read_bytes()


def zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def begin(
    workshop: Workshop,
    files: Mapping[str, bytes],
    who: Identity,
    round_id: UUID | None = None,
    limits: IntakeLimits | None = None,
    *,
    one_report: bool = False,
) -> UUID:
    """Bring files; the job runs at once."""
    limits = limits or IntakeLimits()
    brought = [
        bring(workshop.storage, io.BytesIO(content), name, limits)
        for name, content in files.items()
    ]
    with workshop.database.transaction() as session:
        if round_id is None:
            round_id = rows.round_(session).id
        made = intakes.begin(
            session,
            workshop.queue,
            round_id,
            brought,
            actor=who,
            now=NOW,
            one_report=one_report,
        )
    return made.id


def preview(workshop: Workshop, intake_id: UUID) -> queries.IntakePage:
    with workshop.database.read() as session:
        page = queries.intake_page(session, intake_id)
    assert page is not None
    return page


def codes(item: queries.ItemLine) -> set[str]:
    return {doubt.code for doubt in item.doubts}


def take(workshop: Workshop, intake_id: UUID, who: Identity, *choices: Choice) -> intakes.Taken:
    with workshop.database.transaction() as session:
        return intakes.take(session, workshop.queue, intake_id, choices, actor=who, now=NOW)


def all_of(page: queries.IntakePage) -> list[Choice]:
    return [Choice(i.id, i.kind, i.agency_id) for i in page.items if not i.is_blocked]


def test_a_zip_with_a_list_becomes_reports_in_one_act(
    workshop: Workshop, cast: Cast, tmp_path: Path
) -> None:
    listed = write_sheet(
        "清单",
        HEADINGS,
        [
            [
                1,
                "01道路.pdf",
                "《道路养护项目绩效评价报告》",
                "重点项目",
                AGENCY,
                120.5,
                86.25,
                "良",
            ],
            [2, "", "区教育局部门整体支出绩效评价报告", "部门整体", "没有的公司", "约三百", "", ""],
            [3, "没有的文件.pdf", "不存在的报告", "重点项目", AGENCY, "", "", ""],
        ],
    )
    content = zipped(
        {
            "报告/01道路.pdf": pdf(tmp_path, 1),
            "报告/区教育局部门整体支出绩效评价报告（终稿）.pdf": pdf(tmp_path, 2),
            "报告/副本.pdf": pdf(tmp_path, 1),
            "报告/旧稿.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "清单.xlsx": listed,
            "__MACOSX/._01道路.pdf": b"x",
        }
    )
    intake_id = begin(workshop, {"报告.zip": content}, cast.meng)

    page = preview(workshop, intake_id)

    assert (page.state, page.has_list, page.notes) == ("preview", True, ())
    road, school, copy, word, missing = page.items
    assert (road.title, road.kind, road.pages, road.row) == (
        "道路养护项目绩效评价报告",
        "key-project",
        2,
        2,
    )
    assert road.doubts == ()
    assert codes(school) == {"agency-unknown", "value-odd"}
    assert codes(copy) == {"twice"}
    assert codes(word) == {"not-pdf"}
    assert codes(missing) == {"no-file"}
    assert [item.is_blocked for item in page.items] == [False, False, True, True, True]

    taken = take(workshop, intake_id, cast.meng, *all_of(page))

    assert [report.state for report in taken.reports] == ["taken-in", "uploaded"]
    first, second = taken.reports
    assert (first.amount_cents, first.stated_score_hundredths) == (120_500_000, 8625)
    assert first.evaluation_grade == "良"
    assert first.sources["kind"] == first.sources["agency_id"] == first.sources["title"] == "list"
    assert (second.kind, second.agency_id) == ("department", None)
    with workshop.database.read() as session:
        assert session.get_one(Intake, intake_id).state == "taken"
        kinds = session.exec(select(Event.kind).order_by(col(Event.number))).all()
        assert kinds[0:2] == ["intake.begun", "intake.read"]
        assert kinds.count("intake.taken") == 1
        assert kinds.count("report.uploaded") == 2
        assert len(session.exec(select(Job).where(Job.task == "precheck")).all()) == 2


def test_many_files_with_a_list_beside_them(workshop: Workshop, cast: Cast, tmp_path: Path) -> None:
    rows_ = [["甲项目绩效评价报告", "重点项目"], ["乙项目绩效评价报告", "重点项目"]]
    files = {
        "甲项目绩效评价报告.pdf": pdf(tmp_path, 1),
        "乙项目绩效评价报告.PDF": pdf(tmp_path, 2),
        "清单.xlsx": write_sheet("清单", ["报告名称", "报告类型"], rows_),
        "清单2.xlsx": write_sheet("清单", ["报告名称"], rows_),
    }

    page = preview(workshop, begin(workshop, files, cast.meng))

    assert [item.row for item in page.items] == [2, 3]
    assert [note.code for note in page.notes] == ["lists-many"]


def test_an_experts_reports_wait_for_an_officer_even_with_an_agency(
    workshop: Workshop, cast: Cast, a_pdf: bytes
) -> None:
    intake_id = begin(workshop, {"某专项资金评价报告.pdf": a_pdf}, cast.chen)
    (item,) = preview(workshop, intake_id).items
    assert codes(item) == {"kind-guessed", "agency-missing"}
    with workshop.database.read() as session:
        agency = rows.agency_id(session)

    taken = take(workshop, intake_id, cast.chen, Choice(item.id, "department", agency))

    (report,) = taken.reports
    assert (report.state, report.kind, report.agency_id) == ("uploaded", "department", agency)
    assert report.sources == {"kind": "person", "agency_id": "person"}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("报告.docx", zipped({"word/document.xml": b"<w/>"}), "not-pdf"),
        ("报告.wps", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not-pdf"),
        ("报告.ofd", zipped({"OFD.xml": b"<ofd/>"}), "not-pdf"),
        ("报告.pdf", b"", "empty-file"),
        ("报告.pdf", b"no pdf at all", "not-pdf"),
        ("报告.pdf", b"%PDF-1.7\nbroken", "damaged"),
    ],
)
def test_what_is_no_report_is_shown_with_its_reason_and_cannot_be_taken(
    workshop: Workshop, cast: Cast, name: str, content: bytes, code: str
) -> None:
    intake_id = begin(workshop, {name: content}, cast.meng)

    (item,) = preview(workshop, intake_id).items
    assert code in codes(item)
    assert item.is_blocked
    with pytest.raises(Invalid):
        take(workshop, intake_id, cast.meng, Choice(item.id, "key-project"))
    with workshop.database.read() as session:
        assert session.get_one(Intake, intake_id).state == "preview"


def test_limits_of_a_file_and_of_a_zip(workshop: Workshop, cast: Cast, tmp_path: Path) -> None:
    small = IntakeLimits(max_bytes=2_000_000, max_archive_bytes=3_000_000)
    big = b"%PDF-1.7" + bytes(2_500_000)
    (item,) = preview(workshop, begin(workshop, {"大.pdf": big}, cast.meng, limits=small)).items
    assert (item.doubts[0].code, item.doubts[0].values) == ("too-large", {"limit": 2})

    workshop.config = replace(workshop.config, max_archive_members=2, max_pages=1)
    three = zipped({f"{n}.pdf": b"x" for n in range(3)})
    page = preview(workshop, begin(workshop, {"三.zip": three}, cast.meng))
    assert [(n.code, n.values["limit"]) for n in page.notes] == [("archive-too-many", 2)]
    assert page.items == ()
    (item,) = preview(workshop, begin(workshop, {"页.pdf": pdf(tmp_path, 1)}, cast.meng)).items
    assert "too-many-pages" in codes(item)


def test_a_zip_that_leads_out_of_itself_writes_nothing_there(
    workshop: Workshop, cast: Cast, a_pdf: bytes, tmp_path: Path
) -> None:
    content = zipped({"../../evil.pdf": a_pdf, "内.zip": zipped({"a.pdf": a_pdf})})

    evil, inner = preview(workshop, begin(workshop, {"x.zip": content}, cast.meng)).items

    assert "unsafe-name" in codes(evil)
    assert "archive-inside" in codes(inner)
    assert not list(tmp_path.rglob("evil.pdf"))


def test_the_same_file_in_the_round_leads_to_its_report(
    workshop: Workshop, cast: Cast, a_pdf: bytes
) -> None:
    with workshop.database.transaction() as session:
        round_id = rows.round_(session).id
    first = begin(workshop, {"甲项目.pdf": a_pdf}, cast.meng, round_id)
    (report,) = take(workshop, first, cast.meng, *all_of(preview(workshop, first))).reports

    again = begin(workshop, {"甲项目改名.pdf": a_pdf}, cast.shen, round_id)

    (item,) = preview(workshop, again).items
    assert "already-here" in codes(item)
    assert item.is_blocked
    assert item.report_id == report.id
    with workshop.database.read() as session:
        for_expert = queries.intake_page(session, again, only_of=cast.chen.id)
    assert for_expert is not None
    assert for_expert.items[0].report_id is None


def test_a_file_that_came_in_meanwhile_does_not_hold_up_the_others(
    workshop: Workshop, cast: Cast, tmp_path: Path
) -> None:
    with workshop.database.transaction() as session:
        round_id = rows.round_(session).id
    both = {"甲项目.pdf": pdf(tmp_path, 1), "乙项目.pdf": pdf(tmp_path, 2)}
    slow = begin(workshop, both, cast.meng, round_id)
    choices = all_of(preview(workshop, slow))
    quick = begin(workshop, {"甲项目.pdf": pdf(tmp_path, 1)}, cast.shen, round_id)
    take(workshop, quick, cast.shen, *all_of(preview(workshop, quick)))

    taken = take(workshop, slow, cast.meng, *choices)

    assert [report.title for report in taken.reports] == ["乙项目"]
    assert taken.already_here == 1
    with workshop.database.read() as session:
        assert len(session.exec(select(Report)).all()) == 2
        assert len(session.exec(select(ReportVersion)).all()) == 2
        states = session.exec(
            select(IntakeItem.state)
            .where(IntakeItem.intake_id == slow)
            .order_by(col(IntakeItem.position))
        ).all()
        assert states == ["refused", "taken"]


def test_nothing_is_taken_twice_or_after_discarding(
    workshop: Workshop, cast: Cast, tmp_path: Path
) -> None:
    taken = begin(workshop, {"甲项目.pdf": pdf(tmp_path, 1)}, cast.meng)
    choices = all_of(preview(workshop, taken))
    take(workshop, taken, cast.meng, *choices)
    with pytest.raises(Conflict):
        take(workshop, taken, cast.meng, *choices)

    given_up = begin(workshop, {"乙项目.pdf": pdf(tmp_path, 2)}, cast.meng)
    choices = all_of(preview(workshop, given_up))
    with workshop.database.transaction() as session:
        intakes.discard(session, given_up, actor=cast.meng, now=NOW)
    with pytest.raises(Conflict):
        take(workshop, given_up, cast.meng, *choices)


def test_a_preview_needs_a_tick_a_kind_and_its_own_items(
    workshop: Workshop, cast: Cast, a_pdf: bytes
) -> None:
    intake_id = begin(workshop, {"无名.pdf": a_pdf}, cast.meng)
    (item,) = preview(workshop, intake_id).items
    assert "kind-unknown" in codes(item)
    for choices in ((), (Choice(item.id, ""),), (Choice(item.id, "x"),), (Choice(uuid4(), ""),)):
        with pytest.raises(Invalid):
            take(workshop, intake_id, cast.meng, *choices)


def test_only_the_uploader_and_officers_reach_an_intake(
    workshop: Workshop, cast: Cast, a_pdf: bytes
) -> None:
    intake_id = begin(workshop, {"甲项目.pdf": a_pdf}, cast.chen)
    choices = all_of(preview(workshop, intake_id))
    for who in (cast.luo, cast.fang, cast.lin, cast.yan, cast.qin):
        with pytest.raises(NotFound):
            take(workshop, intake_id, who, *choices)
    assert take(workshop, intake_id, cast.shen, *choices).reports


@pytest.mark.parametrize("who", ["qin", "fang", "lin", "yan"])
def test_other_roles_bring_nothing(workshop: Workshop, cast: Cast, a_pdf: bytes, who: str) -> None:
    with pytest.raises(NotAllowed):
        begin(workshop, {"甲项目.pdf": a_pdf}, getattr(cast, who))


def test_a_reading_that_comes_too_late_changes_nothing(
    workshop: Workshop, cast: Cast, a_pdf: bytes
) -> None:
    intake_id = begin(workshop, {"甲项目.pdf": a_pdf}, cast.meng)
    with workshop.database.read() as session:
        assert intakes.brought_of(session, intake_id) is None

    def items(session: Session) -> int:
        return len(session.exec(select(IntakeItem)).all())

    with workshop.database.transaction() as session:
        before = items(session)
        from reviewapp.services.intake_reading import Reading

        intakes.show(session, intake_id, Reading((), (), False), now=NOW)
        assert items(session) == before
