"""The annexes of a report."""

from __future__ import annotations

from decimal import Decimal

from reviewapp.demo.writer import figures, sources
from reviewapp.demo.writer.indicators import score_table
from reviewapp.demo.writer.model import Block, Heading, Para, Table
from reviewapp.demo.writer.voice import Voice

_OPTIONS = ("非常满意", "满意", "基本满意", "不太满意", "不满意")


def annexes(voice: Voice) -> list[Block]:
    """Return all annexes in order, each on a new page."""
    parts: tuple[tuple[str, list[Block]], ...] = (
        ("绩效评价指标体系及得分表", [score_table(voice)]),
        ("资金明细表", _funds(voice)),
        ("满意度调查问卷及分析", _survey(voice)),
        ("访谈记录", _interviews(voice)),
        ("评价发现问题清单", _problems(voice)),
        ("征求意见反馈及采纳情况表", _feedback(voice)),
        ("评价资料清单及评价工作组成员", _materials(voice)),
    )
    blocks: list[Block] = []
    for number, (title, content) in enumerate(parts, 1):
        blocks.append(Heading(1, f"附件{number}：{title}", page_break=True))
        blocks += content
    return blocks


def fund_table(voice: Voice) -> Table:
    """Return budget and spending by use, with their total."""
    rows = [
        (
            str(number),
            line.item,
            f"{line.budget:.2f}",
            f"{line.spent:.2f}",
            f"{figures.percent(line.spent, line.budget)}%",
        )
        for number, line in enumerate(voice.spec.funds, 1)
    ]
    spec = voice.spec
    rows.append(("", "合计", f"{spec.budget:.2f}", f"{spec.spent:.2f}", voice.slots["rate"]))
    return Table(
        caption=f"{spec.year}年资金预算及执行情况表",
        columns=("序号", "支出内容", "预算数", "执行数", "执行率"),
        widths=(8, 40, 18, 18, 16),
        rows=tuple(rows),
        numeric=(2, 3, 4),
        unit="单位：万元",
    )


def _funds(voice: Voice) -> list[Block]:
    """Return spending by quarter; the quarters of a line add up to its spending."""
    rows = []
    sums = [Decimal(0)] * 4
    for line in voice.spec.funds:
        shares = [voice.rng.randint(8, 20), voice.rng.randint(15, 28), voice.rng.randint(18, 30)]
        parts = [(line.spent * share / 100).quantize(Decimal("0.01")) for share in shares]
        parts.append(line.spent - sum(parts, Decimal(0)))
        sums = [one + part for one, part in zip(sums, parts, strict=True)]
        rows.append((line.item, *(f"{part:.2f}" for part in parts), f"{line.spent:.2f}"))
    rows.append(("合计", *(f"{one:.2f}" for one in sums), f"{voice.spec.spent:.2f}"))
    return [
        Para(voice.say("fund_after")),
        Table(
            caption=f"{voice.spec.year}年分季度支出明细表",
            columns=("支出内容", "第一季度", "第二季度", "第三季度", "第四季度", "全年支出"),
            widths=(34, 13, 13, 13, 13, 14),
            rows=tuple(rows),
            numeric=(1, 2, 3, 4, 5),
            unit="单位：万元",
        ),
    ]


def _survey(voice: Voice) -> list[Block]:
    survey = voice.spec.survey
    counts = [_shaken(voice, index) for index in range(len(survey.questions))]
    scores = [sum(n * w for n, w in zip(row, (5, 4, 3, 2, 1), strict=True)) for row in counts]
    best = survey.questions[scores.index(max(scores))]
    worst = survey.questions[scores.index(min(scores))]
    rows = [
        (str(number), text, *(str(count) for count in row))
        for number, (text, row) in enumerate(zip(survey.questions, counts, strict=True), 1)
    ]
    rows.append(("", "综合评价", *(str(count) for count in survey.options)))
    blocks: list[Block] = [
        Para(voice.say("survey_intro")),
        Para(voice.say("survey_rule")),
        Table(
            caption="满意度调查结果统计表",
            columns=("题号", "调查内容", *_OPTIONS),
            widths=(8, 36, 12, 11, 12, 12, 11),
            rows=tuple(rows),
            numeric=(2, 3, 4, 5, 6),
            unit="单位：份",
        ),
        Para(voice.say("survey_after", best=best, worst=worst)),
        Para("调查问卷（样卷）", "centre"),
        Para(voice.fill(sources.phrases()["survey_letter"])),
    ]
    options = "；".join(f"{mark}．{one}" for mark, one in zip("ABCDE", _OPTIONS, strict=True))
    for number, text in enumerate((*survey.questions, "总体情况"), 1):
        blocks += [Para(f"{number}．您对“{text}”的评价是："), Para(options)]
    blocks.append(Para(f"{len(survey.questions) + 2}．您还有哪些意见和建议？"))
    return blocks


def _shaken(voice: Voice, index: int) -> list[int]:
    """Return counts near the overall ones for one question, with the same number of answers."""
    row = list(voice.spec.survey.options)
    for _turn in range(index + 1):
        source, target = voice.rng.sample(range(3), 2)
        moved = min(row[source], voice.rng.randint(0, 2))
        row[source] -= moved
        row[target] += moved
    return row


def _interviews(voice: Voice) -> list[Block]:
    blocks: list[Block] = [Para(voice.say("interview_intro"))]
    for number, one in enumerate(voice.spec.interviews, 1):
        answer = voice.fill(one.answer)
        if number == 1 and "pii-phone" in voice.spec.flaws:
            answer += voice.spec.flaws["pii-phone"]
        rows = (
            ("受访对象", one.who),
            ("访谈时间", f"{voice.slots['y1']}年{voice.slots['m1']}月{6 + 4 * number}日"),
            ("访谈方式", "面对面访谈"),
            ("问题", voice.fill(one.question)),
            ("回答要点", answer),
        )
        blocks.append(
            Table(
                caption=f"访谈记录（{number}）",
                columns=("项目", "内容"),
                widths=(18, 82),
                rows=rows,
            )
        )
    return blocks


def _problems(voice: Voice) -> list[Block]:
    deadlines = ("6月底前", "9月底前", "12月底前", "次年预算编制时")
    rows = []
    for number, one in enumerate(voice.spec.problems, 1):
        line = next(line for line in voice.lines if line.name == one.indicator)
        rows.append(
            (
                str(number),
                one.title,
                one.indicator,
                voice.points(line.loss),
                one.advice_title,
                voice.spec.unit,
                deadlines[number % len(deadlines)],
            )
        )
    return [
        Table(
            caption="评价发现问题及整改建议清单",
            columns=("序号", "问题", "对应指标", "扣分", "整改建议", "责任单位", "建议时限"),
            widths=(7, 22, 16, 8, 22, 18, 12),
            rows=tuple(rows),
            numeric=(3,),
        )
    ]


def _feedback(voice: Voice) -> list[Block]:
    rows = [
        (str(number), *(voice.fill(text) for text in row))
        for number, row in enumerate(sources.phrases()["feedback"], 1)
    ]
    return [
        Para(voice.say("feedback_intro")),
        Table(
            caption="征求意见采纳情况表",
            columns=("序号", "反馈意见", "采纳情况", "处理说明"),
            widths=(8, 38, 14, 40),
            rows=tuple(rows),
        ),
    ]


def _materials(voice: Voice) -> list[Block]:
    phrases = sources.phrases()
    listed = [
        (str(number), *(voice.fill(text) for text in row))
        for number, row in enumerate(phrases["materials"], 1)
    ]
    team = [
        (str(number), voice.agency.lead_evaluator if number == 1 else "（略）", *row)
        for number, row in enumerate(phrases["team"], 1)
    ]
    return [
        Table(
            caption="评价资料清单",
            columns=("序号", "类别", "资料名称", "提供单位", "形式"),
            widths=(8, 18, 42, 20, 12),
            rows=tuple(listed),
        ),
        Table(
            caption="评价工作组成员及分工",
            columns=("序号", "姓名", "岗位", "职称", "分工"),
            widths=(8, 14, 14, 16, 48),
            rows=tuple(team),
        ),
    ]
