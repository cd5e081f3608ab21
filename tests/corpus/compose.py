"""Composes a report from a spec: the same spec gives the same blocks and the same truth."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.corpus import score_table
from tests.corpus.content import Content
from tests.corpus.model import Contents, Cover, Flaw, Heading, Made, Para, Spec, bare
from tests.corpus.numbering import Numbering

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
    "section-missing": {"problem-without-advice", "consultation-missing"},
    "section-empty": {"problem-without-advice"},
    "survey-arithmetic": {"survey-incomplete"},
    "amount-cross-foot": {"amount-inconsistent"},
    "amount-inconsistent": {"rate-mismatch", "amount-cross-foot"},
    "cover-field-missing": set(),
}


def compose(spec: Spec) -> Made:
    from tests.corpus.language import LanguageComposer

    composer = LanguageComposer if spec.id.startswith("l") else Composer
    return composer(spec).made()


class Composer(Content):
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
        lost = [i for i, leaf in enumerate(rows) if leaf.score < leaf.weight and i != self.quiet]
        silent = self.random.choice(lost) if self.has("deduction-unexplained") else None
        if silent is not None:
            self.flaws.append(Flaw("deduction-unexplained", f"leaf-{silent}"))
        form = self.spec.table
        unexplained = {i for i in (silent, self.quiet) if i is not None}
        table = score_table.full_table(rows, self.words, form, self.places, unexplained)
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
