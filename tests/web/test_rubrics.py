"""Rubrics are readable for everybody who rates or oversees, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.db.models import RubricVersion
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from tests import rows
from tests.people import Cast

Client = Callable[[Identity], FlaskClient]


def test_a_stored_rubric_is_shown_whole(client_of: Client, cast: Cast, database: Database) -> None:
    with database.transaction() as session:
        title = rows.round_(session).title
        stored = session.exec(
            select(RubricVersion).where(RubricVersion.kind == "key-project")
        ).one()
        rubric_id, content = stored.id, stored.content
    for who in (cast.meng, cast.fang, cast.chen, cast.yan):
        client = client_of(who)
        assert title in client.get("/rubrics").text
        page = client.get(f"/rubrics/{rubric_id}").text
        for dimension in content["dimensions"]:
            assert all(criterion["title"] in page for criterion in dimension["criteria"])
        assert all(veto["ground"] in page for veto in content["vetoes"])


def test_agencies_and_administrators_do_not_know_of_rubrics(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        rows.round_(session)
        rubric_id = session.exec(select(RubricVersion.id)).first()
    for who in (cast.lin, cast.qin):
        assert client_of(who).get("/rubrics").status_code == 404
        assert client_of(who).get(f"/rubrics/{rubric_id}").status_code == 404
