"""The signature page and the written consultation with the evaluated unit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewapp.domain.document import LineKind
from reviewapp.domain.precheck.finding import Doubt, Outcome
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.language_rules import SigningRule
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.text import plain

_GAP = r"[^。;!?]{0,24}?"
_LEAD, _SEAL = "主评人", "公章"


@check("signature-missing", version=1)
def signature_missing(report: Report, rules: Rules) -> Iterator[Doubt]:
    """No label for the lead evaluator's signature or for the agency's seal.

    财监〔2021〕4号第七条、第十八条. Ink cannot be read: only labels are looked for. One finding names
    what is missing; with unread pages, where signatures often stand, it is unverifiable.
    """
    rule = rules.language.signing
    labels = _labels(report, rule)
    lead = _any(rule.lead, labels)
    seal = _any(rule.seal, [text for text in labels if not _others(text, rule)])
    if lead and seal:
        return
    missing = [name for name, found in ((_LEAD, lead), (_SEAL, seal)) if not found]
    unread = bool(report.unreadable())
    yield Doubt(
        expected="、".join(missing),
        outcome=Outcome.UNVERIFIABLE if unread else Outcome.SUSPECT,
        variant="unread" if unread else "seal" if lead else "lead" if seal else "",
    )


def _labels(report: Report, rule: SigningRule) -> list[str]:
    """Return the short texts that can be labels: lines of no sentence, cells, running headers."""
    headers = [
        line.text
        for page in report.document.pages
        for line in page.lines
        if line.kind is LineKind.HEADER
    ]
    lines = [line for paragraph in report.paragraphs for line in _lines(paragraph)]
    cells = [cell.text for cell in report.cells if "。" not in cell.text]
    texts = [plain(text) for text in (*lines, *cells, *headers)]
    return [text for text in texts if len(text) <= rule.label_length]


def _lines(paragraph: Paragraph) -> Iterator[str]:
    """Yield the lines that are no line of a sentence that is broken there.

    A label set close below a paragraph is taken for its last line: it begins after a full stop.
    """
    raws = [piece.raw.rstrip() for piece in paragraph.pieces]
    if "。" not in paragraph.text:
        yield from raws
    elif len(raws) > 1 and raws[-2].endswith("。") and "。" not in raws[-1]:
        yield raws[-1]


def _any(patterns: tuple[str, ...], texts: list[str]) -> bool:
    return any(any(map(re.compile(pattern).search, texts)) for pattern in patterns)


def _others(text: str, rule: SigningRule) -> bool:
    return any(word in text for word in rule.not_seals)


@check("consultation-missing", version=1)
def consultation_missing(report: Report, rules: Rules) -> Iterator[Doubt]:
    """No trace of the written consultation with the evaluated unit (财监〔2021〕4号第十八条)."""
    rule = rules.language.signing
    patterns = [re.compile(text.replace("<gap>", _GAP)) for text in rule.consultation]
    denied = [re.compile(text) for text in rule.denied]
    after = [re.compile(text) for text in rule.denied_after]
    for paragraph in report.texts:
        text = paragraph.text
        for pattern in patterns:
            for match in pattern.finditer(text):
                if not _of_the_public(text, match, rule) and not (
                    any(
                        no.search(text[max(0, match.start() - 16) : match.start()]) for no in denied
                    )
                    or any(no.search(text[match.end() : match.end() + 24]) for no in after)
                ):
                    return
    unread = bool(report.unreadable())
    yield Doubt(
        section="evaluation-work",
        outcome=Outcome.UNVERIFIABLE if unread else Outcome.SUSPECT,
        variant="unread" if unread else "",
    )


def _of_the_public(text: str, match: re.Match[str], rule: SigningRule) -> bool:
    """Say whether the sentence asks those who are served, not those who are evaluated."""
    start = max(text.rfind(mark, 0, match.start()) for mark in "。;!?") + 1
    ends = [at for mark in "。;!?" if (at := text.find(mark, match.end())) >= 0]
    sentence = text[start : min(ends, default=len(text))]
    if any(word in sentence for word in rule.written):
        return False
    inside = _first(match.group(), rule)
    if inside is not None:
        return inside
    # The one whose opinion it is may stand before: 群众反馈意见.
    before = text[max(start, match.start() - 10) : match.start()][::-1]
    return bool(_first(before, rule, backwards=True))


def _first(text: str, rule: SigningRule, *, backwards: bool = False) -> bool | None:
    """Say whether the public is named before any party; None if neither is named."""
    found = [
        (at, public)
        for words, public in ((rule.public, True), (rule.parties, False))
        for word in words
        if (at := text.find(word[::-1] if backwards else word)) >= 0
    ]
    return min(found)[1] if found else None
