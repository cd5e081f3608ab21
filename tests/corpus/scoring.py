"""Compares answers of the precheck with the truth and adds up."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_SEVERE = ("error", "warning")


@dataclass
class Tally:
    """Right, missed and false answers of one measure."""

    right: int = 0
    missed: int = 0
    false: int = 0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def f1(self) -> float:
        whole = 2 * self.right + self.missed + self.false
        return 2 * self.right / whole if whole else 1.0

    def add(self, other: Tally) -> None:
        self.right += other.right
        self.missed += other.missed
        self.false += other.false


@dataclass
class Score:
    """What a group of reports scored; failures are lines for reading."""

    reports: int = 0
    sections: Tally = field(default_factory=Tally)
    pages: Tally = field(default_factory=Tally)
    headings: Tally = field(default_factory=Tally)
    facts: Tally = field(default_factory=Tally)
    checks: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    clean_pages: int = 0
    clean_errors: int = 0
    clean_warnings: int = 0
    failures: list[str] = field(default_factory=list)

    def planted(self) -> Tally:
        """Return all checks together."""
        found = Tally()
        for tally in self.checks.values():
            found.add(tally)
        return found

    def add(self, other: Score) -> None:
        self.reports += other.reports
        for name in ("sections", "pages", "headings", "facts"):
            getattr(self, name).add(getattr(other, name))
        for check, tally in other.checks.items():
            self.checks[check].add(tally)
        self.clean_pages += other.clean_pages
        self.clean_errors += other.clean_errors
        self.clean_warnings += other.clean_warnings
        self.failures += other.failures


def judge(truth: dict[str, Any], answer: dict[str, Any], built: Iterable[str]) -> Score:
    """Score one answer; `built` are the checks that exist, others are not counted."""
    score = Score(reports=1)

    def fail(what: str) -> None:
        shape = f"{truth['id']} {truth['producer']} {truth['numbering']}"
        score.failures.append(f"{shape}{' scan' if truth['scan'] else ''}: {what}")

    unread = answer["error"]
    if unread:
        fail(f"not read, so nothing found: {unread['code']}")
    _sections(truth, answer, score, fail)
    _headings(truth, answer, score, fail)
    _facts(truth, answer, score, fail)
    _findings(truth, answer, score, fail, set(built))
    if unread:
        del score.failures[1:]  # all of them say the same
    return score


def _sections(truth: dict[str, Any], answer: dict[str, Any], score: Score, fail: Any) -> None:
    found = {s["id"]: s["page"] for s in answer["sections"] if s["found"]}
    for section, page in truth["sections"].items():
        if section not in found:
            score.sections.missed += 1
            fail(f"section {section} not found (p.{page})")
            continue
        score.sections.right += 1
        if found[section] == page:
            score.pages.right += 1
        else:
            score.pages.missed += 1
            fail(f"section {section} on p.{found[section]}, is on p.{page}")
    for section in found.keys() - truth["sections"].keys():
        score.sections.false += 1
        fail(f"section {section} found, is absent")


def plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).rstrip("。:")


def _headings(truth: dict[str, Any], answer: dict[str, Any], score: Score, fail: Any) -> None:
    wanted = Counter((plain(h["text"]), h["page"]) for h in truth["headings"])
    found = Counter((plain(h["text"]), h["page"]) for h in answer["headings"])
    score.headings.right += (wanted & found).total()
    for text, page in (wanted - found).elements():
        score.headings.missed += 1
        fail(f"heading missed: {text} p.{page}")
    for text, page in (found - wanted).elements():
        score.headings.false += 1
        fail(f"heading false: {text[:40]} p.{page}")


def _facts(truth: dict[str, Any], answer: dict[str, Any], score: Score, fail: Any) -> None:
    for name, value in truth["facts"].items():
        found = answer["facts"].get(name)
        if plain(str(found)) == plain(str(value)):
            score.facts.right += 1
        else:
            score.facts.missed += 1
            fail(f"fact {name}: {found!r}, is {value!r}")


def _findings(
    truth: dict[str, Any], answer: dict[str, Any], score: Score, fail: Any, built: set[str]
) -> None:
    left = [f for f in answer["findings"] if f["outcome"] == "suspect"]
    if truth["scan"]:
        left = [f for f in left if f["check"] != "text-layer-missing"]
    for flaw in truth["flaws"]:
        check = flaw["check"]
        if check not in built:
            continue
        same = [f for f in left if f["check"] == check]
        hit = next((f for f in same if _hits(f, flaw)), None)
        if hit is None:
            score.checks[check].missed += 1
            places = [f["page"] for f in same]
            fail(f"flaw {check} missed, {flaw['expected'] or ''} p.{flaw['page']} (got {places})")
        else:
            score.checks[check].right += 1
            left.remove(hit)
    planted = {flaw["check"] for flaw in truth["flaws"]}
    for finding in left:
        check = finding["check"]
        if check in truth["allowed"]:
            continue
        score.checks[check].false += 1
        note = f"{finding['expected']} / {finding['found']}: {(finding['quote'] or '')[:50]}"
        fail(f"false {finding['severity']} {check} p.{finding['page']} {note}")
    if not planted and not truth["scan"]:
        score.clean_pages += answer["file"]["pages"] or 0
        score.clean_errors += sum(f["severity"] == "error" for f in left)
        score.clean_warnings += sum(f["severity"] == "warning" for f in left)


def _hits(finding: dict[str, Any], flaw: dict[str, Any]) -> bool:
    if flaw["expected"] and finding["expected"] != flaw["expected"]:
        return False
    return flaw["page"] is None or finding["page"] == flaw["page"]
