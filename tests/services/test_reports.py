"""Reports: received, taken in, confirmed, withdrawn, given new versions."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from reviewapp.adapters.queue import NullQueue
from reviewapp.adapters.storage import Storage
from reviewapp.db.models import Event, Job, Report, ReportVersion
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.policy import Identity
from reviewapp.services import reports
from reviewapp.services.originals import Duplicate
from reviewapp.services.report_metadata import Metadata
from reviewapp.services.uploads import FileLimits, PdfFile, keep_pdf
from tests import rows
from tests.adapters import pdf_builders
from tests.people import NOW, Cast

QUEUE = NullQueue()


def file(number: int = 1, name: str = "1.道路养护项目绩效评价报告.pdf") -> PdfFile:
    return PdfFile(name, f"{number:064x}", 1000, 12)


def receive(session: Session, round_id: UUID, who: Identity, **over: object) -> Report:
    return reports.receive(
        session, QUEUE, round_id, over.pop("file", file()), actor=who, now=NOW, **over
    )  # type: ignore[arg-type]


def kinds(session: Session) -> list[str]:
    return list(session.exec(select(Event.kind).order_by(col(Event.number))))


def test_a_received_report_waits_for_an_officer_and_its_precheck(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        report = receive(session, rows.round_(session).id, cast.chen)
    with database.read() as session:
        version = session.exec(select(ReportVersion)).one()
        assert (report.state, report.title) == ("uploaded", "道路养护项目绩效评价报告")
        assert (version.number, version.pages, version.uploaded_by) == (1, 12, cast.chen.id)
        assert session.exec(select(Job.key)).all() == [f"precheck:{version.id}"]
        assert kinds(session)[-1] == "report.uploaded"


def test_a_title_tells_the_kind_until_a_person_does(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        found = receive(
            session,
            rows.round_(session).id,
            cast.meng,
            file=file(2, "某局部门整体支出绩效评价报告.pdf"),
        )
        assert found.kind == "department"
        assert found.sources == {}


def test_the_same_bytes_lead_to_the_first_report(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        round_id = rows.round_(session).id
        first = receive(session, round_id, cast.meng)
    with pytest.raises(Duplicate) as caught, database.transaction() as session:
        receive(session, round_id, cast.shen, file=file(1, "改了名字.pdf"))
    assert caught.value.report_id == first.id


def test_an_expert_does_not_learn_whose_report_the_same_bytes_are(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        round_id = rows.round_(session).id
        receive(session, round_id, cast.chen)
    with pytest.raises(Conflict) as caught, database.transaction() as session:
        receive(session, round_id, cast.luo)
    assert not isinstance(caught.value, Duplicate)
    assert not caught.value.values


def test_the_same_bytes_may_be_in_two_rounds(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        for _ in range(2):
            receive(session, rows.round_(session).id, cast.meng)
        assert len(session.exec(select(Report)).all()) == 2


@pytest.mark.parametrize("who", ["qin", "fang", "lin", "yan"])
def test_other_roles_do_not_upload(database: Database, cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed), database.transaction() as session:
        receive(session, rows.round_(session).id, getattr(cast, who))


def test_late_files_are_the_officers_matter_and_end_with_settlement(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        rating = rows.round_(session, phase="rating").id
        settlement = rows.round_(session, phase="settlement").id
        assert receive(session, rating, cast.meng).state == "uploaded"
    for round_id, who in ((rating, cast.chen), (settlement, cast.meng)):
        with pytest.raises(Conflict), database.transaction() as session:
            receive(session, round_id, who, file=file(7))


def test_taking_in_needs_an_agency(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report = receive(session, rows.round_(session).id, cast.meng)
    with pytest.raises(Invalid, match="agency"), database.transaction() as session:
        reports.take_in(session, report.id, actor=cast.meng, now=NOW)


def test_an_officer_takes_in_and_an_expert_does_not(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        agency = rows.agency_id(session)
        report = receive(session, rows.round_(session).id, cast.chen, known={"agency_id": agency})
    with pytest.raises(NotAllowed), database.transaction() as session:
        reports.take_in(session, report.id, actor=cast.chen, now=NOW)
    with database.transaction() as session:
        assert reports.take_in(session, report.id, actor=cast.meng, now=NOW).state == "taken-in"
        assert kinds(session)[-1] == "report.taken-in"
    with pytest.raises(Conflict), database.transaction() as session:
        reports.take_in(session, report.id, actor=cast.meng, now=NOW)


def test_a_proposal_gives_way_to_a_list_and_to_a_person(database: Database, cast: Cast) -> None:
    facts = {
        "title": "《另一个标题》",
        "unit": "区公路管理所",
        "agency": "湖北甲信绩效评价 有限公司",
        "budget_amount": "120.5",
        "total_score": "86.25",
        "grade": "良",
        "evaluation_year": 2024,
    }
    with database.transaction() as session:
        report = receive(
            session, rows.round_(session).id, cast.meng, known={"title": "清单上的标题"}
        )
        changed = reports.propose_metadata(session, report, facts, now=NOW)
        assert report.title == "清单上的标题"
        assert report.agency_id == rows.agency_id(session)
        assert (report.amount_cents, report.stated_score_hundredths) == (12050, 8625)
        assert "title" not in changed
        assert report.sources["unit"] == "precheck"
        assert not report.is_confirmed
        metadata = Metadata("key-project", "标题", unit="区交通局")
        reports.confirm_metadata(session, QUEUE, report.id, metadata, actor=cast.meng, now=NOW)
        assert reports.propose_metadata(session, report, facts, now=NOW) == {}
        assert (report.unit, report.is_confirmed) == ("区交通局", True)


def test_another_kind_asks_for_the_precheck_once_more(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report = receive(session, rows.round_(session).id, cast.meng)
        job = session.exec(select(Job)).one()
        job.state = "done"
        reports.confirm_metadata(
            session, QUEUE, report.id, Metadata("key-project", "标题"), actor=cast.meng, now=NOW
        )
        assert job.state == "done"
        reports.confirm_metadata(
            session, QUEUE, report.id, Metadata("department", "标题"), actor=cast.meng, now=NOW
        )
        assert job.state == "queued"
        event = session.exec(select(Event).order_by(col(Event.number).desc())).first()
        assert event is not None
        assert event.after == {"kind": "department"}


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        (Metadata("other", "标题"), "kind"),
        (Metadata("key-project", "《》"), "title"),
        (Metadata("key-project", "标题", evaluation_grade="A"), "evaluation_grade"),
        (Metadata("key-project", "标题", evaluation_year=24), "evaluation_year"),
        (Metadata("key-project", "标题", agency_id=UUID(int=1)), "agency_id"),
        (Metadata("key-project", "标题", amount_cents=-1), "amount_cents"),
        (Metadata("key-project", "标题", stated_score_hundredths=-1), "stated_score_hundredths"),
    ],
)
def test_metadata_that_cannot_be_names_its_field(
    database: Database, cast: Cast, metadata: Metadata, field: str
) -> None:
    with database.transaction() as session:
        report = receive(session, rows.round_(session).id, cast.meng)
    with pytest.raises(Invalid) as caught, database.transaction() as session:
        reports.confirm_metadata(session, QUEUE, report.id, metadata, actor=cast.meng, now=NOW)
    assert caught.value.field == field


def test_a_withdrawn_report_keeps_its_reason_and_comes_back(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session))
    with pytest.raises(Invalid), database.transaction() as session:
        reports.withdraw(session, report.id, "  ", actor=cast.meng, now=NOW)
    with database.transaction() as session:
        gone = reports.withdraw(session, report.id, "机构重新提交", actor=cast.meng, now=NOW)
        assert (gone.state, gone.note) == ("withdrawn", "机构重新提交")
        back = reports.restore(session, report.id, actor=cast.meng, now=NOW)
        assert (back.state, back.note) == ("uploaded", "")
        assert kinds(session)[-2:] == ["report.withdrawn", "report.restored"]


def test_an_expert_withdraws_an_own_upload_and_no_other(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report = receive(session, rows.round_(session).id, cast.chen)
    with pytest.raises(NotFound), database.transaction() as session:
        reports.withdraw(session, report.id, "传错了", actor=cast.luo, now=NOW)
    with database.transaction() as session:
        assert reports.withdraw(session, report.id, "传错了", actor=cast.chen, now=NOW)


def test_a_new_version_keeps_the_old_one_and_asks_a_person_again(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session))
        version = reports.add_version(
            session, QUEUE, report.id, file(9, "修改稿.pdf"), actor=cast.meng, now=NOW
        )
        numbers = session.exec(
            select(ReportVersion.number).order_by(col(ReportVersion.number))
        ).all()
        assert (version.number, report.current_version, numbers) == (2, 2, [1, 2])
        assert not report.is_confirmed
        assert reports.current_version(session, report).file_name == "修改稿.pdf"
    with pytest.raises(Duplicate), database.transaction() as session:
        reports.add_version(session, QUEUE, report.id, file(9), actor=cast.meng, now=NOW)


def test_a_withdrawn_report_takes_no_version(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session), state="withdrawn")
    with pytest.raises(Conflict), database.transaction() as session:
        reports.add_version(session, QUEUE, report.id, file(9), actor=cast.meng, now=NOW)


def test_a_kept_pdf_is_counted_and_stored(storage: Storage, tmp_path: Path) -> None:
    path = pdf_builders.with_text(tmp_path / "a.pdf", [pdf_builders.prose()] * 3)
    with path.open("rb") as stream:
        kept = keep_pdf(storage, stream, "文件夹\\报告.pdf", FileLimits())
    assert (kept.name, kept.pages) == ("报告.pdf", 3)
    assert storage.read(kept.sha256) == path.read_bytes()


def test_each_refusal_says_what_and_why(storage: Storage, tmp_path: Path) -> None:
    def refusal(content: bytes, name: str, **limits: int) -> str:
        path = tmp_path / "x"
        path.write_bytes(content)
        with pytest.raises(Invalid) as caught, path.open("rb") as stream:
            keep_pdf(storage, stream, name, FileLimits(**limits))
        return str(caught.value)

    good = pdf_builders.with_text(tmp_path / "g.pdf", [pdf_builders.prose()] * 3).read_bytes()
    locked = pdf_builders.encrypted(tmp_path / "l.pdf", owner="a", user="b").read_bytes()
    old_word = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

    assert refusal(b"", "a.pdf") == "The file is empty."
    assert "larger than 1 MB" in refusal(good + bytes(1_000_000), "a.pdf", max_bytes=1_000_000)
    assert "more than 2 pages" in refusal(good, "a.pdf", max_pages=2)
    assert "password" in refusal(locked, "a.pdf")
    assert "WPS files" not in refusal(old_word, "a.doc")
    assert ".doc files are not accepted. Open it in Word" in refusal(old_word, "a.doc")
    assert ".wps files are not accepted. Open it in WPS" in refusal(old_word, "a.wps")
    assert "OFD files are not accepted" in refusal(b"nothing", "a.ofd")
    assert not list(storage.hashes())
