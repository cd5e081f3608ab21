"""Which sentences of a report are compared, and which stretches are called shared."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.adapters import rule_files
from reviewapp.domain.document import Box, Place
from reviewapp.domain.precheck.passages import (
    Comparison,
    Other,
    Placed,
    Sentence,
    alike,
    pieces,
    shared,
)
from reviewapp.services.precheck_file import sentences_of
from tests.precheck_documents import ordinary, report_of

RULE = rule_files.load().shared
COPIED = (
    "项目实施中各责任单位分工明确，定期召开调度会通报进展，对滞后事项逐项督办并限期整改，"
    "形成了横向协同纵向贯通的推进格局，保证了年度任务按期完成。"
)


def _sentences(*extra: str) -> list[str]:
    return [
        one.sentence.text for one in sentences_of(report_of(ordinary(*extra)), rule_files.load())
    ]


def test_running_text_is_compared_and_citations_and_boilerplate_are_not() -> None:
    found = _sentences(
        COPIED,
        "根据《项目支出绩效评价管理办法》（财预〔2020〕10号）的规定，本次评价遵循科学公正的原则开展工作。",
        "该指标主要考核项目立项是否符合国家法律法规和国民经济发展规划以及相关政策要求。",
    )
    assert COPIED in found
    assert not [text for text in found if "《" in text or text.startswith("该指标")]


def test_the_method_of_the_evaluation_is_not_compared() -> None:
    assert not [text for text in _sentences() if "评价方法" in text]


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        (
            "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉",
            "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉",
            True,
        ),
        (
            "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉",
            "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申戌",
            True,
        ),
        (
            "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉",
            "癸壬辛庚己戊丁丙乙甲子丑寅卯辰巳午未申酉",
            False,
        ),
        ("甲乙丙丁戊己庚辛壬癸", "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉", False),
    ],
)
def test_sentences_are_alike_by_their_pieces(one: str, other: str, is_alike: bool) -> None:
    assert alike(one, other, RULE.similar_percent) is is_alike


@given(st.text(alphabet="资金项目管理绩效评价", min_size=1, max_size=60))
def test_a_sentence_is_like_itself_and_has_pieces(text: str) -> None:
    assert alike(text, text, 100)
    assert pieces(text)


def _made(texts: list[str]) -> tuple[Placed, ...]:
    return tuple(Placed(Sentence(t, 1, t), Place(1, Box(0, 0, 1, 1), t)) for t in texts)


def _text(seed: int) -> str:
    rng = random.Random(seed)
    return "".join(rng.choice("资金管理设备采购验收档案资料完整规范实施") for _ in range(40))


def test_a_short_stretch_is_no_passage_and_scattered_sentences_make_none() -> None:
    own = [_text(n) for n in range(9)]
    other = Other("b", "乙", tuple(Sentence(t, 1, t) for t in (own[0], own[4], own[8], own[1])))
    assert shared(Comparison(_made(own)), other, RULE) == ()


def test_a_stretch_in_order_is_one_passage_and_common_property_parts_it() -> None:
    own = [_text(n) for n in range(9)]
    other = Other("b", "乙", tuple(Sentence(t, 1, t) for t in [_text(99), *own[2:8]]))
    (whole,) = shared(Comparison(_made(own)), other, RULE)
    assert (whole.own, whole.chars) == ((2, 3, 4, 5, 6, 7), 240)
    (rest,) = shared(Comparison(_made(own), frozenset({4})), other, RULE)
    assert rest.own == (5, 6, 7)  # the two sentences before are too short for a passage
