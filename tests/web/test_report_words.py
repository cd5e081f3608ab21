"""How facts and file names of a report read."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import Babel

from reviewapp.web.reports.drafts import _line
from reviewapp.web.reports.words import fact_lines, file_name, shown
from tests import report_rows as made


@pytest.mark.parametrize(
    ("stored", "given"),
    [
        ("报告.pdf", "报告.pdf"),
        ("..\\secret\\报告", "报告.pdf"),
        ("a/b/c.PDF", "c.PDF"),
        ("x\r\nSet-Cookie: a=b.pdf", "xSet-Cookie: a=b.pdf"),
        ("", "report.pdf"),
    ],
)
def test_a_download_has_a_plain_file_name(stored: str, given: str) -> None:
    assert file_name(stored) == given


def test_facts_read_as_people_write_them() -> None:
    answer = made.answer(
        facts={"budget_amount": "12345678.90", "execution_rate": "98.5", "evaluation_year": 2024}
    )
    app = Flask(__name__)
    Babel(app, default_locale="en")
    with app.test_request_context():
        lines = {line.name: line.value for line in fact_lines(answer)}
    assert lines == {
        "budget_amount": "12,345,678.90 yuan",
        "execution_rate": "98.5%",
        "evaluation_year": "2024",
    }


@pytest.mark.parametrize(
    ("check", "value", "words"),
    [
        ("annex-missing", "indicator-scores", "Indicator score table"),
        ("block-mislabelled", "decision", "项目决策情况"),
        ("weights-sum", "decision", "decision"),
    ],
)
def test_what_should_stand_reads_as_words_and_not_as_ids(
    check: str, value: str, words: str
) -> None:
    sections = [{"id": "decision", "title": "项目决策情况"}]
    stored = {**made.finding(check, expected=value), "variant": "", "values": {}}
    line = _line(stored, "key-project")
    app = Flask(__name__)
    Babel(app, default_locale="en")
    with app.test_request_context():
        assert shown(line, value, sections) == words
