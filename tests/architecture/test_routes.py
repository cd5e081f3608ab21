"""Every view declares who may call it; the table is written out, so that a change is a decision."""

from __future__ import annotations

import ast

import pytest
from flask import Flask

from reviewapp.domain.policy import GRANTS, Permission, Role
from reviewapp.web.support.access import check_every_view_declares_access
from tests.architecture.access_table import ACCESS
from tests.conftest import ROOT


def _declared(app: Flask) -> dict[str, str]:
    return {
        rule.endpoint: app.view_functions[rule.endpoint].access  # type: ignore[attr-defined]
        for rule in app.url_map.iter_rules()
    }


def test_the_access_table_is_the_one_that_was_decided(app: Flask) -> None:
    assert _declared(app) == ACCESS


def test_the_app_does_not_start_with_a_silent_view(app: Flask) -> None:
    app._got_first_request = False
    app.add_url_rule("/silent", endpoint="silent", view_func=lambda: "")

    with pytest.raises(RuntimeError, match="silent"):
        check_every_view_declares_access(app)


def test_nobody_holds_administration_and_work_and_audit_at_once() -> None:
    assert Permission.ACCOUNT_MANAGE not in GRANTS[Role.OFFICER] | GRANTS[Role.AUDITOR]
    assert Permission.NOTICE_SIGN not in GRANTS[Role.OFFICER]
    assert Permission.NOTICE_DRAFT not in GRANTS[Role.APPROVER]
    assert Permission.RECORD_READ not in GRANTS[Role.ADMINISTRATOR] | GRANTS[Role.OFFICER]
    assert GRANTS[Role.AGENCY] == {Permission.RESULT_READ, Permission.DRAFT_PRECHECK}


def test_a_get_never_opens_a_transaction() -> None:
    """A view that only answers GET reads; a link that a chat program opens must change nothing."""
    offenders = []
    for path in (ROOT / "reviewapp" / "web").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in [n for n in tree.body if isinstance(n, ast.FunctionDef)]:
            heads = [ast.unparse(d) for d in function.decorator_list]
            only_get = any(".get(" in h for h in heads) and not any(".post(" in h for h in heads)
            opens = any(
                isinstance(n, ast.Call) and ast.unparse(n.func) == "transaction"
                for n in ast.walk(function)
            )
            if only_get and opens:
                offenders.append(f"{path.name}:{function.name}")
    assert not offenders
