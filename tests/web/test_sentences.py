"""Two sentences of a template stand without a space in Chinese, and with one in English."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string, session

_TEMPLATE = (
    '{{ _("An officer takes the reports in.") }} {{ _("Every report has its experts.") }}'
    '{% if more %} {{ _("There is no such report.") }}{% endif %}|'
    '<b>{{ _("Upload") }}</b> <i>{{ _("Cancel") }}</i>'
)


@pytest.mark.parametrize(("locale", "spaces"), [("zh_Hans", False), ("en", True)])
def test_only_english_puts_a_space_between_sentences(app: Flask, locale: str, spaces: bool) -> None:
    with app.test_request_context():
        session["locale"] = locale
        text = render_template_string(_TEMPLATE, more=True)
    first, second = text.split("|")
    assert (" " in first.replace("。", "")) is spaces
    assert first.count("。" if not spaces else ".") == 3
    assert "</b> <i>" in second  # what is no sentence keeps its space
    if spaces:
        assert "in. Every report has its experts. There is no" in first
