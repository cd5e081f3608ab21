"""The layers hold."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT


def test_every_import_contract_is_kept() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]


def test_the_precheck_command_loads_neither_flask_nor_a_database() -> None:
    code = (
        "import sys, reviewapp.precheck_cli, reviewapp.services.precheck_file\n"
        "bad = {'flask', 'sqlalchemy', 'sqlmodel', 'werkzeug', 'huey'} & set(sys.modules)\n"
        "sys.exit(', '.join(bad) or 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stderr[-2000:]
