"""Composes a report from a spec: the same spec gives the same blocks and the same truth."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from tests.corpus import score_table
from tests.corpus.model import (
    Block,
    Contents,
    Cover,
    Flaw,
    Heading,
    Made,
    Para,
    Spec,
    bare,
    mark,
)
from tests.corpus.numbering import Numbering
from tests.corpus.personal import bank_card, id_number, phone
from tests.corpus.words import Words, data

_OUTLINES = {
    "key-project": [
        ("basic-info", ["project-overview", "funds", "performance-goals"]),
        ("evaluation-work", ["purpose-scope", "method-criteria", "work-process"]),
        ("conclusion", []),
        ("indicator-analysis", ["decision", "process", "output", "benefit"]),
        ("experience-problems", []),
        ("recommendations", []),
        ("other-matters", []),
    ],
    "department": [
        ("department-overview", ["duties-organization", "budget-execution", "department-goals"]),
        ("evaluation-work", []),
        ("conclusion", []),
        ("indicator-analysis", []),
        ("main-achievements", []),
        ("experience-problems", []),
        ("recommendations", []),
        ("other-matters", []),
    ],
}
# What a flaw planted on purpose brings with it, neither right nor wrong.
_ALLOWED = {
    "score-exceeds-weight": {"deduction-unexplained"},
    "section-missing": {"problem-without-advice"},
    "section-empty": {"problem-without-advice"},
    "survey-arithmetic": {"survey-incomplete"},
    "amount-cross-foot": {"amount-inconsistent"},
    "amount-inconsistent": {"rate-mismatch", "amount-cross-foot"},
    "cover-field-missing": set(),
}


def compose(spec: Spec) -> Made:
    return _Composer(spec).made()


class _Composer:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.random = Random(f"{spec.id}:{spec.seed}")
        self.words = Words(spec.half, self.random)
        self.flaws: list[Flaw] = []
        self.blocks: list[Block] = []
        self.numbering = Numbering(spec.numbering)
        self.values = self._values()
        self.rows = score_table.leaves(spec.kind, self.random, spec.flaws)
        self.places = self.random.choice([1, 2])
        done = score_table.total(self.rows)
        self.score = score_table.printed(done, self.places)
        self.grade = next(
            grade
            for grade, least in (("优", 90), ("良", 80), ("中", 60), ("差", 0))
            if done >= least
        )
        self.stated_grade = self.grade
        if self.has("grade-mismatch"):
            self.stated_grade = "中" if self.grade in "优良" else "良"
        self.values |= {"score": self.score, "grade": self.stated_grade}

    def has(self, check: str) -> bool:
        return check in self.spec.flaws

    def plant(self, check: str, text: str, expected: str | None = None) -> str:
        """Return the text as a mark where the finding of `check` belongs."""
        key = f"{check}-{len(self.flaws)}"
        self.flaws.append(Flaw(check, key, expected))
        return mark(key, text)

    def absent(self, check: str, expected: str | None = None) -> None:
        self.flaws.append(Flaw(check, None, expected))

    def say(self, *keys: str, name: str = "sentences", **values: Any) -> str:
        text: str = self.words.one(name, *keys)
        return text.format(**{**self.values, **values})

    def _values(self) -> dict[str, Any]:
        random, cover = self.random, data("cover")
        place = random.choice(cover["places"])
        spent = Decimal(random.randrange(20_000, 60_000)) / 100
        budget = (spent / Decimal(random.randrange(88, 99)) * 100).quantize(Decimal("0.01"))
        part = (budget * Decimal("0.6")).quantize(Decimal("0.01"))
        values: dict[str, Any] = {
            "place": place,
            "year": random.choice([2021, 2022, 2023, 2024]),
            "budget": budget,
            "spent": spent,
            "rate": f"{spent / budget * 100:.2f}",
            "part1": part,
            "part2": budget - part,
            "issued": 220,
            "returned": 208,
            "valid": 200,
            "sat": f"{random.randrange(8800, 9700) / 100:.2f}",
            "agency": random.choice(cover["agencies"]),
            "count": 1,
            "object": "任务",
        }
        if self.spec.kind == "department":
            dept = place + random.choice(cover["departments"])
            return values | {"dept": dept, "unit": dept, "project": f"{dept}部门整体支出"}
        one = random.choice(cover["keyprojects"])
        return values | {
            "project": place + one["name"],
            "unit": place + one["unit"],
            "dept": place + one["dept"],
            "object": one["object"],
            "count": one["count"],
        }

    # -- the parts, in order -------------------------------------------------------------------

    def made(self) -> Made:
        self._cover()
        contents = Contents(self.words.one("headings", "annex", "contents"))
        if self.spec.layout == "summary-first":
            title = self.words.one("headings", "annex", "summary")
            self.blocks.append(
                Heading(title, 1, "summary", page_break=True, in_contents=False, centred=True)
            )
            self.para(self.say("summary"))
        self.blocks.append(contents)
        first = len(self.blocks)
        annex_work = self.spec.layout == "work-in-annex"
        missing = self._missing()
        for section, children in _OUTLINES[self.spec.kind]:
            if section == missing or (section == "evaluation-work" and annex_work):
                continue
            if section == "recommendations" and self._merged():
                continue
            self._section(section, [child for child in children if child != missing])
        self._signatures()
        self._annexes(annex_work)
        body = self.blocks[first:]
        body_headings = [block for block in body if isinstance(block, Heading)]
        body_headings[0].page_break = True
        for heading in body_headings:
            if heading.in_contents and heading.level <= 2 and not heading.run_in:
                contents.entries.append((heading.level, bare(heading.text), heading.key))
        self._spoil_contents(contents)
        allowed = set().union(*(_ALLOWED.get(check, set()) for check in self.spec.flaws))
        return Made(self.spec, self.blocks, self._facts(), self.flaws, allowed, "".join(self.title))

    def _missing(self) -> str | None:
        if not self.has("section-missing"):
            return None
        choices = {
            "key-project": ["performance-goals", "recommendations", "work-process", "benefit"],
            "department": ["department-goals", "recommendations", "main-achievements"],
        }[self.spec.kind]
        if self.spec.layout in ("merged-advice", "work-in-annex"):
            choices = choices[:1]
        section = self.random.choice(choices)
        self.absent("section-missing", section)
        return section

    def _merged(self) -> bool:
        return self.spec.layout == "merged-advice"

    def _cover(self) -> None:
        values, words = self.values, self.words
        year = values["year"]
        self.title = [f"{year}年度{values['project']}", "绩效评价报告"]
        if self.has("placeholder-left") and self.random.random() < 0.3:
            self.title.insert(0, self.plant("placeholder-left", "【项目编号】"))
        dropped = None
        if self.has("cover-field-missing"):
            dropped = self.random.choice(["agency", "report_date"])
            self.absent("cover-field-missing", dropped)
        fields = []
        if self.spec.kind == "key-project":
            for name, key in (
                ("project_name", "project"),
                ("unit", "unit"),
                ("department", "dept"),
            ):
                fields.append((words.one("cover", name), values[key]))
        else:
            fields.append((words.one("cover", "department_of_department"), values["dept"]))
        if self.random.random() < 0.5:
            fields.append((words.one("cover", "client"), f"{values['place']}财政局"))
        if dropped != "agency":
            fields.append((words.one("cover", "agency"), values["agency"]))
        digits = "〇一二三四五六七八九"
        month = self.random.randrange(6, 10)
        self.date, printed = self.random.choice(
            [
                (f"{year + 1}-{month:02}", f"{year + 1}年{month}月"),
                (f"{year + 1}-{month:02}-18", f"{year + 1}年{month}月18日"),
                (
                    f"{year + 1}-{month:02}",
                    "".join(digits[int(d)] for d in str(year + 1)) + f"年{digits[month]}月",
                ),
            ]
        )
        if dropped == "report_date":
            self.date, printed = "", ""
        elif self.random.random() < 0.5:
            fields.append((words.one("cover", "report_date"), printed))
            printed = ""
        self.dropped = dropped
        self.blocks.append(Cover(self.title, fields, printed))

    def _section(self, section: str, children: list[str], prefix: str = "") -> None:
        wording, ids = self._wording(section)
        text = prefix + wording if prefix else self.numbering.next(1) + wording
        self.blocks.append(
            Heading(text, 1, section, ids, page_break=bool(prefix), in_contents=True)
        )
        if prefix:
            self.numbering.restart()
        empty = self.has("section-empty") and section == self._empty()
        if empty:
            self.flaws.append(Flaw("section-empty", section))
            return
        if children:
            if section != "evaluation-work" and self.random.random() < 0.3:
                self.filler(1)
            for child in children:
                self._child(section, child)
        else:
            self._body(section)

    def _empty(self) -> str:
        return "recommendations" if not self._merged() else "conclusion"

    def _wording(self, section: str) -> tuple[str, tuple[str, ...]]:
        if section == "experience-problems" and self._merged():
            name, ids = "problems-and-advice", ("experience-problems", "recommendations")
            return self.words.one("headings", self.spec.kind, name), ids
        ids = ("project-overview",) if section == "funds" else (section,)
        return self.words.one("headings", self.spec.kind, section), ids

    def _child(self, parent: str, section: str) -> None:
        wording, ids = self._wording(section)
        if self.has("heading-numbering") and section in ("output", "department-goals"):
            self.numbering.skip(2)
            key = section
            self.flaws.append(Flaw("heading-numbering", key))
        text = self.numbering.next(2) + wording
        heading = Heading(text, 2, section, ids)
        self.blocks.append(heading)
        before = len(self.blocks)
        self._body(section)
        following = self.blocks[before]
        if self.spec.numbering == "run-in" and isinstance(following, Para):
            heading.run_in = following.text
            del self.blocks[before]

    # -- what stands under the headings --------------------------------------------------------

    def para(self, text: str) -> None:
        self.blocks.append(Para(text))

    def filler(self, count: int) -> None:
        pool = self.words.all("sentences", "filler")
        for _ in range(count):
            picked = self.random.sample(pool, min(len(pool), self.random.randrange(2, 4)))
            self.para("".join(picked))

    def _body(self, section: str) -> None:
        write = {
            "project-overview": self._overview,
            "funds": self._funds,
            "budget-execution": self._funds,
            "performance-goals": lambda: self.para(self.say("goals")),
            "department-goals": lambda: self.para(self.say("dept_goals")),
            "duties-organization": lambda: self.para(self.say("duties")),
            "main-achievements": lambda: self.para(self.say("achievements")),
            "evaluation-work": self._work,
            "purpose-scope": lambda: self.para(self.say("purpose")),
            "method-criteria": self._method,
            "work-process": self._process,
            "conclusion": self._conclusion,
            "indicator-analysis": self._analysis,
            "experience-problems": self._problems,
            "recommendations": self._advice,
            "other-matters": lambda: self.para(self.say("other")),
        }
        if section in write:
            write[section]()
        else:
            self._dimension(section)
        if section not in ("other-matters", "conclusion"):
            self.filler(self.random.randrange(1, 3))

    def _overview(self) -> None:
        self.para(self.say("background"))
        self.para(self.say("content"))
        if self.has("placeholder-left"):
            self.para(self.plant("placeholder-left", self.say("placeholder", name="tables")))

    def _funds(self) -> None:
        self.para(self.say("funds"))
        if self.has("rate-mismatch"):
            wrong = f"{float(self.values['rate']) - 6:.2f}"
            text = self.blocks[-1]
            assert isinstance(text, Para)
            text.text = self.plant("rate-mismatch", text.text.replace(self.values["rate"], wrong))
            self.values["rate"] = wrong
        parts = self.say("parts")
        if self.has("amount-cross-foot"):
            wrong_part = self.values["part2"] + 10
            parts = self.plant("amount-cross-foot", self.say("parts", part2=wrong_part))
        self.para(parts)
        for check in ("id-number", "phone", "bank-card"):
            if self.has(f"pii-{check}"):
                value = {"id-number": id_number, "phone": phone, "bank-card": bank_card}[check]
                number = value(self.random)
                sentence: str = self.words.one("tables", check)
                name = {"id-number": "id", "phone": "phone", "bank-card": "card"}[check]
                self.para(self.plant(f"pii-{check}", sentence.format(**{name: number})))

    def _work(self) -> None:
        self.para(self.say("purpose"))
        self._method()
        self._process()

    def _method(self) -> None:
        self.para(self.say("basis") + self.say("method"))
        if self.has("citation-repealed"):
            self.para(self.plant("citation-repealed", self.say("repealed", name="tables")))
        if self.has("citation-malformed"):
            self.para(self.plant("citation-malformed", self.say("malformed", name="tables")))
        firsts = {leaf.first for leaf in self.rows}
        seconds = {(leaf.first, leaf.second) for leaf in self.rows}
        counts = {"n1": len(firsts), "n2": len(seconds), "n3": len(self.rows)}
        if self.has("indicator-count-mismatch"):
            counts["n3"] += 2
            self.para(self.plant("indicator-count-mismatch", self.say("indicators", **counts)))
        else:
            self.para(self.say("indicators", **counts))
        if self.has("annex-missing"):
            self.para(self.plant("annex-missing", self.say("cited-annex", name="tables")))
        self.para(self.say("criteria"))

    def _process(self) -> None:
        if self.has("consultation-missing"):
            self.absent("consultation-missing")
            self.para(self.say("no-consultation", name="tables"))
        else:
            self.para(self.say("process_work"))

    def _conclusion(self) -> None:
        text = self.say("conclusion")
        self.para(self.plant("grade-mismatch", text) if self.has("grade-mismatch") else text)
        wrong = self.has("score-rate-mismatch")
        if wrong or self.random.random() < 0.6:
            ruled = "three-line" not in self.spec.table
            table = score_table.one_level_table(self.rows, self.words, self.places, wrong, ruled)
            if wrong:
                self.flaws.append(Flaw("score-rate-mismatch", "wrong-rate"))
            self.blocks.append(table)
        if self.has("year-inconsistent"):
            self.para(self.plant("year-inconsistent", self.say("wrong-year", name="tables")))
        if self.has("name-inconsistent"):
            self.para(self.plant("name-inconsistent", self.say("wrong-name", name="tables")))
        if self.has("amount-inconsistent"):
            again = self.say("amount-again", name="tables", budget=self.values["budget"] + 15)
            self.para(self.plant("amount-inconsistent", again))

    def _analysis(self) -> None:
        for dim in dict.fromkeys(leaf.first for leaf in self.rows):
            self._dimension_line(dim)
        self.filler(2)
        self._survey()

    def _dimension(self, section: str) -> None:
        dim = {"decision": "决策", "process": "过程", "output": "产出", "benefit": "效益"}[section]
        self._dimension_line(dim)
        text = self.say(section)
        if self.has("block-mislabelled") and section == "process":
            wrong = self.say("dimension", dim="产出", w=30, s=28, r="93.33")
            text = self.plant("block-mislabelled", wrong) + self.say("output")
        self.para(text)
        if section == "benefit" or (section == "output" and self._drops_benefit()):
            self._survey()

    def _drops_benefit(self) -> bool:
        return any(f.check == "section-missing" and f.expected == "benefit" for f in self.flaws)

    def _dimension_line(self, dim: str) -> None:
        weight, score = score_table.dimensions(self.rows)[dim]
        rate = score_table.rate(weight, score)
        values = {"dim": dim, "w": f"{weight:f}", "s": score_table.printed(score, self.places)}
        self.para(self.say("dimension", **values, r=rate))

    def _survey(self) -> None:
        if self.has("survey-incomplete"):
            self.para(self.plant("survey-incomplete", self.say("no-survey", name="tables")))
        elif self.has("survey-arithmetic"):
            self.para(self.plant("survey-arithmetic", self.say("survey", returned=190)))
        else:
            self.para(self.say("survey"))

    def _problems(self) -> None:
        if self.spec.kind == "key-project" and not self._merged():
            self.para(self.say("experience"))
        pool = list(self.words.all("sentences", "problems"))
        self.picked = self.random.sample(pool, 3)
        for index, (title, text, _, _) in enumerate(self.picked):
            if self.has("problem-without-advice") and index == 2:
                title = self.plant("problem-without-advice", title)
            self._item(title, text)
        if self.has("score-inconsistent"):
            wrong = score_table.printed(Decimal(self.score) - 2, self.places)
            self.para(self.plant("score-inconsistent", self.say("restated", score=wrong)))
        elif self.random.random() < 0.5:
            self.para(self.say("restated"))
        if self._merged():
            self._advice()

    def _advice(self) -> None:
        for _, _, title, text in self.picked[: 2 if self.has("problem-without-advice") else 3]:
            self._item(title, text)

    def _item(self, title: str, text: str) -> None:
        key = f"item-{len(self.blocks)}"
        number = self.numbering.next(2)
        if self.spec.numbering == "run-in":
            self.blocks.append(Heading(number + title, 2, key, run_in=text))
        else:
            self.blocks.append(Heading(number + title, 2, key))
            self.para(text)

    # -- the end -------------------------------------------------------------------------------

    def _signatures(self) -> None:
        if self.has("signature-missing"):
            self.absent("signature-missing")
            return
        labels = {name: self.words.one("tables", "labels", name) for name in ("lead", "seal")}
        self.para(f"{labels['lead']}：")
        self.para(f"{labels['seal']}：{self.values['agency']}")

    def _annexes(self, with_work: bool) -> None:
        title = self.words.one("headings", "annex", "scores")
        self.blocks.append(Heading(f"附件1：{title}", 1, "annex-scores", page_break=True))
        rows = self._spoilt_rows()
        lost = [i for i, leaf in enumerate(rows) if leaf.score < leaf.weight]
        silent = self.random.choice(lost) if self.has("deduction-unexplained") else None
        if silent is not None:
            self.flaws.append(Flaw("deduction-unexplained", f"leaf-{silent}"))
        form = self.spec.table
        table = score_table.full_table(rows, self.words, form, self.places, silent)
        score_table.add_total(table, self.words, "100", self.score)
        self.blocks.append(table)
        if with_work:
            children = dict(_OUTLINES[self.spec.kind])["evaluation-work"]
            missing = {f.expected for f in self.flaws if f.check == "section-missing"}
            kept = [child for child in children if child not in missing]
            self._section("evaluation-work", kept, prefix="附件2：")

    def _spoilt_rows(self) -> list[score_table.Leaf]:
        rows = list(self.rows)
        whole = [i for i, leaf in enumerate(rows) if leaf.weight >= 4 and leaf.score >= 3]
        one, other = self.random.sample(whole, 2)
        if self.has("scores-sum"):
            rows[one] = replace(rows[one], score=rows[one].score - 1)
            self.flaws.append(Flaw("scores-sum", "total"))
        if self.has("weights-sum"):
            rows[one] = replace(rows[one], weight=rows[one].weight + 1)
            self.flaws.append(Flaw("weights-sum", "total"))
        if self.has("score-exceeds-weight"):
            more = rows[one].weight + 1 - rows[one].score
            rows[one] = replace(rows[one], score=rows[one].weight + 1)
            rest = more
            for index in [other, *whole]:
                part = min(rest, rows[index].score - 1) if index != one else Decimal(0)
                rows[index] = replace(rows[index], score=rows[index].score - part)
                rest -= part
            self.flaws.append(Flaw("score-exceeds-weight", f"leaf-{one}"))
        if self.has("benefit-weight-low"):
            self.flaws.append(Flaw("benefit-weight-low", "anywhere"))
        return rows

    def _spoil_contents(self, contents: Contents) -> None:
        if not self.has("toc-mismatch"):
            return
        if self.random.random() < 0.5:
            index = len(contents.entries) // 2
            level, _, key = contents.entries[index]
            number = Numbering(self.spec.numbering).next(level)
            contents.entries.insert(index, (level, f"{number}资料来源与局限", key))
            self.flaws.append(Flaw("toc-mismatch", "contents"))
        else:
            contents.shift[contents.entries[-2][2]] = 4
            self.flaws.append(Flaw("toc-mismatch", "contents"))

    def _facts(self) -> dict[str, Any]:
        values = self.values
        facts: dict[str, Any] = {
            "department": values["dept"],
            "unit": values["unit"],
            "agency": values["agency"],
            "report_date": self.date,
            "evaluation_year": values["year"],
            "budget_amount": f"{values['budget'] * 10000:.2f}",
            "spent_amount": f"{values['spent'] * 10000:.2f}",
            "execution_rate": values["rate"],
            "satisfaction": values["sat"],
            "total_score": self.score,
            "grade": self.stated_grade,
            "survey_issued": values["issued"],
            "survey_valid": values["valid"],
        }
        if self.has("survey-incomplete"):
            del facts["survey_issued"], facts["survey_valid"]
        if "【" not in self.title[0]:
            facts["title"] = "".join(self.title)
        if self.spec.kind == "key-project":
            facts["project_name"] = values["project"]
        if self.has("section-empty") and self._empty() == "conclusion":
            for name in ("total_score", "grade"):
                del facts[name]
        if self.dropped:
            del facts[self.dropped]
        return facts
