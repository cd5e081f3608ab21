"""Sums of score tables without a full grid: a wrong total is found, a doubtful one is not judged."""

from __future__ import annotations

from pathlib import Path

from reviewapp.services.precheck_file import check_file
from tests.adapters import pdf_builders as build

ROWS = """
  [决策], [立项依据充分性], [20], [18],
  [产出], [实际完成率], [40], [39],
  [效益], [受益对象满意度], [40], [35],
"""
TOTAL = "[合计], [], [100], [{score}],"


def findings(folder: Path, rows: str, total: str, line: str = "table.hline(),") -> list[str]:
    source = f"""
    表1 评价得分表
    #table(columns: (80pt, 140pt, 60pt, 60pt), stroke: none, {line}
      [一级指标], [三级指标], [分值], [得分], {line} {rows} {total} {line})

    三、存在的问题

    项目实施过程中存在以下问题，需要引起重视，并且逐项认真地加以整改，不得拖延应付了事。
    """
    answer = check_file(build.with_typst(folder / "a.pdf", source), "key-project")
    sums = ("weights-sum", "scores-sum", "score-exceeds-weight")
    return [f["check"] + " " + f["outcome"] for f in answer["findings"] if f["check"] in sums]


def test_a_wrong_total_of_a_three_line_table_is_suspect(tmp_path: Path) -> None:
    assert findings(tmp_path, ROWS, TOTAL.format(score="92")) == []
    assert findings(tmp_path, ROWS, TOTAL.format(score="95")) == ["scores-sum suspect"]


def test_a_row_that_may_be_lost_makes_the_sum_unverifiable(tmp_path: Path) -> None:
    lost = ROWS.replace("[20], [18]", "[20], [见附表]")
    assert findings(tmp_path, lost, TOTAL.format(score="92")) == ["scores-sum unverifiable"]


def test_a_table_without_any_rule_is_summed_too(tmp_path: Path) -> None:
    assert findings(tmp_path, ROWS, TOTAL.format(score="92"), line="") == []
    wrong = findings(tmp_path, ROWS, TOTAL.format(score="95"), line="")
    assert wrong == ["scores-sum suspect"]
