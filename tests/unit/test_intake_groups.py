"""Which files of an intake are proposed as one report, and which are not."""

from __future__ import annotations

from reviewapp.adapters.intake_words import load_words
from reviewapp.domain.intake import ListRow, match
from reviewapp.domain.intake_groups import (
    Grouped,
    Named,
    file_names,
    one_row_a_file,
    propose,
)
from tests.conftest import ROOT

WORDS = load_words(ROOT / "rubrics" / "intake.yaml").parts


def row(number: int, **values: object) -> ListRow:
    return ListRow(number, values)


def grouped(files: list[Named], rows: list[ListRow] = [], **more: bool) -> Grouped:  # noqa: B006
    single = one_row_a_file(rows)
    return propose(files, single, match([f.name for f in files], single), WORDS, **more)


def named(files: list[Named], found: Grouped) -> list[list[str]]:
    return [[files[index].name for index in group.files] for group in found.groups]


def test_names_in_a_cell_are_parted_by_semicolons_and_line_breaks() -> None:
    assert file_names(" 甲.pdf；附件1.pdf\n附件2.pdf;") == ["甲.pdf", "附件1.pdf", "附件2.pdf"]
    assert file_names("甲、乙项目.pdf") == ["甲、乙项目.pdf"]


def test_a_cell_with_several_names_is_one_report_in_the_order_of_the_cell() -> None:
    files = [Named("附件1.pdf"), Named("别的.pdf"), Named("甲.pdf")]
    rows = [row(2, file_name="甲.pdf；附件1.pdf", title="甲项目"), row(3, file_name="别的.pdf")]
    found = grouped(files, rows)
    (group,) = found.groups
    assert named(files, found) == [["甲.pdf", "附件1.pdf"]]
    assert (group.kinds, group.why, group.listed["title"]) == (("body", "annex"), "list", "甲项目")
    assert [doubt.code for doubt in group.doubts] == ["parts-list"]
    assert [(one.file, one.row and one.row.number) for one in found.matches] == [(1, 3)]


def test_rows_of_one_title_or_one_number_are_one_report() -> None:
    files = [Named("a.pdf"), Named("b.pdf"), Named("c.pdf"), Named("d.pdf")]
    rows = [
        row(2, file_name="b.pdf", title="甲项目"),
        row(3, file_name="a.pdf", title="甲项目"),
        row(4, file_name="c.pdf", report_number="鄂甲〔2025〕1号", title="乙"),
        row(5, file_name="d.pdf", report_number="鄂甲〔2025〕1号", title="乙附件"),
    ]
    assert named(files, grouped(files, rows)) == [["b.pdf", "a.pdf"], ["c.pdf", "d.pdf"]]


def test_a_file_that_a_cell_names_and_nobody_brought_is_told_beside_the_report() -> None:
    rows = [row(2, file_name="甲.pdf;附件1.pdf;附件2.pdf")]
    files = [Named("甲.pdf"), Named("附件1.pdf")]
    found = grouped(files, rows)
    assert [(d.code, d.values.get("name")) for d in found.groups[0].doubts] == [
        ("parts-list", None),
        ("part-missing", "附件2.pdf"),
    ]
    assert found.matches == ()
    # Of a report of which one file came, that file stays, with what is missing.
    found = grouped(files[:1], rows)
    (alone,) = found.matches
    assert alone.file == 0
    assert [d.values["name"] for d in alone.doubts] == ["附件1.pdf", "附件2.pdf"]


def test_a_folder_with_one_body_and_annexes_is_one_report() -> None:
    files = [
        Named("附件10.pdf", "报告/甲"),
        Named("甲项目绩效评价报告.pdf", "报告/甲"),
        Named("附件2.pdf", "报告/甲"),
        Named("签字页.pdf", "报告/甲"),
        Named("乙项目绩效评价报告.pdf", "报告"),
    ]
    found = grouped(files)
    assert named(files, found) == [
        ["甲项目绩效评价报告.pdf", "附件2.pdf", "附件10.pdf", "签字页.pdf"]
    ]
    assert [one.file for one in found.matches] == [4]


def test_a_folder_of_many_reports_is_no_report() -> None:
    files = [Named("甲.pdf", "报告"), Named("乙.pdf", "报告"), Named("附件.pdf", "报告")]
    assert grouped(files).groups == ()
    alone = [Named("甲.pdf"), Named("附件.pdf")]
    assert grouped(alone).groups == ()


def test_a_row_may_name_the_folder() -> None:
    files = [Named("1.pdf", "材料/甲项目绩效评价报告"), Named("2.pdf", "材料/甲项目绩效评价报告")]
    found = grouped(files, [row(2, title="甲项目绩效评价报告", kind="key-project")])
    assert named(files, found) == [["1.pdf", "2.pdf"]]
    assert found.groups[0].listed["kind"] == "key-project"
    assert found.matches == ()


def test_files_of_a_folder_with_rows_of_their_own_stay_apart() -> None:
    files = [Named("甲.pdf", "全部"), Named("附件.pdf", "全部")]
    rows = [row(2, file_name="甲.pdf", title="甲"), row(3, file_name="附件.pdf", title="乙")]
    assert grouped(files, rows).groups == ()


def test_what_was_said_outranks_and_what_is_no_pdf_stays_out() -> None:
    files = [Named("附件.pdf"), Named("正文.pdf"), Named("旧.doc", is_pdf=False)]
    found = grouped(files, one_report=True)
    assert named(files, found) == [["正文.pdf", "附件.pdf"]]
    assert found.groups[0].doubts == ()
    assert [one.file for one in found.matches] == [2]
    assert grouped(files[:1], one_report=True).groups == ()
