"""Rows of a list find their files by name; what does not fit is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.adapters.intake_words import load_words
from reviewapp.domain.intake import (
    ListRow,
    blocks,
    kind_from_title,
    match,
    plain_name,
    read_row,
    scaled,
    title_from_name,
)
from tests.conftest import ROOT

WORDS = load_words(ROOT / "rubrics" / "intake.yaml")


def row(number: int, file_name: str = "", title: str = "") -> ListRow:
    values = {"file_name": file_name, "title": title}
    return ListRow(number, {key: value for key, value in values.items() if value})


def pairs(files: list[str], rows: list[ListRow]) -> list[tuple[int | None, int | None]]:
    return [(m.file, m.row.number if m.row else None) for m in match(files, rows)]


def codes(files: list[str], rows: list[ListRow]) -> list[set[str]]:
    return [{doubt.code for doubt in m.doubts} for m in match(files, rows)]


def test_the_file_name_counts_before_the_title() -> None:
    files = ["甲项目评价报告.pdf", "001.pdf"]
    rows = [row(2, "001.pdf", "甲项目评价报告"), row(3, "", "甲项目评价报告")]
    assert pairs(files, rows) == [(0, 3), (1, 2)]


def test_widths_marks_folders_and_endings_make_no_difference() -> None:
    assert plain_name("材料/《甲项目》（终稿） A.PDF") == plain_name("甲项目(终稿)Ａ")
    assert pairs(["《甲项目》（终稿）.pdf"], [row(2, "甲项目(终稿)")]) == [(0, 2)]


def test_a_title_within_a_longer_name_fits_if_only_one_does() -> None:
    assert pairs(["01甲项目绩效评价报告（最终）.pdf"], [row(2, "", "甲项目绩效评价报告")]) == [
        (0, 2)
    ]
    found = match(["甲项目初稿.pdf", "甲项目终稿.pdf"], [row(2, "", "甲项目")])
    assert [doubt.code for doubt in found[-1].doubts] == ["several-files"]
    assert found[-1].doubts[0].values["names"] == "甲项目初稿.pdf、甲项目终稿.pdf"


def test_what_has_no_partner_is_named_on_both_sides() -> None:
    assert codes(["丙.pdf"], [row(2, "丁.pdf")]) == [{"no-row"}, {"no-file"}]
    assert codes(["丙.pdf"], [row(2, "丙.pdf"), row(3, "丙.pdf")]) == [set(), {"row-again"}]
    assert codes(["丙.pdf"], []) == [set()]


@given(
    st.lists(
        st.sampled_from(["甲", "乙", "丙丁", "甲项目评价报告", "乙项目评价报告终稿"]), max_size=6
    ),
    st.lists(st.sampled_from(["甲", "乙", "丙丁", "甲项目评价报告", "乙项目评价报告"]), max_size=6),
)
def test_every_file_and_every_row_comes_exactly_once(names: list[str], listed: list[str]) -> None:
    files = [f"{name}.pdf" for name in names]
    rows = [row(n, title=title) for n, title in enumerate(listed, 2)]
    found = match(files, rows)
    assert sorted(m.file for m in found if m.file is not None) == list(range(len(files)))
    assert sorted(m.row.number for m in found if m.row) == list(range(2, len(rows) + 2))


def test_a_row_is_read_by_the_headings_that_lists_use() -> None:
    read = read_row(
        4,
        {
            "序号": "1",
            "评价报告名称": "《甲报告》",
            "评价类型": "部门整体支出",
            "第三方机构名称": " 某某公司 ",
            "评价年度": "2024年度",
            "金额(万元)": "1,200.5",
            "得分": "86.25",
            "等次": "良好",
        },
        WORDS,
    )
    assert read.doubts == ()
    assert read.values == {
        "title": "甲报告",
        "kind": "department",
        "agency": "某某公司",
        "evaluation_year": 2024,
        "amount_cents": 1_200_500_000,
        "stated_score_hundredths": 8625,
        "evaluation_grade": "良",
    }


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("评价类型", "专著"),
        ("等次", "A"),
        ("年度", "去年"),
        ("金额（元）", "约三百"),
        ("得分", "-1"),
    ],
)
def test_a_cell_that_cannot_be_read_is_doubtful_and_sets_nothing(heading: str, cell: str) -> None:
    read = read_row(2, {heading: cell}, WORDS)
    assert read.values == {}
    assert [(d.code, d.values["value"]) for d in read.doubts] == [("value-odd", cell)]


def test_kind_and_title_are_guessed_from_a_name() -> None:
    assert kind_from_title("区文旅局2024年度部门整体支出绩效评价报告") == "department"
    assert kind_from_title("公共文化专项资金绩效评价报告") == "key-project"
    assert kind_from_title("报告终稿") is None
    assert title_from_name("材料\\03、《甲项目绩效评价报告》.PDF") == "甲项目绩效评价报告"


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_an_amount_is_read_to_the_cent_or_not_at_all(cents: int) -> None:
    sign = "-" if cents < 0 else ""
    assert scaled(f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}", 100) == cents
    assert scaled(f"{cents}.001", 100) is None


def test_an_unknown_doubt_blocks() -> None:
    assert blocks("encrypted")
    assert not blocks("no-row")
