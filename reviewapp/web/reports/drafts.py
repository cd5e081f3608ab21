"""An agency checks a draft before it hands it in; nothing of the file is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import uuid4

from flask import Response, make_response, render_template, request

from reviewapp.adapters import rule_files
from reviewapp.adapters.pdf import MESSAGES
from reviewapp.db.queries.reports import FindingLine
from reviewapp.domain.errors import N_, DomainError, Invalid
from reviewapp.domain.policy import Permission
from reviewapp.services import drafts
from reviewapp.services.precheck_file import NO_TEXT
from reviewapp.services.uploads import FileLimits, base_name
from reviewapp.web.reports import bp
from reviewapp.web.reports.words import (
    explanations,
    fact_lines,
    grouped,
    section_lines,
    shown,
    titles,
)
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.findings import sentence
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.language import locale
from reviewapp.web.support.parts import SHANGHAI, now, parts, read, today, transaction

KINDS = ("key-project", "department")


@bp.route("/draft-precheck", methods=["GET", "POST"])
@requires(Permission.DRAFT_PRECHECK)
def draft() -> Response:
    """Show the form, and below it what the precheck says of the draft that was sent."""
    context: dict[str, Any] = {
        "kind": request.form.get("kind", KINDS[0]),
        "answer": None,
        "error": "",
        "error_field": "",
    }
    status = 200
    if request.method == "POST":
        try:
            context |= _checked(context["kind"])
        except DomainError as refused:
            context |= {"error": words(refused), "error_field": refused.field}
            status = status_of(refused)
    config = parts().config
    with read() as db:
        used = drafts.used_since(db, current_identity(), _midnight())
    context |= {
        "left": max(config.drafts_per_day - used, 0),
        "most": config.drafts_per_day,
        "limits": {"file": config.max_upload_bytes // 1_000_000, "pages": config.max_pages},
        "kinds": KINDS,
    }
    response = make_response(render_template("reports/draft.html", **context), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _checked(kind: str) -> dict[str, Any]:
    """Check the file that was sent; the agency's day is charged once it is known to be a PDF."""
    config, file = parts().config, request.files.get("file")
    if kind not in KINDS:
        raise Invalid(N_("Choose what kind of report it is."), field="kind")
    if file is None or not file.filename:
        raise Invalid(N_("Choose a file."), field="file")
    limits = FileLimits(max_bytes=config.max_upload_bytes, max_pages=config.max_pages)
    rules = rule_files.load(config.rubrics_dir / "precheck")
    with drafts.received(parts().storage, file.stream, file.filename, limits) as received:
        with transaction() as db:
            drafts.spend(
                db,
                most=config.drafts_per_day,
                since=_midnight(),
                actor=current_identity(),
                now=now(),
            )
        answer = drafts.precheck(received, file.filename, kind, limits, rules=rules)
    if answer["error"]:
        code = answer["error"]["code"]
        is_scan = code == "empty" and answer["file"].get("scanned_pages")
        message = NO_TEXT if is_scan else MESSAGES[code]
        raise Invalid(message, field="file", limit=config.max_pages)
    findings = tuple(_line(one, kind) for one in answer["findings"])
    return {
        "answer": answer,
        "name": base_name(file.filename),
        "groups": grouped(findings, rules),
        "explain": explanations(rules, locale()),
        "findings": findings,
        "unread": _unread(answer),
        "sections": section_lines(answer, rules, locale()),
        "facts": fact_lines(answer),
        "title_of": titles(rules, locale()),
        "sentence": sentence,
        "shown": shown,
    }


def _unread(answer: Mapping[str, Any]) -> str:
    """Return the pages of a draft that nobody reads: OCR works on files that are kept only."""
    file = answer["file"]
    pages = sorted({*file["scanned_pages"], *file["garbled_pages"]})
    return ", ".join(str(page) for page in pages)


def _line(one: Mapping[str, Any], kind: str) -> FindingLine:
    """Return a finding of an answer that is not stored as the pages know findings."""
    box = one["box"]
    return FindingLine(
        id=uuid4(),
        check=one["check"],
        outcome=one["outcome"],
        severity=one["severity"],
        section=one["section"],
        page=one["page"],
        box=(box[0], box[1], box[2], box[3]) if box else None,
        quote=one["quote"],
        expected=one["expected"],
        found=one["found"],
        kind=kind,
        variant=one["variant"],
        values=one["values"],
        message=one["message"],
        triage="open",
        triage_reason="",
        triager="",
        triaged_at=None,
    )


def _midnight() -> datetime:
    return datetime.combine(today(), time(), tzinfo=SHANGHAI)
