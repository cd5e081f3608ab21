"""Figures that contradict one another, and figures that only look so (data/flaws-figures.yaml)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.corpus.content import Content

_NAME = "flaws-figures"
_NEAR = 3  # near misses in each report


def values(content: Content) -> dict[str, Any]:
    """Return the report's own figures in the forms that the sentences need."""
    own, cent = content.values, Decimal("0.01")
    budget, spent = Decimal(own["budget"]), Decimal(own["spent"])
    wrong_budget, wrong_spent = budget + 15, spent - Decimal("12.3")
    other = (budget * Decimal("0.83")).quantize(cent)
    other_spent = (other * Decimal("0.9")).quantize(cent)
    score = Decimal(content.score)
    return {
        "before": own["year"] - 1,
        "budget_yuan": f"{budget * 10000:,.2f}",
        "spent_yuan": f"{spent * 10000:,.2f}",
        "wrong_rate": f"{spent / budget * 100 - 7:.2f}",
        "wrong_budget": wrong_budget,
        "wrong_budget_yuan": f"{wrong_budget * 10000:.2f}",
        "wrong_spent": wrong_spent,
        "wrong_spent_yuan": f"{wrong_spent * 10000:.2f}",
        "initial": budget - 40,
        "other": other,
        "other_spent": other_spent,
        "other_rate": f"{other_spent / other * 100:.2f}",
        "half": (spent / 2).quantize(cent),
        "part": (budget / 4).quantize(cent),
        "more": budget + 33,
        "rounded": score.quantize(Decimal("0.1"), ROUND_HALF_UP),
    }


def say(content: Content, key: str, **more: Any) -> str:
    return content.say(key, name=_NAME, **{**values(content), **more})


def write(content: Content) -> None:
    """Write what is planted and a few near misses as paragraphs of their own."""
    for check, key in (
        ("rate-mismatch", "rate-wrong"),
        ("amount-inconsistent", "amount-wrong"),
        ("year-inconsistent", "year-wrong"),
        ("survey-arithmetic", "answers-wrong"),
    ):
        if check in content.by_sentence:
            content.para(content.plant(check, say(content, key)))
    pool = content.words.all(_NAME, "near-miss")
    for wording in content.random.sample(pool, min(_NEAR, len(pool))):
        content.para(wording.format(**{**content.values, **values(content)}))
    if content.quiet is not None:
        leaf = content.rows[content.quiet]
        lost = f"{(leaf.weight - leaf.score).normalize():f}"
        content.para(say(content, "reason-in-text", third=leaf.third, lost=lost))
