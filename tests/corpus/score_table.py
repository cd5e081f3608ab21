"""The indicators of a report with weights and scores, and the tables that print them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from tests.corpus.model import Table, mark
from tests.corpus.words import Words

# The official frames: 财预〔2020〕10号 annex 2 and 财预〔2013〕53号 annex 2.
FRAMES = {
    "key-project": """决策 项目立项 立项依据充分性 4|决策 项目立项 立项程序规范性 4|决策 绩效目标 绩效目标合理性 3
决策 绩效目标 绩效指标明确性 3|决策 资金投入 预算编制科学性 3|决策 资金投入 资金分配合理性 3
过程 资金管理 资金到位率 4|过程 资金管理 预算执行率 4|过程 资金管理 资金使用合规性 4
过程 组织实施 管理制度健全性 4|过程 组织实施 制度执行有效性 4|产出 产出数量 实际完成率 10
产出 产出质量 质量达标率 10|产出 产出时效 完成及时性 5|产出 产出成本 成本节约率 5
效益 项目效益 社会效益 12|效益 项目效益 可持续影响 8|效益 满意度 服务对象满意度 10""",
    "department": """投入 目标设定 绩效目标合理性 4|投入 目标设定 绩效指标明确性 4|投入 预算配置 在职人员控制率 4
投入 预算配置 重点支出安排率 3|过程 预算执行 预算完成率 5|过程 预算执行 预算调整率 4
过程 预算执行 支付进度率 4|过程 预算管理 管理制度健全性 4|过程 预算管理 资金使用合规性 4
过程 资产管理 固定资产利用率 4|产出 职责履行 实际完成率 10|产出 职责履行 完成及时率 10
产出 职责履行 质量达标率 10|效果 履职效益 社会效益 10|效果 履职效益 可持续影响 10
效果 履职效益 服务对象满意度 10""",
}


@dataclass(frozen=True)
class Leaf:
    first: str
    second: str
    third: str
    weight: Decimal
    score: Decimal


def leaves(kind: str, random: Random, flaws: tuple[str, ...]) -> list[Leaf]:
    """Return indicators whose weights sum to 100, some of which lost points."""
    found = []
    for line in FRAMES[kind].replace("\n", "|").split("|"):
        first, second, third, weight = line.split()
        found.append(Leaf(first, second, third, Decimal(weight), Decimal(weight)))
    if "benefit-weight-low" in flaws:  # ten points move from the output to the process
        outputs = [i for i, leaf in enumerate(found) if leaf.weight == 10][:2]
        inputs = [i for i, leaf in enumerate(found) if leaf.first == "过程"][:2]
        for index in outputs:
            found[index] = replace(found[index], weight=Decimal(4), score=Decimal(4))
        for index in inputs:
            weight = found[index].weight + 6
            found[index] = replace(found[index], weight=weight, score=weight)
    lost = random.sample(range(len(found)), 6)
    for index in lost:
        leaf = found[index]
        part = Decimal(random.choice(["0.5", "1", "1.5", "2", "2.5"]))
        found[index] = replace(leaf, score=max(Decimal(1), leaf.weight - part))
    return found


def total(rows: list[Leaf]) -> Decimal:
    return sum((leaf.score for leaf in rows), Decimal(0))


def dimensions(rows: list[Leaf]) -> dict[str, tuple[Decimal, Decimal]]:
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for leaf in rows:
        weight, score = found.get(leaf.first, (Decimal(0), Decimal(0)))
        found[leaf.first] = (weight + leaf.weight, score + leaf.score)
    return found


def printed(value: Decimal, places: int) -> str:
    return f"{value:.{places}f}" if places else f"{value.normalize():f}"


def rate(weight: Decimal, score: Decimal) -> str:
    return f"{score / weight * 100:.2f}"


def full_table(
    rows: list[Leaf], words: Words, form: str, places: int, unexplained: set[int]
) -> Table:
    """Print all indicators; the rows are marked leaf-0, leaf-1, ... and total.

    `form` has the words merged, long, subtotals, three-line, bare (no repeated header).
    """
    columns = [words.one("tables", name) for name in ("first", "second", "third", "weight")]
    long = "long" in form
    if long:
        columns.append(words.one("tables", "standard"))
    columns += [words.one("tables", "score"), words.one("tables", "reason")]
    lines: list[list[str]] = []
    for index, leaf in enumerate(rows):
        lost = leaf.score < leaf.weight and index not in unexplained
        third = mark(f"leaf-{index}", leaf.third)
        line = [leaf.first, leaf.second, third, printed(leaf.weight, 0)]
        if long:
            line.append(words.one("tables", "standards"))
        reason = words.one("tables", "reasons") if lost else ""
        lines.append([*line, printed(leaf.score, places), reason])
        last = index + 1 == len(rows) or rows[index + 1].first != leaf.first
        if "subtotals" in form and last:
            weight, score = dimensions(rows)[leaf.first]
            label = words.one("tables", "subtotal")
            gap = [""] if long else []
            lines.append([label, "", "", printed(weight, 0), *gap, printed(score, places), ""])
    return Table(
        columns,
        lines,
        [2, 2, 3, 2, 5, 2, 4] if long else [2, 3, 3, 2, 2, 5],
        merged=2 if "merged" in form else 0,
        ruled="three-line" not in form,
        repeat_header="bare" not in form,
        height=34 if long else 0,
    )


def add_total(table: Table, words: Words, weight: str, score: str) -> None:
    label = mark("total", words.one("tables", "total"))
    gap = [""] * (len(table.columns) - 6)
    table.rows.append([label, "", "", weight, *gap, score, ""])


def one_level_table(rows: list[Leaf], words: Words, places: int, wrong: bool, ruled: bool) -> Table:
    """Print the dimensions alone; the first one's score rate is wrong if asked."""
    names = ("first", "weight", "score", "rate")
    lines = []
    for index, (name, (weight, score)) in enumerate(dimensions(rows).items()):
        text = rate(weight, score)
        if wrong and index == 1:
            text = mark("wrong-rate", f"{float(text) - 7:.2f}")
        lines.append([name, printed(weight, 0), printed(score, places), f"{text}%"])
    done = total(rows)
    lines.append(
        [words.one("tables", "total"), "100", printed(done, places), f"{rate(Decimal(100), done)}%"]
    )
    return Table([words.one("tables", name) for name in names], lines, [4, 3, 3, 3], ruled=ruled)
