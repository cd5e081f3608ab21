"""The files of the checks of what a report says → LanguageRules."""

from __future__ import annotations

from pathlib import Path

from reviewapp.adapters.rule_reader import RuleFile, compile_pattern
from reviewapp.domain.precheck.language_rules import (
    AdviceRule,
    AnnexRule,
    BlockRule,
    HeadingRule,
    LanguageRules,
    NameRule,
    SigningRule,
)

FILES = ("annexes", "signing", "blocks", "names", "advice", "headings")


def read(folder: Path) -> LanguageRules:
    """Read the files, or raise Invalid that names file, key and what is wrong."""
    data = {name: RuleFile(folder / f"{name}.yaml") for name in FILES}
    rules = LanguageRules(
        annexes=_annexes(data["annexes"]),
        signing=_signing(data["signing"]),
        blocks=_blocks(data["blocks"]),
        names=_names(data["names"]),
        advice=_advice(data["advice"]),
        headings=_headings(data["headings"]),
    )
    for file in data.values():
        file.done()
    return rules


def _annexes(file: RuleFile) -> AnnexRule:
    return AnnexRule(
        foreign_before=file.patterns("foreign_before"),
        not_numbers=file.texts("not_numbers"),
        apart=file.patterns("apart"),
        title_endings=file.texts("title_endings"),
        not_titles=file.texts("not_titles"),
        titled=file.patterns("titled", "title"),
        pictures=file.texts("pictures"),
        topics=file.texts("topics"),
        there=int(file.number("there")),
        perhaps=int(file.number("perhaps")),
    )


def _signing(file: RuleFile) -> SigningRule:
    return SigningRule(
        lead=file.patterns("lead"),
        seal=file.patterns("seal"),
        not_seals=file.texts("not_seals"),
        label_length=int(file.number("label_length")),
        consultation=file.patterns("consultation"),
        public=file.texts("public"),
        parties=file.texts("parties"),
        written=file.texts("written"),
        denied=file.patterns("denied"),
        denied_after=file.patterns("denied_after"),
    )


def _blocks(file: RuleFile) -> BlockRule:
    names, indicators = {}, {}
    for item in file.items("blocks"):
        block = item.text("id")
        names[block], indicators[block] = item.texts("names"), item.texts("indicators")
        item.done()
    points = file.text("points")
    compile_pattern(file, "points", points)
    return BlockRule(
        names=names,
        indicators=indicators,
        sections=file.texts("sections"),
        own=file.patterns("self"),
        targets=file.texts("targets"),
        points=points,
        least_indicators=int(file.number("least_indicators")),
    )


def _names(file: RuleFile) -> NameRule:
    headers = file.text("headers")
    compile_pattern(file, "headers", headers)
    return NameRule(
        project_endings=file.texts("project_endings"),
        unit_endings=file.texts("unit_endings"),
        not_after=file.texts("not_after"),
        not_places=file.texts("not_places"),
        not_in_places=file.texts("not_in_places"),
        leads=file.patterns("leads"),
        concluding=file.patterns("concluding"),
        other_words=file.texts("other_words"),
        generic=file.texts("generic"),
        not_own=file.patterns("not_own"),
        most_mentions=int(file.number("most_mentions")),
        headers=headers,
    )


def _advice(file: RuleFile) -> AdviceRule:
    listed = file.text("listed")
    compile_pattern(file, "listed", listed)
    return AdviceRule(
        stop=file.texts("stop"),
        topics=file.groups("topics"),
        advice_verbs=file.texts("advice_verbs"),
        faults=file.texts("faults"),
        not_problems=file.patterns("not_problems"),
        listed=listed,
        least_answered=int(file.number("least_answered")),
    )


def _headings(file: RuleFile) -> HeadingRule:
    return HeadingRule(
        synonyms=file.groups("synonyms"),
        others=file.texts("others"),
        least_sure=int(file.number("least_sure")),
    )
