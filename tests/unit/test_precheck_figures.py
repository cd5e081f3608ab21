"""Sums of money, score rates, surveys, document numbers, bank cards."""

from __future__ import annotations

import pytest

from reviewapp.domain.document import Table
from reviewapp.domain.precheck.checks.personal_data import is_card_number
from tests.precheck_documents import FILLER, findings_of, ordinary, report_of, score_table, table

FUNDS = ("序号", "子项目", "预算金额（万元）", "实际支出（万元）", "执行率")
ROWS = (
    ("1", "路面修补", "1,200.50", "1,100.00", "91.63%"),
    ("2", "排水疏浚", "300.00", "280.25", "93.42%"),
)


def funds(*total: str, rows: tuple[tuple[str | None, ...], ...] = ROWS, **over: bool) -> list[str]:
    """Return the columns of a table of funds that are said not to add up."""
    made = table(FUNDS, [*rows, total], **over)  # type: ignore[arg-type]
    return [f.values["column"] for f in findings_of(ordinary(tables=[made]), "amount-cross-foot")]


def test_a_column_of_money_must_add_up_to_its_total_row() -> None:
    assert funds("合计", "", "1,500.50", "1,380.25", "91.99%") == []
    assert funds("合计", "", "1,600.50", "1,380.25", "91.99%") == ["预算金额(万元)"]


def test_rounded_addends_may_miss_by_their_last_decimal() -> None:
    assert funds("合计", "", "1,500.52", "1,380.25", "91.99%") == []


def test_tables_with_levels_or_lost_rows_are_not_judged() -> None:
    wrong = ("合计", "", "1,600.50", "1,380.25", "91.99%")
    within = ("", "其中：人行道", "100.00", "90.00", "90%")

    assert funds(*wrong, rows=(*ROWS, within)) == []
    assert funds(*wrong, uncertain=True) == []


def test_a_score_rate_is_score_over_weight() -> None:
    columns = ("一级指标", "分值", "得分", "得分率")
    rows = [
        ("决策", "20", "17", "85%"),
        ("过程", "30", "28", "93.33%"),
        ("产出", "50", "41", "92%"),
    ]
    made = ordinary(tables=[table(columns, [*rows, ("合计", "100", "86", "86.00%")])])

    (finding,) = findings_of(made, "score-rate-mismatch")

    assert (finding.expected, finding.found) == ("82%", "92%")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("决策指标分值20分，得分17分，得分率85%。", 0),
        ("过程指标满分30分，实际得分28分，得分率为93.3%。", 0),
        ("过程指标满分30分，实际得分28分，得分率为83.3%。", 1),
        ("该指标得分18分（满分20分），得分率90%。", 0),
        ("该指标得分18分（满分20分），得分率80%。", 1),
        ("该指标分值10分，得8.5分（得分率85.00%）。", 0),
        ("该指标分值10分，得8.5分（得分率75.00%）。", 1),
    ],
)
def test_a_score_rate_in_a_sentence_is_checked_as_well(text: str, count: int) -> None:
    assert len(findings_of(ordinary(text), "score-rate-mismatch")) == count


def test_a_score_table_is_no_table_of_funds() -> None:
    wrong = score_table(total=("合计", "", "100", "88"))

    assert findings_of(ordinary(tables=[wrong]), "amount-cross-foot") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("共发放问卷300份，回收320份，其中有效问卷280份。", ["320"]),
        ("发放调查问卷300份，收回有效问卷310份。", ["310"]),
        ("发放问卷300份，回收问卷290份，有效问卷295份。", ["295"]),
        ("发放问卷300份，回收问卷290份，有效问卷280份。", []),
        ("发放问卷1,300份，回收有效问卷980份。", []),
        ("甲镇发放问卷100份。乙镇回收有效问卷200份。", []),
    ],
)
def test_no_more_questionnaires_come_back_than_went_out(text: str, found: list[str]) -> None:
    assert [f.found for f in findings_of(ordinary(FILLER + text), "survey-arithmetic")] == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("根据财预[2020]10号开展评价。", ["财预〔2020〕10号"]),
        ("依据《办法》（财预【2020】10号），再依据财预【2020】10号。", ["财预〔2020〕10号"]),
        ("根据河政办(2024)3号组织实施。", ["河政办〔2024〕3号"]),
        ("根据财预〔2020〕10号开展评价。", []),
        ("合同编号(2024)12号。", []),
        ("见报告(2024)第12号。", []),
    ],
)
def test_the_year_of_a_document_number_stands_in_its_own_brackets(
    text: str, expected: list[str]
) -> None:
    assert [f.expected for f in findings_of(ordinary(text), "citation-malformed")] == expected


def test_a_bank_card_counts_only_with_its_check_digit() -> None:
    card = next(
        f"622202020011223344{n}" for n in range(10) if is_card_number(f"622202020011223344{n}")
    )
    other = next(
        f"622202020011223344{n}" for n in range(10) if not is_card_number(f"622202020011223344{n}")
    )

    assert len(findings_of(ordinary(f"补助打入卡号{card}。"), "pii-bank-card")) == 1
    assert findings_of(ordinary(f"补助打入卡号{other}。"), "pii-bank-card") == []


def test_a_self_evaluations_table_does_not_state_the_total() -> None:
    rows = [("决策", "立项依据充分性", "50", "49"), ("产出", "实际完成率", "50", "49")]
    columns = ("一级指标", "三级指标", "分值", "得分")
    own = table(columns, [*rows, ("合计", "", "100", "98")], caption="表2 项目支出绩效自评表")
    other = table(columns, [*rows, ("合计", "", "100", "98")], caption="表2 绩效评价评分表")

    assert findings_of(ordinary(tables=[score_table(), own]), "score-inconsistent") == []
    assert report_of(ordinary(tables=[own])).score_tables == ()
    assert len(findings_of(ordinary(tables=[score_table(), other]), "score-inconsistent")) == 1


def test_tables_that_differ_among_one_another_are_those_of_parts() -> None:
    def of_part(score: str) -> Table:
        rows = [("决策", "依据", "50", "40"), ("产出", "完成率", "50", score)]
        total = ("合计", "", "100", str(40 + int(score)))
        return table(("一级指标", "三级指标", "分值", "得分"), [*rows, total])

    made = ordinary(tables=[of_part("41"), of_part("45")])

    assert findings_of(made, "score-inconsistent") == []
