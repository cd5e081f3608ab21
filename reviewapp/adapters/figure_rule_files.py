"""rubrics/precheck/{figures,surveys,years,indicators}.yaml → the data of the checks on figures."""

from __future__ import annotations

from decimal import Decimal

from reviewapp.adapters.rule_reader import RuleFile
from reviewapp.domain.precheck.figure_rules import (
    AmountRule,
    IndicatorRule,
    RateRule,
    SurveyRule,
    YearRule,
)

_COUNTED = ("planned", "done")


def amounts(file: RuleFile) -> AmountRule:
    """Read figures.yaml; Invalid names the key that is wrong."""
    kinds = file.inner("kinds")
    rates, heads = file.inner("rates"), file.inner("counted_columns")
    names = {*kinds.data, *_COUNTED}
    rule = AmountRule(
        kinds={name: kinds.texts(name) for name in kinds.data},
        grants=file.texts("grants"),
        done=file.texts("done"),
        neutral=file.texts("neutral"),
        project_words=file.texts("project_words"),
        other_expenses=file.texts("other_expenses"),
        anchors=file.texts("anchors"),
        part_words=file.texts("part_words"),
        changes=file.texts("changes"),
        requests=file.texts("requests"),
        year_ends=file.texts("year_ends"),
        rates={name: _rate(rates.inner(name), names) for name in rates.data},
        rate_links=file.texts("rate_links"),
        rate_goals=file.texts("rate_goals"),
        rate_after=file.texts("rate_after"),
        planned_words=file.texts("planned_words"),
        done_words=file.texts("done_words"),
        counted_columns={name: heads.texts(name) for name in _COUNTED},
        not_counted=file.texts("not_counted"),
        measure_words=file.texts("measure_words"),
        compared=_known(file, "compared", names),
        siblings=_known(file, "siblings", names),
        most_gap=file.number("most_gap"),
        slips=file.decimals("slips"),
    )
    file.done()
    return rule


def _rate(file: RuleFile, names: set[str]) -> RateRule:
    pairs = file.pairs("formulas")
    for number, pair in enumerate(pairs, 1):
        for name in pair:
            if name not in names:
                raise file.wrong(f"formulas.{number}", f"there is no kind {name}")
    rule = RateRule(words=file.texts("words"), formulas=pairs)
    file.done()
    return rule


def _known(file: RuleFile, key: str, names: set[str]) -> tuple[str, ...]:
    texts = file.texts(key)
    for name in texts:
        if name not in names:
            raise file.wrong(key, f"there is no kind {name}")
    return texts


def surveys(file: RuleFile) -> SurveyRule:
    """Read surveys.yaml; Invalid names the key that is wrong."""
    columns = file.inner("columns")
    rule = SurveyRule(
        issued=file.patterns("issued", "count"),
        returned=file.patterns("returned", "count"),
        valid=file.patterns("valid", "count"),
        both=file.patterns("both", "count"),
        all_back=file.texts("all_back"),
        columns={name: columns.texts(name) for name in ("issued", "returned", "valid")},
        online=file.texts("online"),
        interviews=file.patterns("interviews", "count"),
        not_own=file.texts("not_own"),
        compared=file.texts("compared"),
        sentences=file.patterns("sentences", "issued"),
        cues=file.texts("cues"),
        options=file.texts("options"),
        units=file.texts("units"),
        paired=file.patterns("paired", "option", "count"),
        listed=file.patterns("listed", "options", "counts"),
        points=file.patterns("points", "option", "points"),
        undecided=file.texts("undecided"),
        weights=tuple(item.decimals("points") for item in file.items("weights")),
        own_weights=file.texts("own_weights"),
        tolerance=file.number("tolerance"),
    )
    file.done()
    return rule


def years(file: RuleFile) -> YearRule:
    """Read years.yaml; Invalid names the key that is wrong."""
    rule = YearRule(
        plans=file.texts("plans"),
        done=file.texts("done"),
        history=file.texts("history"),
        states=file.patterns("states", "year"),
        sections=file.texts("sections"),
        periods=file.patterns("periods", "year"),
        oldest=int(file.number("oldest")),
        digits=int(file.number("digits")),
    )
    file.done()
    return rule


def indicators(file: RuleFile) -> IndicatorRule:
    """Read indicators.yaml; Invalid names the key that is wrong."""
    least = file.number("least_explained")
    if not Decimal(0) <= least <= Decimal(1):
        raise file.wrong("least_explained", "a share from 0 to 1 is expected")
    rule = IndicatorRule(
        counts=file.patterns("counts"),
        not_before=file.texts("not_before"),
        not_sections=file.texts("not_sections"),
        reason_columns=file.texts("reason_columns"),
        nothing=file.texts("nothing"),
        causes=file.texts("causes"),
        least_explained=least,
    )
    file.done()
    return rule
