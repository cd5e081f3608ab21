"""Documents and reports that the tests of the precheck make for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reviewapp.adapters import nlp, rule_files
from reviewapp.domain.document import (
    Box,
    Cell,
    Document,
    Line,
    Page,
    Row,
    Table,
    TextLayer,
)
from reviewapp.domain.precheck import suite
from reviewapp.domain.precheck.finding import Finding
from reviewapp.domain.precheck.report import Report, build
from tests.adapters.pdf_builders import with_typst

SIZE, STEP, LEFT = 12.0, 42.0, 72.0
TITLE = "2024年度城区道路养护项目绩效评价报告"
CONSULTED = "报告初稿书面征求了被评价单位的意见，对反馈意见逐条核实，采纳情况记入了工作底稿。"
FILLER = "评价组查阅了资料并核对了账目，到现场看过实施情况，与有关单位座谈，形成了以上判断。"


def page(number: int, texts: Sequence[str], layer: TextLayer = TextLayer.GOOD) -> Page:
    """Return a page on which each text is a paragraph of one line; larger ones begin with #."""
    lines = []
    for at, text in enumerate(texts):
        size = 22.0 if text.startswith("#") else SIZE
        words = text.removeprefix("#")
        y = 60 + at * STEP
        box = Box(LEFT, y, LEFT + size * len(words), y + size)
        lines.append(Line(number, box, words, size))
    return Page(number, 595, 842, tuple(lines), layer)


def document(*pages: Page, tables: Sequence[Table] = (), **over: object) -> Document:
    """Return a document of these pages."""
    whole = Document("0" * 64, "r.pdf", 1, "test", pages, tuple(tables))
    return replace(whole, **over)  # type: ignore[arg-type]


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    *,
    number: int = 3,
    caption: str = "",
    uncertain: bool = False,
) -> Table:
    """Return a table in which an empty cell is drawn and None would be merged away."""
    made: list[Row] = []
    for at, texts in enumerate(rows):
        y = 300 + 20 * at
        cells = []
        for i, text in enumerate(texts):
            box = None if text is None else Box(72 + 60 * i, y, 130 + 60 * i, y + 18)
            cells.append(Cell(made[-1].cells[i].text if text is None else text, number, box))
        made.append(Row(tuple(cells), number, Box(72, y, 500, y + 18)))
    return Table(
        "t1", number, number, made[0].box, tuple(columns), tuple(made), caption, 1, uncertain
    )


COVER = (
    f"#{TITLE}",
    "项目单位：河东区市政管理所",
    "主管部门：河东区城市管理局",
    "评价机构：中衡会计师事务所",
    "2025年6月",
    "主评人（签字）：",
    "评价机构（盖章）：",
)

BODY = (
    "一、基本情况",
    "（一）项目概况",
    FILLER,
    "（二）项目绩效目标",
    FILLER,
    "二、绩效评价工作开展情况",
    "（一）绩效评价目的、对象和范围",
    FILLER,
    "（二）评价原则、指标体系、评价方法、评价标准",
    FILLER,
    "（三）绩效评价工作过程",
    CONSULTED,
    "三、综合评价情况及评价结论",
    "项目综合得分为86.5分，评价等级为“良”。",
    FILLER,
    "四、绩效评价指标分析",
    "（一）项目决策情况",
    FILLER,
    "（二）项目过程情况",
    FILLER,
    "（三）项目产出情况",
    FILLER,
    "（四）项目效益情况",
    FILLER,
    "五、主要经验及做法、存在的问题及原因分析",
    FILLER,
    "六、有关建议",
    FILLER,
)


def body(*, without: Sequence[str] = (), **replaced: str) -> list[str]:
    """Return the body's paragraphs without some, and with others after `after_N` (an index)."""
    made = [text for text in BODY if text not in without]
    for name, text in sorted(replaced.items(), reverse=True):
        made.insert(int(name.removeprefix("after_")), text)
    return made


def pages_of(texts: Sequence[str], first: int = 2, per_page: int = 16) -> list[Page]:
    """Spread paragraphs over pages."""
    return [
        page(first + n, texts[at : at + per_page])
        for n, at in enumerate(range(0, len(texts), per_page))
    ]


def report_of(made: Document, kind: str = "key-project") -> Report:
    """Return what the precheck understands of a document."""
    rules = rule_files.load()
    reader = nlp.heading_reader(rules.outlines[kind], rules.language.headings)
    return build(made, kind, rules, reader)


def findings_of(made: Document, check: str, kind: str = "key-project") -> list[Finding]:
    """Return what one check finds in a document."""
    report, rules = report_of(made, kind), rule_files.load()
    return [f for run in suite.run_all(report, rules) if run.id == check for f in run.findings]


def all_findings(made: Document, kind: str = "key-project") -> list[Finding]:
    """Return what all checks find in a document."""
    report, rules = report_of(made, kind), rule_files.load()
    return [finding for run in suite.run_all(report, rules) for finding in run.findings]


def ordinary(*extra: str, cover: Sequence[str] = COVER, **over: object) -> Document:
    """Return a faultless report with `extra` paragraphs at its end."""
    tables = over.pop("tables", ())
    return document(page(1, cover), *pages_of([*BODY, *extra]), tables=tables, **over)  # type: ignore[arg-type]


SCORE_COLUMNS = ("一级指标", "三级指标", "分值", "得分")
SCORE_ROWS = (
    ("决策", "立项依据充分性", "20", "18"),
    ("过程", "预算执行率", "20", "17.5"),
    ("产出", "实际完成率", "30", "26"),
    ("效益", "社会效益", "30", "25"),
)


def score_table(
    total: Sequence[str] = ("合计", "", "100", "86.5"), rows: Sequence[Sequence[str]] = SCORE_ROWS
) -> Table:
    """Return a score table of four indicators with its total row."""
    return table(SCORE_COLUMNS, [*rows, total], caption="表1 绩效评价指标评分表")


def set_report(path: Path, *, without: str = "", extra: str = "", score: str = "86.5") -> Path:
    """Set a whole report with Typst: cover, contents, body, score table, page numbers."""
    blocks = [
        f"= {text}" if text[1] == "、" else f"== {text}" if text[0] == "（" else text
        for text in BODY
        if text != without
    ]
    rows = "".join(f"[{cell}]," for row in SCORE_ROWS for cell in row)
    source = f"""
#set page(numbering: "1", margin: 2.5cm)
#align(center)[#text(22pt)[{TITLE}]]
#v(2cm)
{"#linebreak()".join(COVER[1:])}
#pagebreak()
#align(center)[目录]
#outline(title: none)
#pagebreak()
{chr(10).join(b + chr(10) for b in blocks)}
表1 绩效评价指标评分表
#table(columns: 4,
{"".join(f"[{c}]," for c in SCORE_COLUMNS)}{rows}[合计],[],[100],[{score}])

{extra}
"""
    return with_typst(path, source)
