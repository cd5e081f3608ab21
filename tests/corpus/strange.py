"""Measures how headings of strange wording are understood, each alone in an else plain outline.

`python -m tests.corpus.strange` prints the figures of both halves of data/headings-strange.yaml.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from reviewapp.adapters import nlp, rule_files
from reviewapp.domain.document import Box
from reviewapp.domain.precheck.matching import Wordings
from reviewapp.domain.precheck.outline import Heading, set_levels
from reviewapp.domain.precheck.rules import Outline
from tests.corpus.words import HALVES, data, half_of

_NOWHERE = Box(0, 0, 1, 1)
_NUMBERS = "一二三四五六七八九十"


@dataclass
class Count:
    """Headings found as what they are, not found, taken for another section, and false ones.

    `hidden`: a heading that is no section was taken for the one that is missing, of `tried`.
    """

    right: int = 0
    missed: int = 0
    wrong: int = 0
    hidden: int = 0
    tried: int = 0
    told: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed + self.wrong)

    @property
    def hiding(self) -> float:
        return self.hidden / max(1, self.tried)


def wordings_of(kind: str) -> Wordings:
    rules = rule_files.load()
    outline, rule = rules.outlines[kind], rules.language.headings
    return Wordings(outline, nlp.heading_reader(outline, rule), rule)


def _headings(outline: Outline, replaced: dict[str, str | None]) -> list[Heading]:
    """Return the outline's own headings with some replaced; None drops a section and its parts."""
    made: list[Heading] = []
    first = second = 0
    gone = {section for section, title in replaced.items() if title is None}
    for rule in outline.sections:
        if rule.id in gone or rule.parent in gone:
            continue
        title = replaced.get(rule.id) or rule.title
        if rule.parent:
            second += 1
            made.append(_heading(title, "chinese-brackets", second, len(made)))
        else:
            first, second = first + 1, 0
            made.append(_heading(title, "chinese", first, len(made)))
    return set_levels(made)


def _heading(title: str, style: str, number: int, line: int) -> Heading:
    return Heading(title, title, style, number, 0, 2, _NOWHERE, 2 * line, 2 * line + 1)


def measure(half: str) -> dict[str, Count]:
    """Return the counts of one half per kind."""
    found = {}
    for kind in ("key-project", "department"):
        wordings, count = wordings_of(kind), Count()
        for section, titles in data("headings-strange")[kind].items():
            for title in titles:
                if half_of(title) == half:
                    _known(wordings, section, title, count)
        for level, titles in data("headings-strange")["none"].items():
            for title in titles:
                if half_of(title) == half:
                    _none(wordings, level, title, count)
        found[kind] = count
    return found


def sections_of(wordings: Wordings, section: str, title: str) -> tuple[str, ...]:
    """Return what a heading is taken for that stands for a section in an else plain outline."""
    headings = _headings(wordings.outline, {section: title})
    match = next(m for m in wordings.match(headings) if m.heading.title == title)
    return match.sections


def _known(wordings: Wordings, section: str, title: str, count: Count) -> None:
    sections = sections_of(wordings, section, title)
    if section in sections:
        count.right += 1
    elif sections:
        count.wrong += 1
        count.told.append(f"wrong {title}: {', '.join(sections)}, is {section}")
    else:
        count.missed += 1
        count.told.append(f"missed {title}: {section}")


def _none(wordings: Wordings, level: str, title: str, count: Count) -> None:
    """Put a heading that is no section where each section of its level is missing."""
    for section in _at(wordings.outline, level):
        headings = _headings(wordings.outline, {section: title})
        if level == "first":  # what stood below the missing one is gone as well
            children = {child.id: None for child in wordings.outline.children(section)}
            headings = _headings(wordings.outline, {section: title, **children})
        match = next(m for m in wordings.match(headings) if m.heading.title == title)
        count.tried += 1
        if section in match.sections:
            count.hidden += 1
            count.told.append(f"hides {section}: {title} ({match.confidence})")


def _at(outline: Outline, level: str) -> Iterator[str]:
    return (r.id for r in outline.sections if r.required and (r.level == 1) == (level == "first"))


def main() -> None:
    show = sys.argv[1:] or ["seen"]
    for half in HALVES:
        for kind, count in measure(half).items():
            print(
                f"{half} {kind}: recall {count.recall:.3f} of"
                f" {count.right + count.missed + count.wrong}, wrong {count.wrong},"
                f" hidden {count.hidden} of {count.tried} ({count.hiding:.4f})"
            )
            if half in show:
                print("\n".join(count.told))


if __name__ == "__main__":
    main()
