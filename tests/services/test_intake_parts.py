"""Files of an intake as one report: proposed by list and folder, joined, ordered, taken apart."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from reviewapp.adapters.intake_words import load_words
from reviewapp.adapters.spreadsheets import write_sheet
from reviewapp.config import Config
from reviewapp.db.models import Event, IntakeItem, Report, ReportVersion, VersionPart
from reviewapp.db.queries import intakes as queries
from reviewapp.domain.errors import Conflict, Invalid, NotFound
from reviewapp.domain.policy import Identity
from reviewapp.services import backup, intake_parts, invariants, originals
from reviewapp.services.intakes import Choice
from reviewapp.services.uploads import FileLimits, IntakeLimits
from reviewapp.worker import Workshop
from tests.adapters import pdf_builders
from tests.conftest import ROOT
from tests.people import NOW, Cast
from tests.services.test_intakes import AGENCY, begin, codes, pdf, preview, take, zipped

WORDS = load_words(ROOT / "rubrics" / "intake.yaml").parts


def rows_of(page: queries.IntakePage) -> list[tuple[str, list[str]]]:
    return [(item.file_name, [part.file_name for part in item.parts]) for item in page.items]


def join(workshop: Workshop, intake_id: UUID, who: Identity, *item_ids: UUID) -> UUID:
    with workshop.database.read() as session:
        placed = intake_parts.choose(session, intake_id, item_ids, WORDS)
    made = originals.put_together(workshop.storage, [p.part for p in placed], FileLimits())
    with workshop.database.transaction() as session:
        return intake_parts.join(session, intake_id, placed, made, actor=who, now=NOW).id


def test_a_list_and_a_folder_propose_reports_that_are_taken_in_one_act(
    workshop: Workshop, cast: Cast, tmp_path: Path
) -> None:
    listed = write_sheet(
        "清单",
        ["文件名", "报告名称", "报告类型", "第三方机构"],
        [["甲.pdf；附件1.pdf\n附件9.pdf", "甲项目绩效评价报告", "重点项目", AGENCY]],
    )
    content = zipped(
        {
            "报告/附件1.pdf": pdf(tmp_path, 1),
            "报告/甲.pdf": pdf(tmp_path, 2),
            "报告/乙/乙局部门整体支出绩效评价报告.pdf": pdf(tmp_path, 3),
            "报告/乙/附件：评分表.pdf": pdf(tmp_path, 4),
            "报告/乙/签章页.pdf": pdf(tmp_path, 5),
            "清单.xlsx": listed,
        }
    )
    intake_id = begin(workshop, {"报告.zip": content}, cast.meng)

    page = preview(workshop, intake_id)
    first, second = page.items
    assert [part.file_name for part in first.parts] == ["甲.pdf", "附件1.pdf"]
    assert codes(first) == {"parts-list", "part-missing"}
    assert (first.title, first.pages, first.kind) == ("甲项目绩效评价报告", 4, "key-project")
    assert [(p.kind, p.first_page, p.last_page) for p in second.parts] == [
        ("body", 1, 2),
        ("annex", 3, 4),
        ("signature", 5, 6),
    ]
    assert "parts-folder" in codes(second)

    choices = [Choice(item.id, item.kind, item.agency_id) for item in page.items]
    taken = take(workshop, intake_id, cast.meng, *choices)

    assert [report.state for report in taken.reports] == ["taken-in", "uploaded"]
    with workshop.database.read() as session:
        names = session.exec(
            select(VersionPart.file_name)
            .join(ReportVersion, col(ReportVersion.id) == col(VersionPart.report_version_id))
            .where(ReportVersion.report_id == taken.reports[1].id)
            .order_by(col(VersionPart.number))
        ).all()
        assert names == ["乙局部门整体支出绩效评价报告.pdf", "附件：评分表.pdf", "签章页.pdf"]
        states = set(session.exec(select(IntakeItem.state)))
        assert states == {"taken"}
        event = session.exec(select(Event).where(Event.kind == "intake.taken")).one()
        assert (event.after["reports"], event.after["left_out"]) == (2, 0)


def test_files_brought_as_one_report_come_in_order(
    workshop: Workshop, cast: Cast, tmp_path: Path
) -> None:
    files = {
        name: pdf(tmp_path, n) for n, name in enumerate(("附件2.pdf", "附件1.pdf", "报告.pdf"))
    }
    intake_id = begin(workshop, files, cast.chen, one_report=True)
    (item,) = preview(workshop, intake_id).items
    assert [part.file_name for part in item.parts] == ["报告.pdf", "附件1.pdf", "附件2.pdf"]
    assert codes(item) == {"kind-unknown", "agency-missing"}


def test_marked_files_are_joined_ordered_and_taken_apart_again(
    workshop: Workshop, cast: Cast, tmp_path: Path
) -> None:
    files = {f"{name}.pdf": pdf(tmp_path, n) for n, name in enumerate(("附件", "甲项目", "乙项目"))}
    intake_id = begin(workshop, files, cast.meng)
    annex, first, other = preview(workshop, intake_id).items

    joined = join(workshop, intake_id, cast.meng, annex.id, first.id)
    assert rows_of(preview(workshop, intake_id)) == [
        ("甲项目.pdf", ["甲项目.pdf", "附件.pdf"]),
        ("乙项目.pdf", []),
    ]
    # more files to what was put together already: the old row goes
    joined = join(workshop, intake_id, cast.meng, joined, other.id)
    ((_name, parts),) = rows_of(preview(workshop, intake_id))
    assert parts == ["乙项目.pdf", "甲项目.pdf", "附件.pdf"]

    with workshop.database.read() as session:
        placed = intake_parts.parts_of_row(session, joined)[::-1]
    made = originals.put_together(workshop.storage, [p.part for p in placed], FileLimits())
    with workshop.database.transaction() as session:
        intake_parts.arrange(session, intake_id, joined, placed, made, actor=cast.meng, now=NOW)
    (item,) = preview(workshop, intake_id).items
    assert [part.file_name for part in item.parts] == parts[::-1]

    with workshop.database.transaction() as session:
        intake_parts.take_apart(session, intake_id, joined, actor=cast.meng, now=NOW)
    assert rows_of(preview(workshop, intake_id)) == [
        ("附件.pdf", []),
        ("甲项目.pdf", []),
        ("乙项目.pdf", []),
    ]
    with workshop.database.read() as session:
        kinds = session.exec(select(Event.kind).order_by(col(Event.number))).all()
    assert kinds[-4:] == [
        "intake.joined",
        "intake.joined",
        "intake.rearranged",
        "intake.taken-apart",
    ]


def test_a_part_in_the_way_blocks_the_proposal_and_is_named(
    workshop: Workshop, cast: Cast, tmp_path: Path
) -> None:
    locked = pdf_builders.encrypted(tmp_path / "l.pdf", owner="o", user="u").read_bytes()
    acting = pdf_builders.with_scripts(tmp_path / "s.pdf").read_bytes()
    content = zipped(
        {
            "甲/甲项目.pdf": pdf(tmp_path, 1),
            "甲/附件锁.pdf": locked,
            "乙/乙项目.pdf": pdf(tmp_path, 2),
            "乙/附件动.pdf": acting,
        }
    )
    intake_id = begin(workshop, {"报告.zip": content}, cast.meng)
    first, second = preview(workshop, intake_id).items
    assert first.is_blocked
    assert [(d.code, d.values["name"]) for d in first.doubts] == [("part-refused", "附件锁.pdf")]
    assert [(d.code, d.values["name"]) for d in second.doubts] == [("parts-refused", "附件动.pdf")]

    with workshop.database.transaction() as session:
        intake_parts.take_apart(session, intake_id, first.id, actor=cast.meng, now=NOW)
    body, locked_item, _second = preview(workshop, intake_id).items
    assert (body.file_name, body.is_blocked) == ("甲项目.pdf", False)
    assert (locked_item.file_name, codes(locked_item)) == ("附件锁.pdf", {"encrypted"})


def test_the_limit_of_the_sum_is_a_doubt_about_the_whole(
    workshop: Workshop, cast: Cast, tmp_path: Path
) -> None:
    files = {name: pdf(tmp_path, n) for n, name in enumerate(("报告.pdf", "附件.pdf"))}
    limits = IntakeLimits(max_pages=500)
    intake_id = begin(workshop, files, cast.meng, limits=limits)
    one, two = preview(workshop, intake_id).items
    with workshop.database.read() as session:
        placed = intake_parts.choose(session, intake_id, [one.id, two.id], WORDS)
    with pytest.raises(Invalid) as caught:
        originals.put_together(workshop.storage, [p.part for p in placed], FileLimits(max_pages=3))
    assert originals.doubt_of(caught.value).code == "parts-refused"


def test_an_original_of_the_round_is_found_in_the_preview_and_at_taking(
    workshop: Workshop, cast: Cast, tmp_path: Path
) -> None:
    files = {name: pdf(tmp_path, n) for n, name in enumerate(("报告.pdf", "附件.pdf"))}
    first = begin(workshop, files, cast.meng, one_report=True)
    (item,) = preview(workshop, first).items
    (report,) = take(workshop, first, cast.meng, Choice(item.id, "key-project")).reports

    again = begin(workshop, {"改名.pdf": files["附件.pdf"]}, cast.meng, report.round_id)
    (item,) = preview(workshop, again).items
    assert (codes(item), item.report_id) == ({"already-here"}, report.id)

    more = {"乙.pdf": pdf(tmp_path, 7), "附件乙.pdf": files["附件.pdf"]}
    third = begin(workshop, more, cast.meng, report.round_id, one_report=True)
    (item,) = preview(workshop, third).items
    assert item.is_blocked
    assert [(d.code, d.values["name"]) for d in item.doubts] == [("part-here", "附件乙.pdf")]


def test_a_part_alone_cannot_be_taken_and_others_change_nothing(
    workshop: Workshop, cast: Cast, tmp_path: Path
) -> None:
    files = {name: pdf(tmp_path, n) for n, name in enumerate(("报告.pdf", "附件.pdf"))}
    intake_id = begin(workshop, files, cast.chen, one_report=True)
    (item,) = preview(workshop, intake_id).items
    with pytest.raises(Invalid):
        take(workshop, intake_id, cast.chen, Choice(item.parts[0].id, "key-project"))
    for who, error in ((cast.luo, NotFound), (cast.fang, NotFound)):
        with pytest.raises(error), workshop.database.transaction() as session:
            intake_parts.take_apart(session, intake_id, item.id, actor=who, now=NOW)
    with pytest.raises(Invalid), workshop.database.transaction() as session:
        intake_parts.take_apart(session, intake_id, uuid4(), actor=cast.chen, now=NOW)
    take(workshop, intake_id, cast.chen, Choice(item.id, "key-project"))
    with pytest.raises(Conflict), workshop.database.transaction() as session:
        intake_parts.take_apart(session, intake_id, item.id, actor=cast.chen, now=NOW)
    with workshop.database.read() as session:
        assert len(session.exec(select(Report)).all()) == 1


def test_a_preview_of_parts_comes_back_from_a_backup(
    workshop: Workshop, cast: Cast, tmp_path: Path, config: Config
) -> None:
    files = {name: pdf(tmp_path, n) for n, name in enumerate(("报告.pdf", "附件.pdf"))}
    begin(workshop, files, cast.meng, one_report=True)
    assert invariants.check(config) == []
    backup.backup(config, tmp_path / "backup")
    backup.restore({"DATA_DIR": str(tmp_path / "elsewhere")}, tmp_path / "backup")
