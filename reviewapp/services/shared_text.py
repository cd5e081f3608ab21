"""The archive of sentences that text-shared compares a report with; flat in cost as it grows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.adapters.similarity import prints
from reviewapp.db.models import Report, ReportText, ReportVersion, SentencePrint
from reviewapp.domain.lifecycle import GONE
from reviewapp.domain.precheck.passages import Comparison, Other, Placed, Sentence, pieces
from reviewapp.domain.precheck.rules import SharedRule

MOST_OTHERS = 5  # reports that are compared word by word
LEAST_HITS = 2  # like sentences that make a report worth comparing
_AT_ONCE = 400  # prints in one query: SQLite takes 32,766 values, older ones 999


def compare(
    session: Session, version_id: UUID, own: Sequence[Placed], rule: SharedRule
) -> Comparison:
    """Return what a version is to be compared with: the reports of any round that share most.

    Other versions of the same report, older versions and withdrawn reports do not count.
    """
    report_id = session.get_one(ReportVersion, version_id).report_id
    own_prints = [prints(pieces(placed.sentence.form)) for placed in own]
    found = _found(session, report_id, {number for some in own_prints for number in some})
    common = frozenset(
        index
        for index, some in enumerate(own_prints)
        if max((len(found[number]) for number in some), default=0) >= rule.common_from - 1
    )
    hits: Counter[UUID] = Counter()
    for index, some in enumerate(own_prints):
        if index not in common:
            hits.update({version for number in some for version in found[number]})
    wanted = [version for version, count in hits.most_common(MOST_OTHERS) if count >= LEAST_HITS]
    return Comparison(tuple(own), common, tuple(_others(session, wanted)))


def keep(
    session: Session, version_id: UUID, own: Sequence[Placed], rule: SharedRule, *, now: datetime
) -> None:
    """Put a version's sentences into the archive, in place of those of an earlier run."""
    session.execute(
        sa.delete(SentencePrint).where(col(SentencePrint.report_version_id) == version_id)
    )
    row = session.exec(
        select(ReportText).where(ReportText.report_version_id == version_id)
    ).one_or_none()
    row = row or ReportText(created_at=now, report_version_id=version_id)
    row.sentences = [[one.sentence.form, one.sentence.page, one.sentence.text] for one in own]
    session.add(row)
    wanted = {number for one in own for number in prints(pieces(one.sentence.form))}
    for some in _chunks(sorted(wanted)):
        counts = dict(
            session.execute(
                sa.select(col(SentencePrint.print), sa.func.count())
                .where(col(SentencePrint.print).in_(some))
                .group_by(col(SentencePrint.print))
            ).all()
        )
        # Twice what makes a sentence common property: versions that stop counting leave enough.
        session.add_all(
            SentencePrint(print=number, report_version_id=version_id)
            for number in some
            if counts.get(number, 0) < 2 * rule.common_from
        )
    session.flush()


def _found(session: Session, report_id: UUID, wanted: Iterable[int]) -> dict[int, set[UUID]]:
    """Return for each print the versions that have it, of other reports that count."""
    found: dict[int, set[UUID]] = defaultdict(set)
    for some in _chunks(sorted(wanted)):
        rows = session.execute(
            sa.select(col(SentencePrint.print), col(SentencePrint.report_version_id))
            .join(ReportVersion, col(ReportVersion.id) == col(SentencePrint.report_version_id))
            .join(
                Report,
                sa.and_(
                    col(Report.id) == col(ReportVersion.report_id),
                    col(Report.current_version) == col(ReportVersion.number),
                ),
            )
            .where(
                col(SentencePrint.print).in_(some),
                col(Report.id) != report_id,
                col(Report.state).not_in(GONE),
            )
        )
        for number, version in rows:
            found[number].add(version)
    return found


def _others(session: Session, versions: Sequence[UUID]) -> Iterator[Other]:
    rows = session.execute(
        sa.select(ReportText, col(Report.id), col(Report.title), col(ReportVersion.file_name))
        .join(ReportVersion, col(ReportVersion.id) == col(ReportText.report_version_id))
        .join(Report, col(Report.id) == col(ReportVersion.report_id))
        .where(col(ReportText.report_version_id).in_(versions))
        .order_by(col(Report.title), col(Report.id))
    )
    for text, report_id, title, file_name in rows:
        sentences = tuple(Sentence(form, page, shown) for form, page, shown in text.sentences)
        yield Other(str(report_id), title.strip("《》") or file_name, sentences)


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]
