"""What a report says of its indicators: the score table, the analysis, the table of the conclusion."""

from __future__ import annotations

from decimal import Decimal

from reviewapp.demo.writer import figures, sources
from reviewapp.demo.writer.figures import Line
from reviewapp.demo.writer.model import Block, Heading, Para, Table
from reviewapp.demo.writer.voice import Voice, amount_of

_SCORES = ("一级指标", "二级指标", "三级指标", "分值", "得分", "评分说明")


def score_table(voice: Voice) -> Table:
    """Return the table of all indicators with its total, planted flaws of sums included."""
    rows = []
    flaws = voice.spec.flaws
    for line in voice.lines:
        weight, score = line.weight, line.score
        if flaws.get("weights-sum") == line.name:
            weight += 2
        if flaws.get("scores-sum") == line.name:
            score -= 1
        cells = [line.first, line.second, line.name, voice.points(weight), voice.points(score)]
        rows.append((*cells, reason(voice, line)))
    full = voice.points(Decimal(100))
    rows.append(("合计", "", "", full, voice.points(voice.score), ""))
    wide = voice.style.wide_scores
    return Table(
        caption=f"{voice.slots['title_short']}绩效评价指标体系及得分表",
        columns=_SCORES,
        widths=(9, 11, 16, 7, 8, 70) if wide else (8, 10, 15, 8, 8, 42),
        rows=tuple(rows),
        numeric=(3, 4),
        merged=2,
        wide=wide,
    )


def reason(voice: Voice, line: Line) -> str:
    """Return the remark of the score table."""
    if line.problem is not None:
        text = f"{line.problem.title}：{voice.fill(line.problem.fact)}"
        return text + f"扣{voice.points(line.loss)}分。"
    return finding(voice, line)


def finding(voice: Voice, line: Line) -> str:
    """Return what was found of an indicator, with the points lost where some were."""
    if line.problem is not None:
        text = voice.fill(line.problem.fact)
    elif line.measured is not None:
        one = line.measured
        share = figures.percent(one.actual, one.plan)
        text = voice.say(
            "measured_ok" if one.actual >= one.plan else "measured_low",
            item=one.name,
            plan=amount_of(one.plan, one.unit),
            actual=amount_of(one.actual, one.unit),
            pct=f"{share}%",
        )
    elif line.described is not None:
        one_of = line.described
        text = voice.say("described_ok", target=one_of.target, fact=one_of.fact)
    elif line.name.endswith("满意度"):
        text = voice.say("satisfaction_text")
    else:
        text = voice.fill(voice.rng.choice(sources.phrases()["indicators"][line.name]))
    if line.loss > 0:
        return voice.say("lost", text=text, loss=voice.points(line.loss))
    return text


def conclusion_table(voice: Voice) -> Table:
    """Return points by first-level indicator with the total."""
    rows = []
    for first, lines in voice.by_first():
        weight = sum((line.weight for line in lines), Decimal(0))
        got = figures.total(lines)
        share = figures.percent(got, weight)
        rows.append((first, voice.points(weight), voice.points(got), f"{share}%"))
    score = voice.score
    rate = f"{figures.percent(score, Decimal(100))}%"
    rows.append(("合计", voice.points(Decimal(100)), voice.points(score), rate))
    return Table(
        caption="绩效评价得分汇总表",
        columns=("一级指标", "分值", "得分", "得分率"),
        widths=(30, 20, 20, 20),
        rows=tuple(rows),
        numeric=(1, 2, 3),
    )


def analysis(voice: Voice, index: int) -> list[Block]:
    """Return the analysis of the first-level indicator `index`, by second level."""
    first, lines = voice.by_first()[index]
    weight = sum((line.weight for line in lines), Decimal(0))
    got = figures.total(lines)
    seconds = list(dict.fromkeys(line.second for line in lines))
    intro = voice.rng.choice(sources.phrases()["dimension_intro"]["decision"])
    blocks: list[Block] = [
        Para(
            voice.fill(
                intro,
                first=first,
                seconds="、".join(seconds),
                weight=voice.points(weight),
                got=voice.points(got),
                share=f"{figures.percent(got, weight)}%",
                count=str(len(lines)),
            )
        )
    ]
    for second in seconds:
        blocks.append(Heading(3, second))
        for line in lines:
            if line.second == second:
                blocks.append(Para(_analysed(voice, line)))
    return blocks


def _analysed(voice: Voice, line: Line) -> str:
    weight, got = voice.points(line.weight), voice.points(line.score)
    text = finding(voice, line)
    if voice.style.voice == 1:
        return f"{line.name}（分值{weight}分，得{got}分）。{text}"
    if voice.style.voice == 2:
        return f"“{line.name}”指标：{text}该项分值{weight}分，得{got}分。"
    return f"{line.name}。{text}该指标分值{weight}分，得{got}分。"
