"""A submitted review as a PDF to sign: made of the frozen snapshot alone."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Response, request, send_file
from flask_babel import force_locale
from flask_babel import gettext as _

from reviewapp.adapters.review_pdf import Cited, ScoreGroup, ScoreRow, SignedSheet, to_pdf
from reviewapp.db.queries import reviews as queries
from reviewapp.db.queries import submissions
from reviewapp.db.queries.submissions import SubmissionPage
from reviewapp.domain.errors import N_, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.domain.rubric import Dimension, format_points
from reviewapp.web.reviews import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.filters import exact, titled
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import read

_CHINESE = "zh_Hans"


@bp.get("/reviews/<uuid:review_id>/sheet.pdf")
@requires(Permission.REVIEW_FILL)
def signing_sheet(review_id: UUID) -> Response:
    """Hand one's own submission out in Chinese to sign: ?number=, by default the newest."""
    with read() as db:
        if queries.own_page(db, review_id, current_identity()) is None:
            raise NotFound(N_("There is no such review."))
    return _pdf(review_id)


@bp.get("/reviews/<uuid:review_id>/read/sheet.pdf")
@requires(Permission.REVIEW_READ)
def read_signing_sheet(review_id: UUID) -> Response:
    """Hand a submission out to who reads submitted reviews."""
    return _pdf(review_id)


def _pdf(review_id: UUID) -> Response:
    number = request.args.get("number", 0, type=int)
    with read() as db:
        sent = submissions.submissions(db, review_id)
        page = submissions.submission(db, review_id, number or (sent[-1].number if sent else 0))
    if page is None:
        raise NotFound(N_("There is no such review."))
    with force_locale(_CHINESE):
        sheet = _sheet(page)
    return send_file(
        BytesIO(to_pdf(sheet)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"评审意见表 {sheet.report.strip('《》')} {page.number}.pdf",
    )


def _sheet(page: SubmissionPage) -> SignedSheet:
    content, rubric = page.content, page.rubric
    # Submissions from before the head was frozen with them name what the registers say today.
    head: Mapping[str, Any] = content.get("head") or {
        "report": page.report_title,
        "expert": page.expert,
    }
    about = (
        (_("Round"), head.get("round")),
        (_("Agency"), head.get("agency")),
        (_("Project unit"), head.get("unit")),
        (_("Expert"), head.get("expert")),
        (_("Submitted at"), exact(page.at)),
        (_("Rubric"), f"{rubric.title} {rubric.version}"),
    )
    result = ((_("Total"), format_points(content["total"])), (_("Rating"), content["rating"]))
    return SignedSheet(
        title=_("Review of an evaluation report"),
        report=titled(head["report"]),
        about=tuple((label, str(value)) for label, value in about if value),
        result=result,
        columns=(_("Criterion"), _("Points"), _("Reason and evidence")),
        groups=tuple(_group(page, dimension) for dimension in rubric.dimensions),
        vetoes_title=_("Vetoes"),
        vetoes=_vetoes(page) or (_("No veto is claimed."),),
        opinion_title=_("Overall opinion"),
        opinion=content["opinion"],
        statement=_(
            "I declare that I have no conflict of interest with the agency or the unit of this"
            " report, and that the points and reasons above are my own."
        ),
        signature=_("Signature of the expert") + "：",
        date=_("Date") + "：",
        proof=_proof(page, head),
        page_of=_("Page {0} of {1}"),
    )


def _group(page: SubmissionPage, dimension: Dimension) -> ScoreGroup:
    rows = []
    for criterion in dimension.criteria:
        line = page.scores.get(criterion.id, {})
        points = line.get("points")
        rows.append(
            ScoreRow(
                criterion=criterion.title,
                points="–" if points is None else format_points(points),
                most=format_points(criterion.max_points),
                reason=line.get("reason", ""),
                evidence=tuple(_cited(one) for one in line.get("evidence", ())),
            )
        )
    return ScoreGroup(dimension.title, tuple(rows))


def _cited(one: Mapping[str, Any]) -> Cited:
    place = _("p. %(page)s", page=one["page"])
    if one.get("lost_in"):
        place += f"（{_('not found in version %(version)s', version=one['lost_in'])}）"
    return Cited(place, one["quote"], one["sha256"])


def _vetoes(page: SubmissionPage) -> tuple[str, ...]:
    return tuple(
        f"{veto.ground}：{page.vetoes[veto.id]}"
        for veto in page.rubric.vetoes
        if veto.id in page.vetoes
    )


def _proof(page: SubmissionPage, head: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what lets anybody compare the paper with what is kept; the hash stands second."""
    content = page.content
    lines = (
        (_("Submission"), str(page.number)),
        (_("Hash of what was submitted"), f"SHA-256 {page.content_hash}"),
        (_("Hash of the rubric"), content.get("rubric") or page.rubric.content_hash),
        (_("File of the report"), head.get("file") and f"SHA-256 {head['file']}"),
        (_("Version of the report"), str(content.get("report_version") or "")),
        (_("Program"), head.get("program") or ""),
    )
    return tuple((label, value) for label, value in lines if value)
