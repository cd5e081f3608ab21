"""The preview's fields for reports of several files, without any script."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from reviewapp.db.models import Report, ReportVersion, VersionPart
from reviewapp.db.session import Database
from tests import rows
from tests.people import Cast
from tests.services.test_intakes import pdf
from tests.web.test_intakes import bring, fields, text_of

Client = Callable[..., FlaskClient]


@pytest.fixture
def round_id(database: Database) -> UUID:
    with database.transaction() as session:
        return rows.round_(session).id


def all_fields(page: str) -> dict[str, list[str]]:
    """Return what the form would send, with the fields of the parts."""
    sent = fields(page)
    for name, value in re.findall(r'name="(place-[\w-]+)" value="(\d+)"', page):
        sent[name] = [value]
    for name, options in re.findall(r'<select name="(part-[\w-]+)"(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([\w-]*)" selected', options)
        sent[name] = [chosen.group(1) if chosen else ""]
    return sent


def stored(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        found = session.exec(
            select(VersionPart)
            .join(ReportVersion, col(ReportVersion.id) == col(VersionPart.report_version_id))
            .order_by(col(VersionPart.number))
        )
        return [(one.file_name, one.kind) for one in found]


def marked(page: str, *names: str) -> list[str]:
    """Return the values of the boxes beside the files of these names."""
    return [
        re.findall(rf'name="joins" value="([\w-]+)"[^>]*aria-label="《{name}》', page)[0]
        for name in names
    ]


def test_marked_files_become_one_report_in_the_typed_order(
    client_of: Client, cast: Cast, round_id: UUID, database: Database, tmp_path: Path
) -> None:
    client = client_of(cast.chen)
    names = ("甲项目绩效评价报告", "附件一", "乙局部门整体支出报告")
    files = [(f"{name}.pdf", pdf(tmp_path, n)) for n, name in enumerate(names)]
    address = bring(client, round_id, *files)
    page = text_of(client, address)
    other = marked(page, names[2])[0]
    sent = all_fields(page) | {"joins": marked(page, *names[:2]), f"kind-{other}": ["key-project"]}

    answer = client.post(f"{address}/bundles", data=sent)

    assert answer.status_code == 303
    page = text_of(client, answer.location)
    assert "第 1 至 2 页" in page
    assert "第 3 至 4 页" in page
    # What was typed in the other rows is still there.
    sent = all_fields(page)
    assert sent[f"kind-{other}"] == ["key-project"]
    places = [name for name in sent if name.startswith("place-")]
    sent[places[0]], sent[places[1]] = ["2"], ["1"]
    sent[f"part-{places[1].removeprefix('place-')}"] = ["signature"]
    sent["items"] = [one for one in sent["items"] if one != other]

    taken = client.post(f"{address}/take", data=sent)

    assert taken.status_code == 303
    assert stored(database) == [("附件一.pdf", "signature"), ("甲项目绩效评价报告.pdf", "body")]
    assert "由 2 个文件合并而成" in text_of(client, taken.location)
    with database.read() as session:
        assert session.exec(select(Report.title)).all() == [names[0]]


def test_the_order_is_saved_and_a_report_taken_apart(
    client_of: Client, cast: Cast, round_id: UUID, tmp_path: Path
) -> None:
    client = client_of(cast.meng)
    files = [(f"{name}.pdf", pdf(tmp_path, n)) for n, name in enumerate(("甲项目", "附件一"))]
    address = bring(client, round_id, *files)
    page = text_of(client, address)
    made = client.post(f"{address}/bundles", data={"joins": marked(page, "甲项目", "附件一")})
    page = text_of(client, made.location)
    bundle = re.findall(r'formaction="([^"]+/bundles/[\w-]+)"', page)[0]
    sent = all_fields(page)
    places = [name for name in sent if name.startswith("place-")]

    by_htmx = client.post(bundle, data=sent, headers={"HX-Request": "true"})
    assert by_htmx.headers["HX-Redirect"] == address.split("localhost")[-1]  # no anchor: it loads

    refused = client.post(bundle, data=sent | {places[0]: ["zwei"]})
    assert refused.status_code == 422
    assert "请填写“甲项目.pdf”的顺序号" in refused.get_data(as_text=True)

    assert client.post(bundle, data=sent | {places[0]: ["9"]}).status_code == 303
    page = text_of(client, address)
    assert page.index("附件一.pdf") < page.index("甲项目.pdf", page.index("data-parts"))

    assert client.post(f"{bundle}/apart", data=all_fields(page)).status_code == 303
    page = text_of(client, address)
    assert 'name="place-' not in page
    assert client.post(f"{bundle}/apart", data={}).status_code == 404


def test_one_file_is_no_report_of_several(
    client_of: Client, cast: Cast, round_id: UUID, tmp_path: Path
) -> None:
    client = client_of(cast.meng)
    files = [(f"{name}.pdf", pdf(tmp_path, n)) for n, name in enumerate(("甲项目", "附件一"))]
    address = bring(client, round_id, *files)
    page = text_of(client, address)
    for chosen in ([], marked(page, "甲项目")):
        answer = client.post(f"{address}/bundles", data={"joins": chosen})
        assert answer.status_code == 422
        assert "请至少选择属于同一份报告的两个文件" in answer.get_data(as_text=True)


def test_others_put_nothing_together(
    client_of: Client, cast: Cast, round_id: UUID, tmp_path: Path
) -> None:
    files = [(f"{name}.pdf", pdf(tmp_path, n)) for n, name in enumerate(("甲项目", "附件一"))]
    address = bring(client_of(cast.chen), round_id, *files)
    page = text_of(client_of(cast.chen), address)
    sent = {"joins": marked(page, "甲项目", "附件一")}
    for who in (cast.luo, cast.fang, cast.yan, cast.lin):
        assert client_of(who).post(f"{address}/bundles", data=sent).status_code == 404
    assert client_of(cast.meng).post(f"{address}/bundles", data=sent).status_code == 303
