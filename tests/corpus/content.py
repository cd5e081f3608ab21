"""What stands under the headings of a composed report, with what is planted in it."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from tests.corpus import figure_flaws, score_table
from tests.corpus.model import Block, Flaw, Heading, Para, Spec, Table, mark
from tests.corpus.numbering import Numbering
from tests.corpus.personal import bank_card, id_number, phone
from tests.corpus.words import Words, data


class Content:
    """Writes sections as blocks; compose.py puts them in order."""

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
        # Half of these flaws stand in the report's own sentences, half in sentences of their own.
        own = ("rate-mismatch", "amount-inconsistent", "year-inconsistent", "survey-arithmetic")
        self.by_sentence = {c for c in own if self.has(c) and self.random.random() < 0.6}
        self.quiet = self._quiet()

    def has(self, check: str) -> bool:
        return check in self.spec.flaws

    def plant(self, check: str, text: str, expected: str | None = None) -> str:
        """Return the text as a mark where the finding of `check` belongs."""
        key = f"{check}-{len(self.flaws)}"
        self.flaws.append(Flaw(check, key, expected))
        return mark(key, text)

    def absent(self, check: str, expected: str | None = None) -> None:
        self.flaws.append(Flaw(check, None, expected))

    def _quiet(self) -> int | None:
        """Pick a lost point whose reason stands in the text instead of the table."""
        lost = [i for i, leaf in enumerate(self.rows) if leaf.score < leaf.weight]
        others = {"score-exceeds-weight", "scores-sum", "weights-sum"} & set(self.spec.flaws)
        return self.random.choice(lost) if not others and self.random.random() < 0.3 else None

    def in_text(self, check: str) -> bool:
        """Say whether a flaw is planted in the report's own sentence."""
        return self.has(check) and check not in self.by_sentence

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

    def _merged(self) -> bool:
        return self.spec.layout == "merged-advice"

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
        if self.in_text("rate-mismatch"):
            wrong = f"{float(self.values['rate']) - 6:.2f}"
            text = self.blocks[-1]
            assert isinstance(text, Para)
            text.text = self.plant("rate-mismatch", text.text.replace(self.values["rate"], wrong))
            self.values["rate"] = wrong
        in_table = self.random.random() < 0.5
        parts = self.say("parts")
        if self.has("amount-cross-foot") and not in_table:
            wrong_part = self.values["part2"] + 10
            parts = self.plant("amount-cross-foot", self.say("parts", part2=wrong_part))
        self.para(parts)
        if in_table:
            self.blocks.append(self._funds_table())
        for check in ("id-number", "phone", "bank-card"):
            if self.has(f"pii-{check}"):
                value = {"id-number": id_number, "phone": phone, "bank-card": bank_card}[check]
                number = value(self.random)
                sentence: str = self.words.one("tables", check)
                name = {"id-number": "id", "phone": "phone", "bank-card": "card"}[check]
                self.para(self.plant(f"pii-{check}", sentence.format(**{name: number})))

    def _funds_table(self) -> Table:
        """Two sources and their total; the spending is split as the budget is."""
        values, words = self.values, self.words
        first = (values["spent"] * Decimal("0.6")).quantize(Decimal("0.01"))
        spent, budgets = [first, values["spent"] - first], [values["part1"], values["part2"]]
        total = words.one("tables", "total")
        if self.has("amount-cross-foot"):
            budgets[1] += 10
            total = self.plant("amount-cross-foot", total)
        names = [words.one("tables", name) for name in ("source", "fund-budget", "fund-spent")]
        rows = [
            ["上级资金", str(budgets[0]), str(spent[0])],
            ["本级资金", str(budgets[1]), str(spent[1])],
            [total, str(values["budget"]), str(values["spent"])],
        ]
        return Table(names, rows, [3, 3, 3], ruled="three-line" not in self.spec.table)

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
            wrong = {f"x{name[1]}": number for name, number in counts.items()}
            wrong[self.random.choice(["x2", "x3"])] += 2
            text = figure_flaws.say(self, "count-wrong", **wrong)
            self.para(self.plant("indicator-count-mismatch", text))
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
        if self.in_text("year-inconsistent"):
            self.para(self.plant("year-inconsistent", self.say("wrong-year", name="tables")))
        if self.has("name-inconsistent"):
            self.para(self.plant("name-inconsistent", self.say("wrong-name", name="tables")))

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
            self.para(self.plant("survey-incomplete", figure_flaws.say(self, "survey-none")))
        elif self.in_text("survey-arithmetic"):
            self.para(self.plant("survey-arithmetic", self.say("survey", returned=190)))
        else:
            self.para(self.say("survey"))

    def _problem_pool(self) -> list[Any]:
        return self.words.all("sentences", "problems")

    def _problems(self) -> None:
        if self.spec.kind == "key-project" and not self._merged():
            self.para(self.say("experience"))
        figure_flaws.write(self)
        self.picked = self.random.sample(self._problem_pool(), 3)
        for index, (title, text, _, _) in enumerate(self.picked):
            if self.has("problem-without-advice") and index == 2:
                title = self.plant("problem-without-advice", title)
            self._item(title, text)
        if self.in_text(
            "amount-inconsistent"
        ):  # never in the conclusion: its value is the reference
            again = self.say("amount-again", name="tables", budget=self.values["budget"] + 15)
            self.para(self.plant("amount-inconsistent", again))
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
