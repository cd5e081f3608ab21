"""Puts a whole report together as a list of blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reviewapp.demo.writer import annexes, indicators, sources
from reviewapp.demo.writer.model import (
    Block,
    Contents,
    Cover,
    Heading,
    Para,
    ReportSpec,
    Table,
)
from reviewapp.demo.writer.voice import Voice, amount_of

_NUMERALS = "一二三四五六七八九十"
CLIENT = "武汉市蔡甸区财政局"


@dataclass
class Section:
    """A section of the outline with its own blocks before its children."""

    id: str
    heading: str
    blocks: list[Block] = field(default_factory=list)
    children: list[Section] = field(default_factory=list)


def blocks(spec: ReportSpec, seed: int) -> list[Block]:
    """Return the report as blocks: cover, summary, contents, body, annexes."""
    voice = Voice(spec, seed)
    body = [*_body(voice)]
    return [
        _cover(voice),
        *_summary(voice),
        Contents(),
        *body,
        *_signature(voice),
        *annexes.annexes(voice),
    ]


def _cover(voice: Voice) -> Cover:
    slots = voice.slots | {"client": CLIENT}
    fields = tuple((label, slots[slot]) for label, slot in voice.own("cover_labels"))
    return Cover(voice.spec.title, fields, voice.date_on_cover())


def _summary(voice: Voice) -> list[Block]:
    problems = "；".join(
        f"{_count(number)}是{one.title}" for number, one in enumerate(voice.spec.problems)
    )
    advice = "；".join(
        f"{_count(number)}是{one.advice_title}" for number, one in enumerate(voice.spec.problems)
    )
    score = voice.spec.flaws.get("score-inconsistent", voice.slots["score"])
    parts = (
        ("概况", voice.say("summary_intro")),
        ("评价结论", voice.say("summary_conclusion", score=score)),
        ("主要成效", "".join(f"{title}。{text}" for title, text in voice.spec.experience)),
        ("主要问题", f"{problems}。"),
        ("主要建议", f"{advice}。"),
    )
    found: list[Block] = [Heading(1, "摘　要", in_contents=False, page_break=True, centred=True)]
    numbered = voice.style.voice == 1
    for number, (title, text) in enumerate(parts):
        if numbered:
            found.append(Heading(2, f"{_count(number)}、{title}", in_contents=False))
            found.append(Para(text))
        else:
            found.append(Para(f"{title}：{text}"))
    return found


def _body(voice: Voice) -> Iterator[Block]:
    heads = voice.own_headings()
    opening = _department_info if voice.spec.office else _basic_info
    sections = [opening(voice, heads), _work(voice, heads), _conclusion(voice, heads)]
    sections.append(_analysis(voice, heads))
    sections += _experience_and_problems(voice, heads)
    advice = Section("recommendations", heads["recommendations"])
    advice.children = [
        Section("", one.advice_title, [Para(voice.fill(one.advice))]) for one in voice.spec.problems
    ]
    sections.append(advice)
    other = [Para(voice.fill(text)) for text in voice.pick("other_matters")]
    sections.append(Section("other-matters", heads["other-matters"], [*other]))
    return _numbered(_without(sections, voice.spec.flaws.get("section-missing")), 1)


def _without(sections: Sequence[Section], missing: str | None) -> list[Section]:
    kept = [section for section in sections if section.id != missing or not missing]
    for section in kept:
        section.children = _without(section.children, missing)
    return kept


def _numbered(sections: Sequence[Section], level: int) -> Iterator[Block]:
    for number, section in enumerate(sections):
        mark = f"{_count(number)}、" if level == 1 else f"（{_count(number)}）"
        yield Heading(level, mark + section.heading)
        third = 0
        for block in section.blocks:
            if isinstance(block, Heading):
                third += 1
                yield Heading(3, f"{third}．{block.text}", in_contents=False)
            else:
                yield block
        yield from _numbered(section.children, level + 1)


def _count(number: int) -> str:
    return _NUMERALS[number] if number < 10 else "十" + _NUMERALS[number - 10]


def _basic_info(voice: Voice, heads: dict[str, str]) -> Section:
    spec = voice.spec
    overview: list[Block] = [Heading(3, "项目背景"), *_paras(voice, spec.background)]
    overview += [Heading(3, "主要内容及实施情况"), *_listed(voice, spec.content)]
    overview += [Heading(3, "资金投入和使用情况"), *_money(voice)]
    return Section(
        "basic-info",
        heads["basic-info"],
        children=[
            Section("project-overview", heads["project-overview"], overview),
            Section("performance-goals", heads["performance-goals"], _goals(voice)),
        ],
    )


def _department_info(voice: Voice, heads: dict[str, str]) -> Section:
    spec = voice.spec
    office = spec.office
    if office is None:
        raise ValueError(f"{spec.key} is no department's report")
    duties: list[Block] = [*_paras(voice, spec.background), *_listed(voice, office.duties)]
    rooms = "、".join(office.offices)
    duties.append(
        Para(
            f"部门内设{rooms}等机构。核定编制{office.posts}名，{spec.year}年末在职{office.present}名。"
        )
    )
    return Section(
        "department-overview",
        heads["basic-info"],
        children=[
            Section("duties-organization", heads["duties-organization"], duties),
            Section("budget-execution", heads["budget-execution"], _money(voice)),
            Section(
                "department-goals",
                heads["performance-goals"],
                [*_goals(voice), *_listed(voice, spec.content)],
            ),
        ],
    )


def _paras(voice: Voice, texts: Sequence[str]) -> list[Block]:
    return [Para(voice.fill(text)) for text in texts]


def _listed(voice: Voice, texts: Sequence[str]) -> list[Block]:
    return [Para(f"（{number}）{voice.fill(text)}") for number, text in enumerate(texts, 1)]


def _money(voice: Voice) -> list[Block]:
    return [
        Para(voice.say("fund_text")),
        annexes.fund_table(voice),
        Para(voice.say("fund_after")),
    ]


def _goals(voice: Voice) -> list[Block]:
    spec = voice.spec
    rows = [
        (one.name, amount_of(one.plan, one.unit), amount_of(one.actual, one.unit))
        for one in (*spec.quantity, *spec.quality)
    ]
    rows += [(one.name, one.target, one.fact) for one in (spec.timeliness, *spec.benefits)]
    return [
        Para(voice.say("goal_intro")),
        Para(voice.say("goal_table")),
        Table(
            caption="年度绩效指标完成情况表",
            columns=("绩效指标", "目标值", "实际完成情况"),
            widths=(26, 30, 44),
            rows=tuple(rows),
        ),
    ]


def _work(voice: Voice, heads: dict[str, str]) -> Section:
    basis = [*sources.phrases()["common_basis"][voice.spec.kind], *voice.spec.basis]
    if "citation-repealed" in voice.spec.flaws:
        basis.insert(3, voice.spec.flaws["citation-repealed"])
    criteria: list[Block] = [Heading(3, "评价依据"), *_listed(voice, [f"{one}；" for one in basis])]
    criteria += [Heading(3, "评价原则"), Para(voice.fill(voice.own("principles")))]
    criteria += [Heading(3, "评价指标体系"), Para(voice.say("indicator_design"))]
    criteria += [Heading(3, "评价方法"), *_listed(voice, voice.own("methods"))]
    criteria += [Heading(3, "评价标准"), Para(voice.fill(voice.own("standards")))]
    steps: list[Block] = []
    for title, text in voice.own("process_steps"):
        steps += [Heading(3, voice.fill(title)), Para(voice.fill(text))]
    if "placeholder-left" in voice.spec.flaws:
        steps.append(Para(voice.spec.flaws["placeholder-left"]))
    return Section(
        "evaluation-work",
        heads["evaluation-work"],
        children=[
            Section("purpose-scope", heads["purpose-scope"], _paras(voice, voice.pick("purpose"))),
            Section("method-criteria", heads["method-criteria"], criteria),
            Section("work-process", heads["work-process"], steps),
        ],
    )


def _conclusion(voice: Voice, heads: dict[str, str]) -> Section:
    positive = voice.say("positive")
    negative = "，".join(one.title for one in voice.spec.problems[:3])
    first, second = voice.pick("conclusion")
    return Section(
        "conclusion",
        heads["conclusion"],
        [
            Para(voice.fill(first)),
            indicators.conclusion_table(voice),
            Para(voice.fill(second, positive=positive, negative=negative)),
        ],
    )


def _analysis(voice: Voice, heads: dict[str, str]) -> Section:
    ids = ("decision", "process", "output", "benefit")
    intro = "评价工作组依据评分标准，对各项指标逐一分析如下，评分明细见附件1。"
    return Section(
        "indicator-analysis",
        heads["indicator-analysis"],
        [Para(intro)],
        [
            Section(one, heads[one], indicators.analysis(voice, index))
            for index, one in enumerate(ids)
        ],
    )


def _experience_and_problems(voice: Voice, heads: dict[str, str]) -> list[Section]:
    spec = voice.spec
    good: list[Block] = []
    bad: list[Block] = []
    for title, text in spec.experience:
        good += [Heading(3, title), Para(voice.fill(text))]
    for one in spec.problems:
        cause = f"原因分析：{voice.fill(one.cause)}"
        bad += [Heading(3, one.title), Para(voice.fill(one.fact)), Para(cause)]
    merged = voice.style.merged_experience and spec.office is None
    parts = [Section("experience", heads["experience"], good)]
    parts.append(Section("problems" if merged else "experience-problems", heads["problems"], bad))
    if not merged:
        return parts
    return [Section("experience-problems", heads["experience-problems"], children=parts)]


def _signature(voice: Voice) -> list[Block]:
    return [
        Para(f"主评人（签字）：{voice.agency.lead_evaluator}", "plain"),
        Para(f"评价机构（盖章）：{voice.agency.name}", "plain"),
        Para(voice.date_on_cover(), "right"),
    ]
