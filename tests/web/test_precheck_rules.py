"""The rules of the precheck can be read, searched and found in their files by who rates."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from reviewapp.adapters import rule_files
from reviewapp.adapters.rule_pages import data_files
from reviewapp.domain.policy import Identity
from tests.people import Cast

Client = Callable[[Identity | None], FlaskClient]


def test_the_page_shows_every_file_with_its_place_and_the_version_of_the_rules(
    client_of: Client, cast: Cast
) -> None:
    page = client_of(cast.meng).get("/precheck-rules").text

    assert rule_files.load().content_hash[:12] in page
    for file in data_files(rule_files.DEFAULT_FOLDER):
        assert f"rubrics/precheck/{file.name}.yaml" in page
    for rule in rule_files.load().checks.values():
        assert rule.source in page.replace("&amp;", "&")


def test_no_key_of_any_file_is_left_out(client_of: Client, cast: Cast) -> None:
    page = client_of(cast.meng).get("/precheck-rules").text
    shown = set(re.findall(r"<td data-label=\"文件中的键\"><code>([^<]+)</code>", page))

    for file in data_files(rule_files.DEFAULT_FOLDER):
        if file.name == "checks":
            continue
        own = {one.key for one in file.entries if not one.key.startswith(("sections.", "rules."))}
        assert own <= shown, file.name


def test_a_repealed_rule_is_found_with_its_date_and_source(client_of: Client, cast: Cast) -> None:
    page = client_of(cast.chen).get("/precheck-rules?q=财预〔2011〕285号").text

    assert "2020-02-25" in page
    assert "财预〔2020〕10号第三十二条" in page
    assert "财农〔2017〕8号" not in page
    assert "cover.yaml" not in page


def test_of_a_long_list_the_search_shows_what_holds_the_words(
    client_of: Client, cast: Cast
) -> None:
    page = client_of(cast.meng).get("/precheck-rules?q=会计师事务所").text

    row = re.search(r"agency_endings</code>.*?</tr>", page, re.S)
    assert row is not None
    assert "会计师事务所" in row[0]
    assert "咨询公司" not in row[0]


def test_what_nothing_holds_is_said(client_of: Client, cast: Cast) -> None:
    page = client_of(cast.meng).get("/precheck-rules?q=<不存在>").text

    assert "规则中没有“&lt;不存在&gt;”" in page


def test_agencies_and_administrators_do_not_read_the_rules(client_of: Client, cast: Cast) -> None:
    for who in (cast.lin, cast.qin):
        assert client_of(who).get("/precheck-rules").status_code == 404
    # An expert reads the rules, but not how the checks were judged in other reports.
    assert "/prechecks/" not in client_of(cast.chen).get("/precheck-rules").text
