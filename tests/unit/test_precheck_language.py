"""Annexes, signatures, consultation, names, blocks and advice: what is said, and what is not."""

from __future__ import annotations

import pytest

from reviewapp.domain.document import Box, Document, Line, LineKind, Page, TextLayer
from reviewapp.domain.precheck.finding import Finding, Outcome
from tests.precheck_documents import (
    BODY,
    CONSULTED,
    COVER,
    FILLER,
    document,
    findings_of,
    ordinary,
    page,
    pages_of,
    report_of,
    score_table,
    table,
)


def _scored(*extra: str, **over: object) -> Document:
    return ordinary(*extra, tables=[score_table()], **over)


def _told(finding: Finding) -> tuple[str, str, int | None]:
    return finding.expected, finding.variant, finding.page


def _with(replaced: dict[str, str | tuple[str, ...]], cover: tuple[str, ...] = COVER) -> Document:
    """Return the faultless report with paragraphs replaced by others."""
    texts: list[str] = []
    for text in BODY:
        new = replaced.get(text, text)
        texts += [new] if isinstance(new, str) else new
    return document(page(1, cover), *pages_of(texts), tables=[score_table()])


# -- annexes -----------------------------------------------------------------------------------


def test_a_key_project_report_without_any_score_table_is_told() -> None:
    (finding,) = findings_of(ordinary(), "annex-missing")
    assert _told(finding) == ("indicator-scores", "scores", None)
    assert finding.outcome is Outcome.SUSPECT


def test_a_score_table_that_is_named_but_was_not_read_is_unverifiable() -> None:
    made = document(page(1, COVER), *pages_of(BODY), page(9, ["附件1 指标评分表", FILLER]))
    (finding,) = findings_of(made, "annex-missing")
    assert (finding.variant, finding.outcome) == ("scores-unread", Outcome.UNVERIFIABLE)


@pytest.mark.parametrize(
    ("sentence", "numbers"),
    [
        ("有关明细详见附件8。", ["8"]),
        ("访谈记录见附件二、附件3。", ["2", "3"]),
        ("资料清单详见附表2至附表4。", ["2", "3", "4"]),
        ("问卷与访谈情况（见附录5）已核对，另见附录5。", ["5"]),
        ("附近居民反映良好，附件齐全。", []),
        ("凭证附件3份，附件共2个，均已核对。", []),
        ("评分框架采用财预〔2020〕10号附件2的共性指标。", []),
        ("指标设置按照《项目支出绩效评价管理办法》附件2执行。", []),
        ("目标值取自项目申报书附件3。", []),
        ("有关情况详见附件一览表。", []),
    ],
)
def test_annexes_that_are_cited_and_absent(sentence: str, numbers: list[str]) -> None:
    found = findings_of(_scored(sentence), "annex-missing")
    assert [f.expected for f in found] == numbers
    assert all(f.page and f.outcome is Outcome.SUSPECT for f in found)


@pytest.mark.parametrize(
    "annex",
    [
        "附件2 访谈记录",
        "附件二：访谈记录",
        "附录2 访谈记录",
        "附件2-1 座谈会记录",
        "#附件2",
    ],
)
def test_an_annex_that_stands_under_its_number_is_there(annex: str) -> None:
    made = _scored("访谈情况详见附件2。")
    made = document(*made.pages, page(9, [annex, FILLER]), tables=made.tables)
    assert findings_of(made, "annex-missing") == []


def test_a_caption_or_a_running_header_may_name_the_annex() -> None:
    funds = table(("项目", "金额"), [("甲", "1")], caption="附表2 资金明细表", number=5)
    made = ordinary("资金明细见附表2。", tables=[score_table(), funds])
    assert findings_of(made, "annex-missing") == []
    header = page(9, ["附件3 问卷", FILLER]).lines
    lines = (header[0].__class__(9, header[0].box, "附件3", 9, kind=LineKind.HEADER), header[1])
    made = _scored("问卷见附件3。")
    made = document(*made.pages, Page(9, 595, 842, lines), tables=made.tables)
    assert findings_of(made, "annex-missing") == []


def test_a_list_of_annexes_is_not_the_annexes_but_gives_their_titles() -> None:
    listed = ("附件：", "1．指标评分表", "2．满意度调查分析报告", "3．访谈记录")
    made = _scored("详见附件2、附件3。", *listed)
    made = document(*made.pages, page(9, ["满意度调查分析报告", FILLER]), tables=made.tables)
    assert [f.expected for f in findings_of(made, "annex-missing")] == ["3"]
    beside = ("附件1：指标评分表", "附件2：满意度调查分析报告")
    made = _scored("详见附件2。", FILLER, *beside)
    assert [f.expected for f in findings_of(made, "annex-missing")] == ["2"]


LIST = ("附件：", "城区道路养护项目绩效评价指标评分表", "问卷调查分析报告", "现场核查照片")


def _with_annex(*lines: str, made: Document) -> list[tuple[str, str, str]]:
    whole = document(*made.pages, page(9, [*lines, FILLER]), tables=made.tables)
    return [(f.expected, f.variant, f.outcome) for f in findings_of(whole, "annex-missing")]


def test_a_list_without_numbers_is_held_against_what_stands_in_the_file() -> None:
    there = _with_annex("问卷调查分析报告", "现场核查照片", made=_scored(*LIST))
    longer = _with_annex("满意度问卷调查分析报告", "现场核查照片", made=_scored(*LIST))
    assert there == longer == []
    # The table counts by what it is, pictures cannot be missed for certain.
    assert _with_annex("其他", made=_scored(*LIST)) == [
        ("问卷调查分析报告", "title", Outcome.SUSPECT),
        ("现场核查照片", "title-unread", Outcome.UNVERIFIABLE),
    ]
    assert _with_annex("满意度问卷情况", "核查照片", made=_scored(*LIST)) == [
        ("问卷调查分析报告", "title-unread", Outcome.UNVERIFIABLE),
        ("现场核查照片", "title-unread", Outcome.UNVERIFIABLE),
    ]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("调查情况详见附件《满意度调查分析报告》。", ["满意度调查分析报告"]),
        ("访谈情况（《访谈记录汇总》见附件）支持这一判断。", ["访谈记录汇总"]),
        ("访谈情况详见附件：访谈记录汇总，支持这一判断。", ["访谈记录汇总"]),
        # A rule, another document's annex, and what the text itself is called.
        ("依据附件《道路养护管理办法》执行。", []),
        ("按照《养护合同》附件《养护工作量清单》实施。", []),
        ("附件：请见下文各节的说明，另有资料备查。", []),
    ],
)
def test_annexes_that_the_text_names_by_their_titles(text: str, titles: list[str]) -> None:
    found = findings_of(_scored(text), "annex-missing")
    assert [finding.expected for finding in found] == titles
    made = _scored(text)
    assert _with_annex(*titles, made=made) == []


@pytest.mark.parametrize(
    "lines",
    [
        ("附件：", "访谈记录汇总", FILLER),  # at the head of a page: the annex itself
        (FILLER, "附件：访谈记录汇总", FILLER),  # and one that goes on below its label
        (FILLER, "附：", "访谈记录汇总", FILLER),
        (FILLER, "附件：", "1．指标评分表", "主评人（签字）："),
        (FILLER, "附件：", "评价机构（盖章）："),
    ],
)
def test_a_label_that_opens_an_annex_is_no_list_of_annexes(lines: tuple[str, ...]) -> None:
    made = _scored()
    whole = document(*made.pages, page(9, lines), tables=made.tables)
    assert findings_of(whole, "annex-missing") == []


def test_an_annex_named_twice_is_one_finding_and_a_title_at_a_pages_head_is_the_annex() -> None:
    twice = ("情况详见附件《满意度调查分析报告》。", FILLER, "附件清单：", "满意度调查分析报告")
    (finding,) = findings_of(_scored(*twice), "annex-missing")
    assert (finding.expected, finding.page) == ("满意度调查分析报告", 2 + len(BODY) // 16)
    assert _with_annex("附件：满意度调查分析报告", made=_scored(*twice)) == []
    assert _with_annex("附件：访谈记录汇总", made=_scored()) == []


def test_annexes_bound_apart_and_pages_without_text_cannot_be_missed() -> None:
    (finding,) = findings_of(_scored("访谈记录见附件4，附件另册装订。"), "annex-missing")
    assert (finding.variant, finding.outcome) == ("apart", Outcome.UNVERIFIABLE)
    made = _scored("访谈记录见附件4。")
    scanned = Page(9, 595, 842, (), TextLayer.SCANNED)
    (finding,) = findings_of(document(*made.pages, scanned, tables=made.tables), "annex-missing")
    assert (finding.variant, finding.outcome) == ("unread", Outcome.UNVERIFIABLE)


# -- signatures --------------------------------------------------------------------------------

_UNSIGNED = COVER[:5]


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        ((), "主评人、公章"),
        (("主评人（签字）：", "评价机构（盖章）："), None),
        (("主评人签名", "评价机构公章"), None),
        (("主评人：王某", "（盖章）"), None),
        (("第一主评人（签章）：", "中衡会计师事务所（公章）"), None),
        (("项目负责人（签字）：", "第三方机构（加盖公章）："), None),
        (("主评人：",), "公章"),
        (("评价机构（盖章）：中衡会计师事务所",), "主评人"),
        (("主评人：", "被评价单位（盖章）："), "公章"),
        (("主评人：", "项目单位填报人（公章）："), "公章"),
        (("报告须经主评人签字并加盖机构公章后生效。",), "主评人、公章"),
        (("评价组由主评人一名、成员四名组成，均有五年以上经验。",), "主评人、公章"),
    ],
)
def test_labels_for_signature_and_seal(lines: tuple[str, ...], missing: str | None) -> None:
    made = _scored(*lines, cover=_UNSIGNED)
    found = findings_of(made, "signature-missing")
    assert [f.expected for f in found] == ([missing] if missing else [])


def test_a_label_close_below_a_paragraph_is_no_part_of_its_sentence() -> None:
    texts = ("受时间和资料所限，个别数据以被评价单位的统计口径为准，特此予以说明。", "主评人签名：")
    boxes = (Box(72, 60, 590, 72), Box(72, 80, 144, 92))  # the first line is full
    lines = [Line(9, box, text, 12.0) for box, text in zip(boxes, texts, strict=True)]
    made = _scored("评价机构（盖章）：", cover=_UNSIGNED)
    made = document(*made.pages, Page(9, 595, 842, tuple(lines)), tables=made.tables)
    assert any("说明。主评人" in paragraph.text for paragraph in report_of(made).paragraphs)
    assert findings_of(made, "signature-missing") == []


def test_a_signature_may_stand_on_a_page_that_was_not_read() -> None:
    made = _scored(cover=_UNSIGNED)
    scanned = Page(9, 595, 842, (), TextLayer.SCANNED)
    (finding,) = findings_of(
        document(*made.pages, scanned, tables=made.tables), "signature-missing"
    )
    assert (finding.outcome, finding.variant) == (Outcome.UNVERIFIABLE, "unread")


# -- consultation ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "there"),
    [
        ("初稿形成后，书面征求了被评价单位的意见。", True),
        ("评价组与项目单位就初步结论充分交换意见后定稿。", True),
        ("报告初稿送主管部门核实确认，收到复函一份。", True),
        ("被评价单位书面回复无异议。", True),
        ("报告提交前送被评价单位审阅，其认可评价结论。", True),
        ("附有征求意见反馈及采纳情况表。", True),
        ("各单位反馈意见共5条，采纳4条。", True),
        ("评价组制定方案后开展现场评价，在讨论的基础上完成报告。", False),
        ("走访时征求了群众对公交线路的意见。", False),
        ("问卷中受访居民反馈意见集中在停车方面。", False),
        ("评价方案征求了专家意见后印发。", False),
        ("因时间所限，未征求被评价单位意见。", False),
        ("本次评价尚未与项目单位交换意见。", False),
        ("现场勘验记录由三方签字盖章确认。", False),
        ("报告初稿经项目单位盖章确认。", True),
        ("工作推进中注意听取基层意见。", False),
    ],
)
def test_traces_of_the_consultation(sentence: str, there: bool) -> None:
    found = findings_of(_with({CONSULTED: sentence}), "consultation-missing")
    assert [f.outcome for f in found] == ([] if there else [Outcome.SUSPECT])


# -- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("综上，北岭县污水处理厂扩建项目的实施总体规范。", "北岭县污水处理厂扩建项目"),
        ("对于西河县学生营养改善计划项目，评价组认为合规。", "西河县学生营养改善计划项目"),
        ("南坪县水务局制定了管理制度，责任明确。", "南坪县水务局"),
        ("总体看，学生营养改善项目达到了预期效果。", "学生营养改善项目"),
        ("云阳县老旧小区改造项目改善了居民居住条件。", "云阳县老旧小区改造项目"),
        # What is right: its own name, others on purpose, the bodies above, documents.
        ("综上，城区道路养护项目的实施总体规范。", None),
        ("总体看，该项目达到了预期效果。", None),
        ("总体看，道路养护工程质量较好。", None),
        ("河东区城市管理局制定了管理制度。", None),
        ("建议借鉴北岭县道路养护项目的经验。", None),
        ("与南坪县同类项目相比，养护成本较低。", None),
        ("临江市财政局组织了年度检查。", None),
        ("西河县人民政府《关于加强养护的通知》仍可参考。", None),
        ("全区道路养护项目均已验收，各县项目稳步推进。", None),
        ("项目由区市政管理所组织实施，访谈区财政局两次。", None),
    ],
)
def test_names_of_other_projects_and_units(sentence: str, name: str | None) -> None:
    found = findings_of(_scored(sentence), "name-inconsistent")
    assert [f.found for f in found] == ([name] if name else [])


def test_a_place_that_stands_often_belongs_to_the_matter() -> None:
    often = [f"石桥县水务局承担第{n}标段的养护。" for n in "一二三"]
    assert findings_of(_scored(*often), "name-inconsistent") == []
    assert len(findings_of(_scored(often[0]), "name-inconsistent")) == 1


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("学生营养改善项目支出绩效评价报告", 1),
        ("城区道路养护项目绩效评价报告", 0),
        ("绩效评价报告", 0),
        ("中衡会计师事务所绩效评价报告", 0),
    ],
)
def test_a_running_header_that_names_another_report(header: str, found: int) -> None:
    made = _scored()
    line = made.pages[1].lines[0]
    above = line.__class__(2, line.box, header, 9, kind=LineKind.HEADER)
    second = Page(2, 595, 842, (above, *made.pages[1].lines))
    made = document(made.pages[0], second, *made.pages[2:], tables=made.tables)
    assert len(findings_of(made, "name-inconsistent")) == found


# -- blocks ------------------------------------------------------------------------------------


def _block(heading: str, *texts: str) -> Document:
    at = BODY.index(heading)
    return document(
        page(1, COVER),
        *pages_of([*BODY[: at + 1], *texts, *BODY[at + 2 :]]),
        tables=[score_table()],
    )


@pytest.mark.parametrize(
    ("heading", "text", "other"),
    [
        ("（二）项目过程情况", "产出类指标分值30分，得分28分，得分率93.33%。", "output"),
        ("（三）项目产出情况", "项目决策指标主要从立项和目标两方面评价，得分18分。", "decision"),
        ("（一）项目决策情况", "从效益方面来看，项目社会效益明显。", "benefit"),
        ("（三）项目产出情况", "本部分评价效益情况，效益指标满分25分，得23分。", "benefit"),
        ("（二）项目过程情况", "产出指标的评价结果显示，各项要求得到落实。", "output"),
        ("（四）项目效益情况", "立项依据充分性得4分，立项程序规范性得3分。", "decision"),
        # Right: its own block, a comparison, a word in passing, one indicator alone.
        ("（二）项目过程情况", "过程类指标分值30分，得分28分，得分率93.33%。", None),
        ("（二）项目过程情况", "产出指标分值30分，过程指标分值20分，失分集中在后者。", None),
        ("（三）项目产出情况", "项目决策过程规范，产出任务按期完成。", None),
        ("（三）项目产出情况", "各项任务全部完成，为效益发挥打下基础。", None),
        ("（四）项目效益情况", "预算执行率较高，群众满意度为92%。", None),
        ("（四）项目效益情况", "预算执行率为98.2%，资金使用合规。", None),
        ("（一）项目决策情况", "产出指标设置明确，效益指标包括社会效益，可衡量。", None),
        ("（一）项目决策情况", "管理制度由主管部门制定，投入与产出相匹配。", None),
    ],
)
def test_blocks_that_speak_of_another(heading: str, text: str, other: str | None) -> None:
    found = findings_of(_block(heading, text), "block-mislabelled")
    assert [f.found for f in found] == ([other] if other else [])


def test_a_heading_of_two_blocks_may_speak_of_both() -> None:
    texts = ["（三）项目产出及效益情况" if t == "（三）项目产出情况" else t for t in BODY]
    at = texts.index("（三）项目产出及效益情况")
    texts[at + 1] = "效益类指标分值30分，得分28分。"
    del texts[at + 2 : at + 4]
    made = document(page(1, COVER), *pages_of(texts), tables=[score_table()])
    assert findings_of(made, "block-mislabelled") == []


# -- problems and advice -----------------------------------------------------------------------

_PROBLEMS = (
    "（一）绩效指标设置不够细化",
    "部分指标缺少可衡量的数值，原因是申报人员培训不足。",
    "（二）档案资料管理不规范",
    "抽查的验收资料缺少签字，档案职责没有落实到人。",
    "（三）预算执行进度偏慢",
    "资金支付集中在下半年，采购准备不充分。",
)
_FIRST = ("（一）细化绩效指标设置", "逐项补充可衡量的指标值。")
_SECOND = ("（二）规范档案资料管理", "统一验收资料的格式，明确岗位。")
_THIRD = ("（三）加快预算执行进度", "提前做好采购准备，按季度考核支付。")


def _advised(advice: tuple[str, ...], problems: tuple[str, ...] = _PROBLEMS) -> Document:
    texts = list(BODY)
    at = texts.index("五、主要经验及做法、存在的问题及原因分析")
    end = texts.index("六、有关建议")
    texts = [*texts[: at + 1], *problems, texts[end], *advice]
    return document(page(1, COVER), *pages_of(texts), tables=[score_table()])


@pytest.mark.parametrize(
    ("advice", "left"),
    [
        ((*_FIRST, *_SECOND, *_THIRD), []),
        ((*_FIRST, *_SECOND), ["预算执行进度偏慢"]),
        ((*_SECOND, *_THIRD), ["绩效指标设置不够细化"]),
        # Another order, other words for the same matter, two problems answered at once.
        ((*_THIRD, *_SECOND, *_FIRST), []),
        ((*_FIRST, *_SECOND, "（三）提高资金支付的均衡性", "按季度下达计划。"), []),
        ((*_FIRST, "（二）规范档案和预算执行", "明确岗位，加快支付。"), []),
        # General advice, that answers problem by problem nowhere, is not judged.
        (("进一步提高认识，切实改进工作作风，确保取得更大实效，不断开创新的局面。",), []),
    ],
)
def test_problems_without_an_answer(advice: tuple[str, ...], left: list[str]) -> None:
    found = findings_of(_advised(advice), "problem-without-advice")
    assert [f.found for f in found] == left
    assert all(f.page is not None for f in found)


def test_experience_is_no_problem_and_lists_inside_a_paragraph_count() -> None:
    problems = (
        "（一）主要经验及做法",
        "1．推行清单管理",
        "任务落实到岗。",
        "（二）存在的主要问题",
        "一是绩效指标设置不够细化；二是档案资料管理不规范；三是预算执行进度偏慢。",
    )
    both = _advised((*_FIRST, *_SECOND), problems)
    (finding,) = findings_of(both, "problem-without-advice")
    assert finding.found.startswith("预算执行进度偏慢")


def test_one_section_may_hold_problems_and_advice() -> None:
    texts = list(BODY[: BODY.index("五、主要经验及做法、存在的问题及原因分析")])
    texts += ["五、存在的问题及有关建议", *_PROBLEMS]
    advice = ("（四）细化绩效指标设置", _FIRST[1], "（五）规范档案资料管理", _SECOND[1])
    made = document(page(1, COVER), *pages_of([*texts, *advice]), tables=[score_table()])
    (finding,) = findings_of(made, "problem-without-advice")
    assert finding.found == "预算执行进度偏慢"
