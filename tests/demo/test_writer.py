"""The demo's own reports: what they state fits, and what is planted is there."""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
import pytest

from reviewapp.demo import catalogue, samples, writer
from reviewapp.demo.catalogue import DemoReport
from reviewapp.demo.writer import compose, figures, indicators, sources
from reviewapp.demo.writer.model import Heading, Para
from reviewapp.demo.writer.voice import Voice
from reviewapp.domain.agency_code import check_agency_code
from reviewapp.services.precheck_file import check_file

ALL = [*catalogue.reports(2024, 1), *catalogue.reports(2025, 1)]
KEYS = [report.key for report in ALL]


@cache
def printed(key: str) -> tuple[int, str]:
    """Return the number of pages and the text without blanks of one report."""
    with TemporaryDirectory() as folder:
        return _text(writer.write(_one(key), Path(folder) / "report.pdf", 1))


def _text(path: Path) -> tuple[int, str]:
    with pypdfium2.PdfDocument(path) as document:
        parts = []
        for page in document:
            text_page = page.get_textpage()
            parts.append(text_page.get_text_range())
            text_page.close()
            page.close()
        return len(parts), "".join("".join(parts).split())


def _blocks_text(report: DemoReport, seed: int = 1) -> str:
    blocks = compose.blocks(sources.spec(report.key), seed)
    return "\n".join(one.text for one in blocks if isinstance(one, Para | Heading))


def _one(key: str) -> DemoReport:
    return next(report for report in ALL if report.key == key)


def test_the_round_of_2024_has_fourteen_projects_and_two_departments() -> None:
    found = catalogue.reports(2024, 7)
    assert Counter(report.kind for report in found) == {"key-project": 14, "department": 2}
    assert Counter(report.rating_2024 for report in found) == {"A": 4, "B": 12}
    assert {report.evaluation_year for report in found} == {2023}
    assert not any(report.flaws for report in found)
    named = {report.title: report.rating_2024 for report in found if report.leads}
    assert named == {
        "蔡甸区公路运输管理所2023年公路货物运规上企业奖补资金项目评价报告": "A",
        "中共蔡甸区委组织部招才引智专项经费项目绩效评价报告": "B",
    }


def test_the_points_experts_may_give_lead_to_the_rating() -> None:
    for report in catalogue.reports(2024, 1):
        mean = sum(report.expert_points) / len(report.expert_points)
        assert (mean >= 9000) == (report.rating_2024 == "A")
        assert min(report.expert_points) >= 8000
        assert max(report.expert_points) - min(report.expert_points) <= 1000


def test_the_round_of_2025_has_every_planted_flaw_and_clean_reports() -> None:
    found = catalogue.reports(2025, 1)
    assert Counter(report.kind for report in found) == {"key-project": 9, "department": 2}
    assert sum(bool(report.flaws) for report in found) >= 6
    planted = {flaw for report in found for flaw in report.flaws}
    assert planted == {
        "section-missing",
        "placeholder-left",
        "weights-sum",
        "scores-sum",
        "grade-mismatch",
        "score-inconsistent",
        "citation-repealed",
        "pii-phone",
    }
    assert any(not report.flaws and report.kind == "department" for report in found)


def test_six_agencies_have_codes_with_a_fitting_check_character() -> None:
    assert len(set(catalogue.AGENCIES.values())) == 6
    assert [check_agency_code(code) for code in catalogue.AGENCIES.values()] == [None] * 6
    assert {report.agency for report in ALL} == set(catalogue.AGENCIES)


def test_both_producers_write_in_both_rounds() -> None:
    for year in (2024, 2025):
        producers = {report.producer for report in catalogue.reports(year, 1)}
        assert producers == {"reportlab", "typst"}


@pytest.mark.parametrize("key", KEYS)
def test_weights_sum_to_100_and_the_score_has_its_grade(key: str) -> None:
    voice = Voice(sources.spec(key), 1)
    assert sum(line.weight for line in voice.lines) == 100
    assert voice.score == Decimal(_one(key).stated_score_hundredths) / 100
    if "grade-mismatch" in _one(key).flaws:
        assert voice.grade != figures.grade_of(voice.score)
    else:
        assert voice.grade == figures.grade_of(voice.score)


@pytest.mark.parametrize("key", KEYS)
def test_the_score_table_adds_up_unless_a_flaw_is_planted(key: str) -> None:
    table = indicators.score_table(Voice(sources.spec(key), 1))
    *rows, total = table.rows
    weights = sum(Decimal(row[3]) for row in rows)
    scores = sum(Decimal(row[4]) for row in rows)
    flaws = _one(key).flaws
    assert (weights == Decimal(total[3])) == ("weights-sum" not in flaws)
    assert (scores == Decimal(total[4])) == ("scores-sum" not in flaws)
    assert all(0 <= Decimal(row[4]) <= Decimal(row[3]) for row in rows)


@pytest.mark.parametrize("key", KEYS)
def test_a_report_has_15_to_40_pages_with_title_and_totals(key: str) -> None:
    report = _one(key)
    pages, text = printed(key)
    assert 15 <= pages <= 40
    assert report.title in text
    assert report.agency in text
    voice = Voice(sources.spec(key), 1)
    assert f"{voice.slots['score']}分" in text
    assert voice.slots["budget"] in text
    assert voice.slots["spent"] in text
    assert "附件7" in text


@pytest.mark.parametrize("key", KEYS)
def test_the_precheck_finds_what_was_planted_and_the_facts(key: str, tmp_path: Path) -> None:
    report = _one(key)
    answer = check_file(writer.write(report, tmp_path / "report.pdf", 1), report.kind)
    assert {finding["check"] for finding in answer["findings"]} == set(report.flaws)
    assert all(finding["outcome"] == "suspect" for finding in answer["findings"])
    facts = answer["facts"]
    assert facts["title"] == report.title
    assert facts["project_name"] == report.project_name
    assert facts["unit"] == report.unit
    assert facts["department"] == report.department
    assert facts["evaluation_year"] == report.evaluation_year
    assert facts["budget_amount"] == f"{Decimal(report.amount_cents) / 100:.2f}"
    assert Decimal(facts["total_score"]) * 100 == report.stated_score_hundredths
    assert facts["grade"] == report.evaluation_grade


def test_a_missing_section_and_leftovers_stand_in_the_text() -> None:
    assert "（二）项目绩效目标" not in _blocks_text(_one("courtyards"))
    assert "（二）项目绩效目标" in _blocks_text(_one("freight"))
    assert "××局" in printed("buses")[1]
    assert "XX公司" in printed("wetland")[1]
    assert "财预〔2011〕285号" in printed("grids")[1]
    assert "13871234506" in printed("counters")[1]
    assert "91.73分" in printed("afterschool")[1]
    assert "91.37分" in printed("afterschool")[1]


@pytest.mark.parametrize("key", ["freight", "clinics"])
def test_the_same_seed_writes_the_same_bytes(key: str, tmp_path: Path) -> None:
    one = writer.write(_one(key), tmp_path / "one.pdf", 3)
    two = writer.write(_one(key), tmp_path / "two.pdf", 3)
    assert one.read_bytes() == two.read_bytes()


def test_another_seed_words_a_report_anew_with_the_same_figures() -> None:
    report = _one("freight")
    texts = {_blocks_text(report, seed) for seed in range(6)}
    assert len(texts) > 1
    assert all("96.32分" in text for text in texts)


def test_no_slot_of_a_wording_stays_empty() -> None:
    for report in ALL:
        text = _blocks_text(report)
        assert "{" not in text
        assert "None" not in text


def test_reports_do_not_repeat_one_another() -> None:
    """Sentences that only the agencies' own boilerplate and rules may share stay the smaller part."""
    sentences = {
        report.key: {s for s in _blocks_text(report).replace("\n", "。").split("。") if len(s) > 25}
        for report in catalogue.reports(2024, 1)
    }
    counts = Counter(sentence for own in sentences.values() for sentence in own)
    for own in sentences.values():
        assert sum(counts[sentence] > 1 for sentence in own) < 0.4 * len(own)


def test_samples_are_of_both_producers(tmp_path: Path) -> None:
    paths = samples.write_samples(tmp_path)
    assert [path.stem for path in paths] == list(samples.KEYS)
    assert {_one(path.stem).producer for path in paths} == {"reportlab", "typst"}
    assert all(path.read_bytes().startswith(b"%PDF-") for path in paths)


def test_all_reports_are_written_within_the_first_start(tmp_path: Path) -> None:
    began = time.process_time()
    for report in ALL:
        writer.write(report, tmp_path / f"{report.key}.pdf", 1)
    assert time.process_time() - began < 40
