"""The notice: its sentences, its sums, what may be edited, and its number."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewapp.adapters.notice_wording import load_wording
from reviewapp.domain.errors import DomainError, Invalid, NotFound
from reviewapp.domain.notice import (
    AgencyLine,
    Block,
    BlockKind,
    Draw,
    NoticeContent,
    Requirement,
    Segment,
    Strength,
    apply_edits,
    check_doc_number,
    compose,
    editable,
    refresh_edits,
    typed_figures,
)
from reviewapp.domain.notice.phrases import book_title, clean, numeral, percent, points
from tests.notice_samples import AGENCIES, FREIGHT, TALENT, facts, report

WORDING = load_wording()


def block(content: NoticeContent, block_id: str) -> Block:
    return next(item for item in content.blocks if item.id == block_id)


def test_the_2024_round_yields_its_official_sentences() -> None:
    text = compose(facts(), WORDING).plain_text()
    assert "今年共对14份重点项目绩效评价报告和2份部门整体绩效评价报告进行评级" in text
    assert f"《{FREIGHT}》等4份绩效评价报告被评为A级" in text
    assert f"《{TALENT}》等12份绩效评价报告被评为B级" in text
    assert "没有绩效评价报告被评为C级或D级。" in text


# Letters of the reports → the sentence on results. R1, R2 … are the titles in order.
# A and B name one title, C and D name all; one report, or all named, goes without 等.
DISTRIBUTIONS = [
    ("A", "《R1》1份绩效评价报告被评为A级；没有绩效评价报告被评为B级、C级或D级。"),
    ("AA", "《R1》等2份绩效评价报告被评为A级；没有绩效评价报告被评为B级、C级或D级。"),
    (
        "AABC",
        "《R1》等2份绩效评价报告被评为A级；《R3》1份绩效评价报告被评为B级；"
        "《R4》1份绩效评价报告被评为C级；没有绩效评价报告被评为D级。",
    ),
    (
        "BCC",
        "《R1》1份绩效评价报告被评为B级；《R2》《R3》2份绩效评价报告被评为C级；"
        "没有绩效评价报告被评为A级或D级。",
    ),
    ("DD", "《R1》《R2》2份绩效评价报告被评为D级；没有绩效评价报告被评为A级、B级或C级。"),
    (
        "ABCD",
        "《R1》1份绩效评价报告被评为A级；《R2》1份绩效评价报告被评为B级；"
        "《R3》1份绩效评价报告被评为C级；《R4》1份绩效评价报告被评为D级。",
    ),
]


@pytest.mark.parametrize(("letters", "sentence"), DISTRIBUTIONS)
def test_every_pattern_of_letters_has_its_sentence(letters: str, sentence: str) -> None:
    reports = [report(letter, f"R{at}") for at, letter in enumerate(letters, 1)]
    content = compose(facts(reports), WORDING)
    assert block(content, "results.distribution").text == "从评级结果来看，" + sentence


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (("key-project", "department"), "1份重点项目绩效评价报告和1份部门整体绩效评价报告进行评级"),
        (("key-project", "key-project"), "今年共对2份重点项目绩效评价报告进行评级"),
        (("department",), "今年共对1份部门整体绩效评价报告进行评级"),
    ],
)
def test_a_kind_without_reports_is_not_mentioned(kinds: tuple[str, ...], words: str) -> None:
    reports = [report("A", f"R{at}", kind=kind) for at, kind in enumerate(kinds)]
    content = compose(facts(reports), WORDING)
    assert words in block(content, "organisation.objects").text
    assert "0份" not in content.plain_text()


def test_a_notice_issued_in_another_year_does_not_say_this_year() -> None:
    content = compose(facts(issue_date=date(2025, 1, 10)), WORDING)
    assert "2024年共对14份" in content.plain_text()
    assert "今年" not in content.plain_text()


def test_a_drawn_sample_and_a_whole_population_are_said_differently() -> None:
    text = block(compose(facts(), WORDING), "organisation.objects").text
    assert "重点项目绩效评价报告从42份中按随机与风险相结合的方式抽取14份" in text
    assert "部门整体绩效评价报告2份全部纳入评级" in text


def test_more_reports_than_there_were_cannot_be_drawn() -> None:
    how = replace(facts().organisation, draws=(Draw(kind="key-project", population=13),))
    with pytest.raises(Invalid, match="Of 13 reports 14"):
        compose(facts(organisation=how), WORDING)


def test_a_panel_of_one_is_not_called_independent() -> None:
    how = replace(
        facts().organisation, experts=1, per_report_min=1, per_report_max=1, settlement="single"
    )
    text = block(compose(facts(organisation=how), WORDING), "organisation.experts").text
    assert "专家、教授1名，每份报告由1名专家评审。" in text
    assert "独立" not in text


def test_reports_rated_low_are_named_with_agency_and_reason() -> None:
    low = report("D", "R2", shortcomings="未附评分表。")
    content = compose(facts([report("A", "R1"), low]), WORDING)
    said = block(content, "problems.low.1").text
    assert said == f"《R2》（{AGENCIES[0]}）被评为D级。主要问题：未附评分表。"
    assert "认真整改" in content.plain_text()
    assert "认真整改" not in compose(facts(), WORDING).plain_text()


def test_a_superseding_notice_names_the_one_it_takes_the_place_of() -> None:
    made = facts(supersedes_number="蔡财〔2024〕36号", supersedes_title="关于评级结果的通报")
    said = next(block for block in compose(made, WORDING).blocks if block.id == "supersession")
    assert said.text.startswith("《关于评级结果的通报》（蔡财〔2024〕36号）自本通报印发之日起废止")
    assert [one.text for one in said.segments if one.locked] == [
        "《关于评级结果的通报》",
        "蔡财〔2024〕36号",
    ]
    assert all(block.id != "supersession" for block in compose(facts(), WORDING).blocks)


def test_a_lead_report_is_named_before_the_others_of_its_letter() -> None:
    reports = [report("A", "R1", total=9900), report("A", "R2", lead=True, total=9100)]
    content = compose(facts(reports), WORDING)
    assert "《R2》等2份" in block(content, "results.distribution").text


def test_points_stay_out_of_the_notice_unless_the_bureau_wants_them() -> None:
    hidden = compose(facts([report("A", "R1", total=9237)]), WORDING)
    shown = compose(facts([report("A", "R1", total=9237)], show_totals=True), WORDING)
    assert "92.37" not in hidden.to_json()
    assert block(shown, "annex.results.table").table.rows[0][-1] == "92.37"  # type: ignore[union-attr]


def test_an_agency_with_too_few_reports_has_that_as_its_grade() -> None:
    table = block(compose(facts(), WORDING), "annex.agencies.table").table
    assert table is not None
    assert table.column("grade") == ("B", "B", "份数不足，不定级")
    assert table.total == ("", "合计", "16", "4", "12", "0", "0", "—")


def test_sections_without_anything_to_say_are_left_out_and_numbers_close_up() -> None:
    content = compose(facts([report("B", "R1")], dimension_rates=()), WORDING)
    headings = [item.text for item in content.blocks if item.kind is BlockKind.HEADING1]
    assert headings == [
        "一、评级工作组织情况",
        "二、评级结果",
        "三、存在的主要问题",
        "四、有关要求",
    ]


def test_a_notice_without_common_problems_has_two_annexes() -> None:
    content = compose(facts(problems=()), WORDING)
    assert len(content.first(BlockKind.ANNEX_LIST).items) == 2
    assert "附件3" not in content.plain_text()


ratings = st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(0, 4)), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(ratings)
def test_rows_columns_list_and_sentence_always_add_up(made: list[tuple[str, int]]) -> None:
    reports = [report(x, f"R{at}", agency=f"机构{who}") for at, (x, who) in enumerate(made)]
    content = compose(facts(reports), WORDING)
    agencies = block(content, "annex.agencies.table").table
    results = block(content, "annex.results.table").table
    assert agencies is not None
    assert results is not None
    given_letters = Counter(letter for letter, _ in made)
    for letter in "ABCD":
        assert sum(map(int, agencies.column(letter))) == given_letters[letter]
        assert results.column("rating").count(letter) == given_letters[letter]
        assert agencies.total_of(letter) == str(given_letters[letter])
    for row in agencies.rows:
        assert int(row[2]) == sum(map(int, row[3:7]))
    assert NoticeContent.from_json(content.to_json()) == content


def _spoilt(content: NoticeContent, block_id: str, row: int, at: int, cell: str) -> NoticeContent:
    blocks = []
    for item in content.blocks:
        if item.id == block_id and item.table is not None:
            rows = [list(cells) for cells in item.table.rows]
            rows[row][at] = cell
            table = replace(item.table, rows=tuple(tuple(cells) for cells in rows))
            item = replace(item, table=table)
        blocks.append(item)
    return replace(content, blocks=tuple(blocks))


@pytest.mark.parametrize(
    ("block_id", "at", "cell", "message"),
    [
        ("annex.agencies.table", 3, "3", "does not add up"),
        ("annex.agencies.table", 2, "7", "does not add up"),
        ("annex.agencies.table", 3, "x", "whole number"),
        ("annex.results.table", 5, "B", "differ"),
        ("annex.results.table", 4, "别的机构", "differ"),
        ("annex.results.table", 1, "《别的报告》", "the list says otherwise"),
        ("annex.results.table", 0, "2", "numbered"),
    ],
)
def test_a_notice_whose_figures_contradict_cannot_be_made(
    block_id: str, at: int, cell: str, message: str
) -> None:
    with pytest.raises(DomainError, match=message):
        _spoilt(compose(facts(), WORDING), block_id, 0, at, cell)


def test_a_locked_figure_that_differs_from_its_source_is_refused() -> None:
    content = compose(facts(), WORDING)
    blocks = tuple(
        replace(item, segments=tuple(_raised(part) for part in item.segments))
        for item in content.blocks
    )
    with pytest.raises(Invalid, match=r"distribution\.A"):
        replace(content, blocks=blocks)


def _raised(part: Segment) -> Segment:
    return Segment("5", part.key) if part.key == "distribution.A" else part


def test_stored_json_that_was_changed_by_hand_is_refused() -> None:
    data = json.loads(compose(facts(), WORDING).to_json())
    data["figures"][-1]["text"] = "17"
    with pytest.raises(Invalid):
        NoticeContent.from_json(json.dumps(data))
    with pytest.raises(Invalid, match="not a stored notice"):
        NoticeContent.from_json('{"schema": 99}')


def test_the_hash_covers_wording_rubrics_and_every_word() -> None:
    content = compose(facts(), WORDING)
    again = compose(facts(), WORDING)
    assert content.sha256 == again.sha256
    rubric = replace(facts().rubrics[0], sha256="c" * 64)
    edited = apply_edits(content, {"requirements.1.heading": "对照整改"})
    others = [
        compose(facts(rubrics=(rubric,)), WORDING),
        compose(facts(), replace(WORDING, version=2)),
        compose(facts(issue_date=date(2024, 12, 6)), WORDING),
        edited,
    ]
    assert len({content.sha256, *(other.sha256 for other in others)}) == 5


def test_agency_grades_must_match_the_agencies_of_the_reports() -> None:
    with pytest.raises(Invalid, match="别的机构"):
        facts([report("A", "R1")], agencies=(AgencyLine(agency="别的机构", grade="A"),))


@pytest.mark.parametrize(
    "change", [{"rating": "E"}, {"kind": "other"}, {"title": " \u202e"}, {"total": 10_001}]
)
def test_a_report_that_cannot_be_rated_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        replace(report("A", "R1"), **change)


# Editing


def test_every_editable_block_reads_back_unchanged() -> None:
    content = compose(facts([report("A", "R⟦1⟧"), report("D", "R2")]), WORDING)
    edits = {item.id: editable(item) for item in content.blocks if item.editable}
    assert len(edits) > 10
    assert apply_edits(content, edits) == content


def test_words_may_change_and_figures_stay() -> None:
    content = compose(facts(), WORDING)
    text = editable(block(content, "results.distribution")).replace("从评级结果来看", "总的看")
    edited = apply_edits(content, {"results.distribution": text})
    assert block(edited, "results.distribution").text.startswith(f"总的看，《{FREIGHT}》等4份")
    assert edited.figures == content.figures


def test_a_token_may_be_written_without_its_text() -> None:
    content = compose(facts(), WORDING)
    edited = apply_edits(content, {"title": "⟦round.year⟧年度评级结果\r\n通报"})
    assert edited.title == "2024年度评级结果通报"
    assert block(edited, "title").text == "2024年度评级结果\n通报"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.replace("⟦distribution.A:4⟧", "5"), "“distribution.A” .4. is missing"),
        (lambda s: s.replace("A:4⟧", "A:5⟧"), "“distribution.A” .4. was changed"),
        (lambda s: s + "⟦distribution.A:4⟧", "“distribution.A” .4. appears more than once"),
        (lambda s: s + "⟦distribution.Z:4⟧", "no figure “distribution.Z”"),
        (lambda s: s + "⟦", "cannot be used"),
        (
            lambda s: (
                s.replace("⟦distribution.A:4⟧", "x")
                .replace("⟦distribution.B:12⟧", "⟦distribution.A:4⟧")
                .replace("x", "⟦distribution.B:12⟧")
            ),
            "“distribution.A” .4. was moved",
        ),
        (lambda s: "", "is missing"),
    ],
)
def test_an_edit_that_touches_a_figure_is_refused_by_name(change, message: str) -> None:  # type: ignore[no-untyped-def]
    content = compose(facts(), WORDING)
    text = change(editable(block(content, "results.distribution")))
    with pytest.raises(Invalid, match=message) as refused:
        apply_edits(content, {"results.distribution": text})
    assert refused.value.field == "results.distribution"


def test_blocks_made_from_figures_cannot_be_edited() -> None:
    content = compose(facts(), WORDING)
    for block_id in ("annex.results.table", "doc-number", "date", "signature", "results.heading"):
        with pytest.raises(Invalid, match="cannot be edited"):
            apply_edits(content, {block_id: "x"})
    with pytest.raises(NotFound):
        apply_edits(content, {"nothing": "x"})


def test_a_line_break_makes_two_paragraphs() -> None:
    content = compose(facts(), WORDING)
    text = editable(block(content, "problems.1.text")).replace("共有", "\n共有")
    edited = apply_edits(content, {"problems.1.text": text})
    assert block(edited, "problems.1.text~2").text.startswith("共有1份报告在此项扣分")


def test_a_removed_heading_closes_the_numbering() -> None:
    content = compose(facts(), WORDING)
    edited = apply_edits(content, {"requirements.1.heading": "", "requirements.1.text": ""})
    assert block(edited, "requirements.2.heading").text == "（一）加强管理"
    with pytest.raises(Invalid, match="cannot be empty"):
        apply_edits(content, {"addressees": " "})


def test_edits_follow_new_figures_or_are_dropped_by_name() -> None:
    before = compose(facts(), WORDING)
    reports = list(facts().reports)
    reports[1] = replace(reports[1], rating="B")
    after = compose(facts(reports), WORDING)
    edits = {
        "results.distribution": editable(block(before, "results.distribution")) + "特此通报。",
        "problems.9.text": "没有了",
        "strengths.summary": editable(block(before, "strengths.summary")),
    }
    fresh = refresh_edits(after, edits)
    assert "⟦distribution.A:3⟧" in fresh.edits["results.distribution"]
    assert apply_edits(after, {"results.distribution": fresh.edits["results.distribution"]})
    assert fresh.dropped == ("problems.9.text", "strengths.summary")


def test_numbers_typed_into_free_words_are_pointed_out() -> None:
    content = compose(facts(), WORDING)
    text = editable(block(content, "results.distribution")) + "另有5份报告未参评。"
    assert typed_figures(content, {"results.distribution": text}) == ("5",)
    opening = editable(block(content, "opening"))
    assert typed_figures(content, {"opening": opening + "望遵照执行。"}) == ()


def test_typed_words_are_never_read_as_a_template() -> None:
    content = compose(
        facts(
            requirements=(Requirement(heading="{{deadline}}", text="{{bureau}}与#set text"),),
            strengths=(Strength(title="{{x}}", text="{{y}}"),),
        ),
        WORDING,
    )
    assert "{{bureau}}与#set text" in content.plain_text()
    with pytest.raises(Invalid, match="⟦"):
        compose(facts(requirements=(Requirement(heading="a", text="⟦x⟧"),)), WORDING)


# Document number


@pytest.mark.parametrize(
    "text",
    [
        "蔡财〔2024〕1号",
        "蔡财[2024]1号",
        "蔡财【2024】1号",
        "蔡财(2024)1号",
        "蔡财（２０２４）１号",
        " 蔡财 〔2024〕 第001号 ",
    ],
)
def test_a_document_number_is_written_in_official_form(text: str) -> None:
    assert check_doc_number(text) == "蔡财〔2024〕1号"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Type in"),
        ("蔡财2024-1", "not a document number"),
        ("蔡财〔2024〕1", "not a document number"),
        ("〔2024〕1号", "not a document number"),
        ("蔡财〔2024]1号", "do not match"),
        ("蔡财〔24〕1号", "in full"),
        ("蔡财〔3024〕1号", "in full"),
        ("蔡财〔2024〕000号", "serial"),
        ("蔡财〔2024〕123456号", "serial"),
        ("蔡财〔2024〕1号附", "not a document number"),
    ],
)
def test_a_document_number_of_another_form_is_refused(text: str, message: str) -> None:
    with pytest.raises(Invalid, match=message) as refused:
        check_doc_number(text)
    assert refused.value.field == "doc_number"


def test_a_draft_has_neither_number_nor_date_and_says_so() -> None:
    content = compose(facts(doc_number="", issue_date=None), WORDING)
    assert not content.is_complete
    assert "（发文字号待定）" in content.plain_text()
    assert compose(facts(), WORDING).is_complete


# Phrases


def test_titles_are_put_in_title_marks_once() -> None:
    assert book_title("《某报告》") == "《某报告》"
    assert book_title("关于《办法》的报告") == "《关于〈办法〉的报告》"
    assert book_title("《甲》和《乙》") == "《〈甲〉和〈乙〉》"


def test_unprintable_characters_never_reach_the_sheet() -> None:
    assert clean("a\x00b\u202ec\ufffe\tд\r\n e") == "abc д e"
    assert clean("a \n b", lines=True) == "a\nb"


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")]
)
def test_headings_count_in_chinese_numerals(number: int, words: str) -> None:
    assert numeral(number) == words


def test_points_and_rates_are_rounded_half_up() -> None:
    assert [points(9000), points(9050), points(9005)] == ["90", "90.5", "90.05"]
    assert [percent(8235), percent(8234), percent(10_000)] == ["82.4%", "82.3%", "100.0%"]
