"""Rubrics and round rules as files: the shipped ones hold, and a slip is named by file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewapp.adapters.rubric_files import RubricFileError, load, load_all, load_round_rules
from reviewapp.domain.rubric import ReasonRule, Rubric
from reviewapp.domain.settlement import Method

RUBRICS = Path(__file__).resolve().parents[2] / "rubrics"

SMALL = """
slug: small
version: 2024.10
kind: key-project
title: 样例标准
reason_rule: per-deduction
bands: {A: 90, B: 80, C: 60, D: 0}
vetoes:
  - {id: copied, ground: 抄袭}
dimensions:
  - id: all
    title: 全部
    points: 100
    criteria:
      - id: form
        title: 形式
        points: 12.5
        guidance: 看形式。
        levels:
          - {title: 好, from: 10, text: 齐全}
          - {title: 差, from: 0, text: 不全}
        checks:
          - {check: section-missing, deduct: 0.25, per: finding, at_most: 2}
      - id: matter
        title: 内容
        points: 87.5
        guidance: 看内容。
        levels: [{title: 无, from: 0, text: 不分级}]
"""


def _write(folder: Path, text: str, name: str = "small.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_points_become_hundredths_and_a_version_stays_as_written(tmp_path: Path) -> None:
    rubric = load(_write(tmp_path, SMALL))

    assert [one.max_points for one in rubric.criteria] == [1250, 8750]
    assert rubric.criteria[0].checks[0].points == 25
    assert rubric.version == "2024.10"
    assert rubric.vetoes[0].caps_at == "D"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        # The sum is not 100.
        ("87.5", "87", "small.yaml: dimensions[all].points: found 100, expected the sum"),
        # A key with a slip in its name: the right one is missing, the wrong one unknown.
        ("guidance: 看形式。", "guidence: 看形式。", "criteria[form].guidance: is missing"),
        ("guidance: 看形式。", "guidence: 看形式。", "criteria[form].guidence: is not a key"),
        # Text where points belong.
        ("points: 12.5", "points: 十二", "criteria[form].points: found 十二, expected points"),
        ("points: 12.5", "points: 12.505", "expected at most two decimals"),
        # A word that is no reason rule.
        ("per-deduction", "sometimes", "reason_rule: found sometimes, expected one of: per-"),
        ("per: finding", "per: page", "checks[section-missing].per: found page"),
        # Bands must descend; a letter more is not known.
        ("B: 80", "B: 95", "small.yaml: bands: each band must begin below"),
        ("D: 0}", "D: 0, E: 0}", "bands.E: is not a key"),
        ("C: 60, ", "", "bands.C: is missing"),
        # A level above the criterion's points.
        ("from: 10", "from: 13", "the highest level begins at 13 points"),
        # An entry that is no mapping, and a list that is none.
        ("- {id: copied, ground: 抄袭}", "- 抄袭", "vetoes[#1]: expected keys with values"),
        ("[{title: 无, from: 0, text: 不分级}]", "无", "levels: found 无, expected a list"),
        # The same key twice would silently lose the first.
        ("title: 样例标准", "title: 样例标准\ntitle: 另一个", "the key title stands twice"),
        ("bands: {", "bands: }{", "is not valid YAML"),
    ],
)
def test_a_slip_is_named_by_file_and_key(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in SMALL
    path = _write(tmp_path, SMALL.replace(old, new, 1))

    with pytest.raises(RubricFileError) as caught:
        load(path)

    assert says in str(caught.value)


def test_several_slips_are_told_together(tmp_path: Path) -> None:
    text = SMALL.replace("slug: small\n", "").replace("from: 10", "from: ten")

    with pytest.raises(RubricFileError) as caught:
        load(_write(tmp_path, text))

    assert {one.key for one in caught.value.problems} == {
        "slug",
        "dimensions[all].criteria[form].levels[好].from",
    }


@pytest.mark.parametrize("text", ["", "- 1", "just words"])
def test_a_file_without_keys_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(RubricFileError, match="expected keys"):
        load(_write(tmp_path, text))


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RubricFileError, match=r"absent\.yaml: cannot be read"):
        load(tmp_path / "absent.yaml")


def test_a_folder_is_read_whole_and_other_data_in_it_passed_over(tmp_path: Path) -> None:
    _write(tmp_path, SMALL)
    _write(tmp_path, SMALL.replace("2024.10", "2024.9"), "newer.yaml")
    _write(tmp_path, "placeholders: [待补充]", "other.yaml")

    assert [one.version for one in load_all(tmp_path)] == ["2024.10", "2024.9"]


def test_the_same_version_twice_and_other_slips_of_a_folder_are_told_together(
    tmp_path: Path,
) -> None:
    _write(tmp_path, SMALL, "first.yaml")
    _write(tmp_path, SMALL, "second.yaml")
    _write(tmp_path, SMALL.replace("A: 90", "A: 101"), "third.yaml")

    with pytest.raises(RubricFileError) as caught:
        load_all(tmp_path)

    assert {one.file for one in caught.value.problems} == {"second.yaml", "third.yaml"}


# Source: 财监〔2021〕4号, art. 18, the seven adjectives; the weights are the default of this house.
DIMENSIONS = [
    ("内容完整", 1500),
    ("逻辑清晰", 1000),
    ("依据充分", 1500),
    ("数据详实", 2000),
    ("分析透彻", 1500),
    ("结论准确", 1000),
    ("建议可行", 1500),
]
SECTIONS = {
    "key-project": {
        "basic-info",
        "project-overview",
        "performance-goals",
        "evaluation-work",
        "purpose-scope",
        "method-criteria",
        "work-process",
        "conclusion",
        "indicator-analysis",
        "decision",
        "process",
        "output",
        "benefit",
        "experience-problems",
        "recommendations",
        "other-matters",
    },
    "department": {
        "department-overview",
        "duties-organization",
        "budget-execution",
        "department-goals",
        "evaluation-work",
        "conclusion",
        "indicator-analysis",
        "main-achievements",
        "experience-problems",
        "recommendations",
        "other-matters",
    },
}
CHECKS = {
    "section-missing",
    "section-empty",
    "toc-mismatch",
    "heading-numbering",
    "cover-field-missing",
    "annex-missing",
    "signature-missing",
    "placeholder-left",
    "weights-sum",
    "scores-sum",
    "score-exceeds-weight",
    "score-rate-mismatch",
    "indicator-count-mismatch",
    "grade-mismatch",
    "score-inconsistent",
    "rate-mismatch",
    "amount-inconsistent",
    "amount-cross-foot",
    "benefit-weight-low",
    "deduction-unexplained",
    "name-inconsistent",
    "year-inconsistent",
    "block-mislabelled",
    "citation-repealed",
    "citation-malformed",
    "problem-without-advice",
    "survey-incomplete",
    "survey-arithmetic",
    "consultation-missing",
    "text-shared",
    "pii-id-number",
    "pii-phone",
    "pii-bank-card",
    "text-layer-missing",
    "text-layer-garbled",
    "active-content",
}


@pytest.fixture(scope="module")
def shipped() -> dict[str, Rubric]:
    return {rubric.kind.value: rubric for rubric in load_all(RUBRICS)}


@pytest.mark.parametrize("kind", ["key-project", "department"])
def test_the_shipped_rubrics_weigh_the_seven_dimensions(
    shipped: dict[str, Rubric], kind: str
) -> None:
    rubric = shipped[kind]

    assert [(one.title, one.max_points) for one in rubric.dimensions] == DIMENSIONS
    assert [(one.letter, one.from_points) for one in rubric.bands] == [
        ("A", 9000),
        ("B", 8000),
        ("C", 6000),
        ("D", 0),
    ]
    assert rubric.reason_rule is ReasonRule.PER_DEDUCTION
    assert len(rubric.vetoes) == 9


@pytest.mark.parametrize("kind", ["key-project", "department"])
def test_the_shipped_rubrics_name_sections_and_checks_of_the_precheck(
    shipped: dict[str, Rubric], kind: str
) -> None:
    for one in shipped[kind].criteria:
        assert set(one.sections) <= SECTIONS[kind]
        assert {suggested.check for suggested in one.checks} <= CHECKS


@pytest.mark.parametrize("kind", ["key-project", "department"])
def test_one_check_suggests_its_deduction_on_one_criterion_only(
    shipped: dict[str, Rubric], kind: str
) -> None:
    touched = [suggested.check for one in shipped[kind].criteria for suggested in one.checks]

    assert len(touched) == len(set(touched))


@pytest.mark.parametrize("kind", ["key-project", "department"])
def test_a_rubric_never_speaks_of_a_projects_evaluation_grade_as_a_level(
    shipped: dict[str, Rubric], kind: str
) -> None:
    titles = {level.title for one in shipped[kind].criteria for level in one.levels}

    assert not titles & {"优", "良", "中", "差"}


def test_the_shipped_round_rules_are_the_defaults_of_the_house() -> None:
    rules = load_round_rules(RUBRICS / "round-rules.yaml")

    assert rules.settlement.method is Method.MEAN
    assert (rules.settlement.spread_points, rules.settlement.ratings_apart) == (1000, 2)
    assert rules.agency_grade.minimum_reports == 3
    assert "不足3份" in rules.agency_grade.explanation


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("settlement: {method: mean}", "agency_grade: is missing"),
        (
            "settlement: {method: mean, spread_points: 101}\nagency_grade: {text: 规则}",
            "between 0 and 100",
        ),
        (
            "settlement: {method: mean, ratings_apart: two}\nagency_grade: {text: 规则}",
            "settlement.ratings_apart: found two",
        ),
    ],
)
def test_round_rules_with_a_slip_are_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RubricFileError) as caught:
        load_round_rules(_write(tmp_path, text))

    assert says in str(caught.value)
