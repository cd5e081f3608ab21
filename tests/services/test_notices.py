"""A notice from settled results to publication: figures stand, another person signs, all freezes."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.adapters.storage import Storage
from reviewapp.db.models import Event, Notice, Opinion, Report, Settlement
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, Invalid, NotAllowed
from reviewapp.domain.notice import NoticeContent, editable
from reviewapp.domain.policy import Identity, Role
from reviewapp.services import notices
from reviewapp.services.notice_facts import NoticeSettings, notice_input
from reviewapp.services.notice_sheet import (
    Standing,
    keep_scan,
    print_forms,
    standing_of,
    stored_content,
)
from reviewapp.services.round_rules import round_of
from tests import rows
from tests.notice_rows import PRESS, WORDS, settled, year_2024
from tests.notice_samples import FREIGHT
from tests.people import NOW, Cast

ISSUED = date(2024, 12, 5)
SETTINGS = NoticeSettings(contact_name="孟敏", contact_phone="027-00000000", cc=("区审计局",))
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


@pytest.fixture
def round_id(database: Database) -> UUID:
    with database.transaction() as session:
        return year_2024(session)


@pytest.fixture
def notice_id(database: Database, cast: Cast, round_id: UUID) -> UUID:
    with database.transaction() as session:
        return notices.draft(session, round_id, press=PRESS, actor=cast.meng, now=NOW).id


@pytest.fixture
def submitted(database: Database, cast: Cast, notice_id: UUID) -> UUID:
    with database.transaction() as session:
        _submit(session, notice_id, cast.meng, "蔡财[2024]36号")
    return notice_id


@pytest.fixture
def published(database: Database, cast: Cast, storage: Storage, submitted: UUID) -> UUID:
    _sign(database, storage, submitted, cast.fang)
    return submitted


def _submit(session: Session, notice_id: UUID, actor: Identity, number: str) -> None:
    notices.edit_settings(
        session,
        notice_id,
        SETTINGS,
        issue_date=ISSUED,
        version=99,
        press=PRESS,
        actor=actor,
        now=NOW,
    )
    notices.set_doc_number(session, notice_id, number, actor=actor, now=NOW)
    notices.submit(session, notice_id, press=PRESS, actor=actor, now=NOW)


def _sign(database: Database, storage: Storage, notice_id: UUID, actor: Identity) -> None:
    with database.read() as session:
        content = notices.content_to_sign(session, notice_id, press=PRESS, actor=actor)
    prints = print_forms(content, PRESS, storage)
    with database.transaction() as session:
        notices.sign_and_publish(session, notice_id, prints, press=PRESS, actor=actor, now=NOW)


def _standing(database: Database, notice_id: UUID) -> Standing:
    with database.read() as session:
        return standing_of(session, session.get_one(Notice, notice_id), PRESS)


def _text(content: NoticeContent, block_id: str) -> str:
    return next(block.text for block in content.blocks if block.id == block_id)


def test_the_year_2024_is_told_with_its_counts_and_titles(
    database: Database, notice_id: UUID
) -> None:
    text = _standing(database, notice_id).content.plain_text()
    assert "今年共对14份重点项目绩效评价报告和2份部门整体绩效评价报告进行评级" in text
    assert (
        f"《{FREIGHT}》等4份绩效评价报告被评为A级" in text or "等4份绩效评价报告被评为A级" in text
    )
    assert "等12份绩效评价报告被评为B级；没有绩效评价报告被评为C级或D级" in text
    assert "评级工作自2024年10月8日开始，至2024年10月25日结束" in text
    assert "每份报告由1至2名专家背靠背独立评审" in text


def test_a_report_marked_as_lead_is_named_first(
    database: Database, cast: Cast, notice_id: UUID
) -> None:
    with database.transaction() as session:
        lead = session.exec(select(Report.id).where(Report.title == FREIGHT)).one()
        notices.edit_settings(
            session,
            notice_id,
            NoticeSettings(leads=(str(lead),)),
            issue_date=None,
            version=1,
            press=PRESS,
            actor=cast.meng,
            now=NOW,
        )
    content = _standing(database, notice_id).content
    assert f"《{FREIGHT}》等4份" in _text(content, "results.distribution")


def test_agencies_are_graded_by_the_rounds_rule_and_too_few_is_a_result(
    database: Database, round_id: UUID
) -> None:
    with database.read() as session:
        facts = notice_input(
            session,
            round_of(session, round_id),
            NoticeSettings(),
            bureau="局",
            problem_rule=PRESS.problem_rule,
        )
    grades = {line.agency: line.grade for line in facts.agencies}
    assert grades == {"湖北甲信绩效评价有限公司": "B", "武汉乙正咨询有限公司": ""}


def test_common_problems_are_counted_from_the_deductions(
    database: Database, notice_id: UUID
) -> None:
    content = _standing(database, notice_id).content
    table = next(
        block.table
        for block in content.blocks
        if block.id == "annex.problems.table" and block.table
    )
    # Every report loses on the first criterion, which both rubrics have by the same name.
    assert table.column("reports")[0] == "16"
    assert WORDS in table.column("text")[0]


def test_no_notice_is_drafted_while_a_report_has_no_settled_result(
    database: Database, cast: Cast, round_id: UUID
) -> None:
    with database.transaction() as session:
        round_ = round_of(session, round_id)
        settled(session, round_, "B", state="proposed", title="未议定的报告")
    with pytest.raises(Conflict, match="未议定的报告"), database.transaction() as session:
        notices.draft(session, round_id, press=PRESS, actor=cast.meng, now=NOW)
    with database.read() as session:
        assert session.exec(select(Notice)).all() == []


@pytest.mark.parametrize("phase", ["settlement", "feedback"])
def test_a_notice_is_drafted_in_the_notice_phase(
    database: Database, cast: Cast, phase: str
) -> None:
    with database.transaction() as session:
        round_id = year_2024(session, phase=phase)
    with pytest.raises(Conflict, match="notice phase"), database.transaction() as session:
        notices.draft(session, round_id, press=PRESS, actor=cast.meng, now=NOW)


def test_a_round_has_one_notice_at_a_time(
    database: Database, cast: Cast, round_id: UUID, notice_id: UUID
) -> None:
    with pytest.raises(Conflict, match="has a notice"), database.transaction() as session:
        notices.draft(session, round_id, press=PRESS, actor=cast.meng, now=NOW)


@pytest.mark.parametrize("name", ["fang", "yan", "chen", "lin", "qin"])
def test_only_an_officer_drafts(database: Database, cast: Cast, round_id: UUID, name: str) -> None:
    with pytest.raises(NotAllowed), database.transaction() as session:
        notices.draft(session, round_id, press=PRESS, actor=getattr(cast, name), now=NOW)


def _edit(
    database: Database,
    notice_id: UUID,
    block_id: str,
    change: Callable[[str], str],
    actor: Identity,
    version: int = 99,
) -> None:
    base = _standing(database, notice_id).base
    block = next(one for one in base.blocks if one.id == block_id)
    with database.transaction() as session:
        notices.edit_wording(
            session,
            notice_id,
            block_id,
            change(editable(block)),
            version=version,
            press=PRESS,
            actor=actor,
            now=NOW,
        )


def test_words_are_edited_around_the_figures(
    database: Database, cast: Cast, notice_id: UUID
) -> None:
    _edit(database, notice_id, "results.distribution", lambda t: f"总体看，{t}", cast.meng)
    said = _text(_standing(database, notice_id).content, "results.distribution")
    assert said.startswith("总体看，从评级结果来看")
    assert "没有绩效评价报告被评为C级或D级" in said


def test_a_figure_cannot_be_edited(database: Database, cast: Cast, notice_id: UUID) -> None:
    with pytest.raises(Invalid) as refused:
        _edit(
            database,
            notice_id,
            "results.distribution",
            lambda text: text.replace("⟦distribution.B:12⟧", "⟦distribution.B:13⟧"),
            cast.meng,
        )
    assert "distribution.B" in str(refused.value)
    assert refused.value.field == "results.distribution"
    with pytest.raises(Invalid, match="missing"):
        _edit(database, notice_id, "results.distribution", lambda _text: "都很好。", cast.meng)
    with pytest.raises(Invalid, match="made from figures"), database.transaction() as session:
        notices.edit_wording(
            session,
            notice_id,
            "annex.results.table",
            "x",
            version=1,
            press=PRESS,
            actor=cast.meng,
            now=NOW,
        )


def test_a_number_typed_as_words_is_pointed_out(
    database: Database, cast: Cast, notice_id: UUID
) -> None:
    _edit(database, notice_id, "opening", lambda text: f"{text}共有17家。", cast.meng)
    assert _standing(database, notice_id).typed == ("17",)
    with database.transaction() as session:
        notices.edit_settings(
            session,
            notice_id,
            NoticeSettings(problem_texts={"数据/来源": "有3份报告未说明。"}),
            issue_date=None,
            version=99,
            press=PRESS,
            actor=cast.meng,
            now=NOW,
        )
    assert _standing(database, notice_id).typed == ("17", "3")


def test_a_passage_is_reset_to_the_composed_words(
    database: Database, cast: Cast, notice_id: UUID
) -> None:
    before = _standing(database, notice_id).content.sha256
    _edit(database, notice_id, "opening", lambda _text: "", cast.meng)
    assert _standing(database, notice_id).removed == ("opening",)
    with database.transaction() as session:
        notices.edit_wording(
            session,
            notice_id,
            "opening",
            None,
            version=99,
            press=PRESS,
            actor=cast.meng,
            now=NOW,
        )
    assert _standing(database, notice_id).content.sha256 == before


def test_a_newer_save_of_the_same_passage_is_not_overwritten(
    database: Database, cast: Cast, notice_id: UUID
) -> None:
    _edit(database, notice_id, "opening", lambda _text: "先保存的。", cast.meng, version=1)
    _edit(database, notice_id, "results.annexes", lambda t: f"{t}特此说明。", cast.shen, version=1)
    with pytest.raises(Conflict, match="meanwhile"):
        _edit(database, notice_id, "opening", lambda _text: "后保存的。", cast.shen, version=1)
    assert _text(_standing(database, notice_id).content, "opening") == "先保存的。"


def test_a_draft_follows_the_settled_results_and_keeps_the_words(
    database: Database, cast: Cast, notice_id: UUID
) -> None:
    _edit(database, notice_id, "results.distribution", lambda t: f"总体看，{t}", cast.meng)
    with database.transaction() as session:
        report = session.exec(select(Report).where(Report.title == FREIGHT)).one()
        row = session.exec(select(Settlement).where(Settlement.report_id == report.id)).one()
        row.rating, row.total_hundredths = "B", 8900
        session.add(row)
    said = _text(_standing(database, notice_id).content, "results.distribution")
    assert said.startswith("总体看，")
    assert "等3份绩效评价报告被评为A级" in said
    assert "等13份绩效评价报告被评为B级" in said


def test_the_document_number_is_put_in_form_and_is_unique(
    database: Database, cast: Cast, published: UUID
) -> None:
    with database.read() as session:
        assert session.get_one(Notice, published).doc_number == "蔡财〔2024〕36号"
    with database.transaction() as session:
        again = notices.supersede(session, published, "份数有误", actor=cast.meng, now=NOW)
    with pytest.raises(Invalid, match="form"), database.transaction() as session:
        notices.set_doc_number(session, again.id, "第36号", actor=cast.meng, now=NOW)
    with pytest.raises(Conflict, match="Another notice"), database.transaction() as session:
        notices.set_doc_number(session, again.id, "蔡财〔2024〕036号", actor=cast.meng, now=NOW)


def test_a_notice_without_number_or_day_is_not_submitted(
    database: Database, cast: Cast, notice_id: UUID
) -> None:
    with pytest.raises(Invalid, match="document number"), database.transaction() as session:
        notices.submit(session, notice_id, press=PRESS, actor=cast.meng, now=NOW)
    with database.transaction() as session:
        notices.set_doc_number(session, notice_id, "蔡财〔2024〕1号", actor=cast.meng, now=NOW)
    with pytest.raises(Invalid, match="day of issue"), database.transaction() as session:
        notices.submit(session, notice_id, press=PRESS, actor=cast.meng, now=NOW)


def test_who_worked_on_the_draft_cannot_sign_it(
    database: Database, cast: Cast, storage: Storage, notice_id: UUID
) -> None:
    _edit(database, notice_id, "opening", lambda text: f"{text}", cast.meng)
    with database.transaction() as session:
        notices.set_doc_number(session, notice_id, "蔡财〔2024〕1号", actor=cast.shen, now=NOW)
        _submit(session, notice_id, cast.meng, "蔡财〔2024〕36号")
    # Roles change: an officer who typed the number may be an approver by the time of signing.
    for hand in (cast.meng, cast.shen):
        promoted = replace(hand, role=Role.APPROVER)
        with pytest.raises(NotAllowed, match="worked on the draft"):
            _sign(database, storage, notice_id, promoted)
        with database.read() as session:
            assert not notices.may_sign(session, notice_id, promoted)
    with pytest.raises(NotAllowed, match="approver"):
        _sign(database, storage, notice_id, cast.meng)
    _sign(database, storage, notice_id, cast.fang)


def test_what_was_not_submitted_cannot_be_signed(
    database: Database, cast: Cast, storage: Storage, notice_id: UUID
) -> None:
    with pytest.raises(Conflict, match="not been submitted"):
        _sign(database, storage, notice_id, cast.fang)


def test_a_submitted_notice_is_edited_only_after_it_was_returned(
    database: Database, cast: Cast, submitted: UUID
) -> None:
    with pytest.raises(Conflict, match="returned before editing"):
        _edit(database, submitted, "opening", lambda _text: "x", cast.meng)
    with pytest.raises(Invalid, match="Say why"), database.transaction() as session:
        notices.return_(session, submitted, " ", actor=cast.fang, now=NOW)
    with database.transaction() as session:
        notices.return_(session, submitted, "补充整改时限", actor=cast.fang, now=NOW)
    _edit(database, submitted, "opening", lambda _text: "改过。", cast.meng)
    with database.read() as session:
        assert session.get_one(Notice, submitted).returned_reason == "补充整改时限"


def test_results_that_changed_after_submission_are_not_signed(
    database: Database, cast: Cast, storage: Storage, submitted: UUID
) -> None:
    with database.transaction() as session:
        row = session.exec(select(Settlement).order_by(col(Settlement.id))).first()
        assert row is not None
        row.rating, row.total_hundredths = "C", 7000
        session.add(row)
    with pytest.raises(Conflict, match="after the notice was submitted"):
        _sign(database, storage, submitted, cast.fang)


def test_a_published_notice_is_frozen_with_hash_rubrics_and_printed_forms(
    database: Database, cast: Cast, storage: Storage, published: UUID
) -> None:
    with database.read() as session:
        row = session.get_one(Notice, published)
        content = stored_content(row)
        event = session.exec(select(Event).where(Event.kind == "notice.published")).one()
    assert row.state == "published"
    assert row.signed_by == cast.fang.id
    assert row.content_hash == content.sha256 == event.after["content_hash"]
    assert {one.kind for one in content.rubrics} == {"key-project", "department"}
    assert all(one.sha256 in event.rubric_version for one in content.rubrics)
    assert row.docx_sha256
    assert storage.read(row.docx_sha256).startswith(b"PK")
    assert row.pdf_sha256
    assert storage.read(row.pdf_sha256).startswith(b"%PDF")
    acts: tuple[Callable[[Session], object], ...] = (
        lambda session: notices.set_doc_number(
            session, published, "蔡财〔2024〕9号", actor=cast.meng, now=NOW
        ),
        lambda session: notices.return_(session, published, "x", actor=cast.fang, now=NOW),
        lambda session: notices.submit(session, published, press=PRESS, actor=cast.meng, now=NOW),
    )
    for act in acts:
        with pytest.raises(Conflict), database.transaction() as session:
            act(session)


def test_the_database_itself_refuses_to_change_what_is_published(
    database: Database, published: UUID
) -> None:
    with database.read() as session:
        docx = session.get_one(Notice, published).docx_sha256
    changes: tuple[dict[str, object], ...] = (
        {"doc_number": "蔡财〔2024〕9号"},
        {"content": {}},
        {"pdf_sha256": docx},
    )
    for change in changes:
        with pytest.raises(sa.exc.DBAPIError), database.transaction() as session:
            session.execute(sa.update(Notice).where(col(Notice.id) == published).values(**change))


def test_settled_results_that_change_later_do_not_touch_what_is_published(
    database: Database, published: UUID
) -> None:
    before = _standing(database, published).content
    with database.transaction() as session:
        session.execute(sa.update(Settlement).values(rating="D", total_hundredths=1000))
        session.execute(sa.update(Opinion).values(overall="改写"))
    assert _standing(database, published).content == before


def test_a_sign_off_on_paper_is_recorded_with_its_scan(
    database: Database, cast: Cast, storage: Storage, submitted: UUID
) -> None:
    scan = keep_scan(io.BytesIO(PNG), storage)
    with database.read() as session:
        content = notices.content_to_sign(
            session, submitted, press=PRESS, actor=cast.shen, on_paper=True
        )
    prints = print_forms(content, PRESS, storage)

    def record(leader: str) -> None:
        with database.transaction() as session:
            notices.record_paper_sign_off(
                session, submitted, leader, scan, prints, press=PRESS, actor=cast.shen, now=NOW
            )

    with pytest.raises(Invalid, match="name of the leader"):
        record(" ")
    with pytest.raises(NotAllowed, match="worked on the draft"):
        record("孟敏")
    record("周局长")
    with database.read() as session:
        row = session.get_one(Notice, submitted)
    assert (row.state, row.signed_by, row.signed_on_paper_by) == ("published", None, "周局长")
    assert row.paper_sha256 == scan.sha256


def test_a_scan_is_a_pdf_or_a_picture(storage: Storage) -> None:
    with pytest.raises(Invalid, match="PDF, PNG or JPEG"):
        keep_scan(io.BytesIO(b"PK\x03\x04"), storage)
    with pytest.raises(Invalid, match="PDF, PNG or JPEG"):
        keep_scan(io.BytesIO(b""), storage)


def test_a_superseding_notice_is_linked_both_ways_and_takes_the_place_when_published(
    database: Database, cast: Cast, storage: Storage, published: UUID
) -> None:
    later = NOW + timedelta(days=3)
    with pytest.raises(Invalid, match="what was wrong"), database.transaction() as session:
        notices.supersede(session, published, "", actor=cast.meng, now=later)
    with database.transaction() as session:
        new = notices.supersede(session, published, "机构名称有误", actor=cast.meng, now=later)
        assert new.doc_number is None
    with pytest.raises(Conflict, match="already"), database.transaction() as session:
        notices.supersede(session, published, "再来", actor=cast.meng, now=later)
    with database.transaction() as session:
        assert session.get_one(Notice, published).state == "published"
        _submit(session, new.id, cast.meng, "蔡财〔2024〕40号")
    _sign(database, storage, new.id, cast.fang)
    with database.read() as session:
        old, row = session.get_one(Notice, published), session.get_one(Notice, new.id)
        assert (old.state, row.state) == ("superseded", "published")
        assert row.supersedes_id == old.id
        said = stored_content(row).plain_text()
        assert stored_content(old).doc_number == "蔡财〔2024〕36号"
    assert "（蔡财〔2024〕36号）自本通报印发之日起废止" in said


def test_after_closing_only_a_superseding_notice_is_drafted(
    database: Database, cast: Cast, published: UUID, round_id: UUID
) -> None:
    with database.transaction() as session:
        round_ = round_of(session, round_id)
        round_.phase = "closed"
        session.add(round_)
    with database.transaction() as session:
        new = notices.supersede(session, published, "更正", actor=cast.meng, now=NOW)
        notices.set_doc_number(session, new.id, "蔡财〔2025〕2号", actor=cast.meng, now=NOW)
    with database.transaction() as session:
        empty = rows.round_(session, phase="closed")
    with pytest.raises(Conflict), database.transaction() as session:
        notices.draft(session, empty.id, press=PRESS, actor=cast.meng, now=NOW)


def test_every_step_leaves_an_event(database: Database, cast: Cast, published: UUID) -> None:
    with database.transaction() as session:
        notices.supersede(session, published, "更正", actor=cast.shen, now=NOW)
    with database.read() as session:
        kinds = session.exec(
            select(Event.kind).where(Event.subject_type == "notice").order_by(col(Event.number))
        ).all()
    assert kinds == [
        "notice.drafted",
        "notice.settings-changed",
        "notice.number-set",
        "notice.submitted",
        "notice.published",
        "notice.supersession-drafted",
    ]


def test_a_superseding_draft_can_be_given_up_with_a_reason(
    database: Database, cast: Cast, published: UUID
) -> None:
    with database.transaction() as session:
        draft = notices.supersede(session, published, "份数有误", actor=cast.meng, now=NOW).id
    for who, reason, refusal in (
        (cast.meng, " ", Invalid),
        (cast.fang, "不再需要", NotAllowed),
    ):
        with pytest.raises(refusal), database.transaction() as session:
            notices.discard(session, draft, reason, actor=who, now=NOW)
    with pytest.raises(Conflict, match="Only the draft"), database.transaction() as session:
        notices.discard(session, published, "不要了", actor=cast.meng, now=NOW)
    with database.transaction() as session:
        stands = notices.discard(session, draft, "份数无误", actor=cast.meng, now=NOW)
    assert stands == published
    with database.transaction() as session:
        assert session.get(Notice, draft) is None
        event = session.exec(select(Event).where(Event.kind == "notice.discarded")).one()
        assert event.before["reason"] == "份数无误"
        # The published one may be superseded once more.
        notices.supersede(session, published, "等级有误", actor=cast.meng, now=NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM notice",
        "UPDATE notice SET docx_sha256 = NULL",
        "UPDATE notice SET doc_number = '蔡财〔2024〕99号'",
    ],
)
def test_the_database_itself_keeps_a_published_notice(
    database: Database, published: UUID, statement: str
) -> None:
    with database.transaction() as session:
        session.execute(sa.text("DELETE FROM notice_hand"))
    with (
        pytest.raises(sa.exc.IntegrityError, match="frozen"),
        database.transaction() as session,
    ):
        session.execute(sa.text(statement))
