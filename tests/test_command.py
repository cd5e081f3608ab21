"""The command `reviewapp` as an operator runs it: a process of its own, with its exit status."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


PROGRAM = Path(sys.executable).parent / "reviewapp"


def run(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a subcommand on an installation of its own; settings of the tester's shell are left out."""
    kept = ("PATH", "HOME", "LANG")
    environ = {name: os.environ[name] for name in kept if name in os.environ}
    return subprocess.run(
        [PROGRAM, *arguments],
        env={**environ, "DATA_DIR": str(data_dir), **settings},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_an_installation_is_backed_up_restored_and_found_sound(tmp_path: Path) -> None:
    first, second, copy = tmp_path / "first", tmp_path / "second", tmp_path / "backup"
    assert run(first, "demo", "--stage", "intake").returncode == 0
    assert run(first, "backup", str(copy)).stderr == ""
    assert run(second, "restore", str(copy)).stderr == ""
    said = run(second, "check")
    assert (said.returncode, said.stderr) == (0, "")
    again = run(second, "restore", str(copy))
    assert again.returncode == 2
    full = run(first, "backup", str(copy))
    assert full.returncode == 2
    for told in (again.stderr, full.stderr):
        assert told.startswith("reviewapp: ")
        assert "Traceback" not in told
    stopped = run(first, "demo")
    assert (stopped.returncode, stopped.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "sqlite:////no/such/folder/x.db"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/x"),
        ("STORAGE_URL", "ftp://x"),
        ("QUEUE_URL", "foo"),
        ("SECRET_KEY", "short"),
        ("MAX_PAGES", "many"),
        ("RUBRICS_DIR", "/no/such/folder"),
        ("TEMPLATES_DIR", "/tmp"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(
    tmp_path: Path, name: str, value: str
) -> None:
    said = run(tmp_path / "data", "migrate", **{name: value})
    assert said.returncode == 2
    assert said.stderr.startswith(f"reviewapp: {name}")
    assert said.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "abc"), ("PORT", "0"), ("HOST", "203.0.113.1"), ("DEMO", "2")]
)
def test_make_run_stops_before_it_prepares_anything(tmp_path: Path, name: str, value: str) -> None:
    settings = {"PORT": str(free_port()), name: value}
    demo = settings.pop("DEMO", "0")
    said = run(tmp_path / "data", "prepare", "--listen", "--demo", demo, **settings)
    assert said.returncode == 2
    assert said.stderr.startswith(f"reviewapp: {name}")
    assert said.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_make_run_says_that_the_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = run(tmp_path / "data", "prepare", "--listen", PORT=str(port))
    assert said.returncode == 2
    assert said.stderr.startswith(f"reviewapp: PORT {port} is taken")


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABASE_URL", "sqlite:////no/such/folder/x.db"), ("STORAGE_URL", "s3://")],
)
def test_web_and_worker_do_not_start_with_a_wrong_setting(
    tmp_path: Path, name: str, value: str
) -> None:
    data_dir = tmp_path / "data"
    assert run(data_dir, "migrate").returncode == 0
    worker = run(data_dir, "worker", **{name: value})
    assert (worker.returncode, worker.stderr.count("Traceback")) == (2, 0)
    web = subprocess.run(
        [PROGRAM.with_name("python"), "-c", "import reviewapp.wsgi"],
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir), name: value},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert web.returncode == 3
    for told in (worker.stderr, web.stderr):
        assert told.startswith(f"reviewapp: {name}")
        assert told.count("\n") == 1


def test_broken_rules_stop_the_start(tmp_path: Path) -> None:
    import shutil

    rubrics = tmp_path / "rubrics"
    shutil.copytree(ROOT / "rubrics", rubrics)
    with (rubrics / "precheck" / "scores.yaml").open("a", encoding="utf-8") as handle:
        handle.write("unheard_of: 1\n")
    assert run(tmp_path / "data", "migrate").returncode == 0
    said = run(tmp_path / "data", "worker", RUBRICS_DIR=str(rubrics))
    assert said.returncode == 2
    assert "scores.yaml" in said.stderr
    assert "unheard_of" in said.stderr


def test_the_data_files_are_validated_with_file_and_key(tmp_path: Path) -> None:
    import shutil

    whole = run(tmp_path / "data", "rules", "check")
    assert (whole.returncode, whole.stdout.splitlines()[-1]) == (0, "ok")
    for name, line in (
        ("precheck/checks.yaml", "spelling: {severity: grave}\n"),
        ("key-project.yaml", "bands: 7\n"),
        ("intake.yaml", "columns: 7\n"),
    ):
        rubrics = tmp_path / name.replace("/", "-")
        shutil.copytree(ROOT / "rubrics", rubrics)
        with (rubrics / name).open("a", encoding="utf-8") as handle:
            handle.write(line)
        said = run(tmp_path / "data", "rules", "check", str(rubrics))
        assert said.returncode == 2
        assert name.split("/")[-1] in said.stderr
        assert "Traceback" not in said.stderr


def test_listing_the_sign_ins_loads_no_writer_of_reports() -> None:
    """Each start of the demo lists them; what writes and checks reports takes a second to load."""
    said = subprocess.run(
        [
            PROGRAM.with_name("python"),
            "-c",
            "import sys, reviewapp.demo.people; print(*sorted(sys.modules))",
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(said.stdout.split())
    assert "reviewapp.demo.people" in loaded
    assert not {"reviewapp.demo.stages", "reportlab", "typst"} & loaded
