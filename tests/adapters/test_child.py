"""The limited child: what it may not do, and that its caller never waits for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from reviewapp.adapters import child

HERE = "tests.adapters.child_functions"


def run(name: str, limits: child.Limits | None = None, **arguments: object) -> bytes:
    return child.run(f"{HERE}:{name}", Path("some.pdf"), arguments, limits=limits)


def test_the_answer_is_what_the_function_returns() -> None:
    assert run("echo", text="中文") == "some.pdf 中文".encode()


def test_the_work_is_done_in_another_process() -> None:
    assert int(run("process_id")) != os.getpid()


def test_progress_reaches_the_caller() -> None:
    seen: list[tuple[int, int]] = []
    child.run(f"{HERE}:steps", Path(), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("name", "limits", "reason"),
    [
        ("abort", child.Limits(), "SIGABRT"),
        ("leave", child.Limits(), "exit-3"),
        ("fail", child.Limits(), "ValueError: broken"),
        ("sleep", child.Limits(wall_seconds=0.5), "wall-time"),
        ("spin", child.Limits(cpu_seconds=1, wall_seconds=20), "SIGXCPU"),
        ("eat", child.Limits(memory=300_000_000), "memory"),
        ("flood", child.Limits(result_bytes=1000), "result-size"),
        ("stutter", child.Limits(wall_seconds=0.5), "wall-time"),
        ("write_file", child.Limits(), "OSError"),
    ],
)
def test_a_death_has_its_reason(name: str, limits: child.Limits, reason: str) -> None:
    started = time.monotonic()
    with pytest.raises(child.ChildDied) as died:
        run(name, limits)
    assert reason in died.value.reason
    assert time.monotonic() - started < 10


def test_a_refusal_keeps_its_code() -> None:
    with pytest.raises(child.ChildRefused) as refused:
        run("refuse")
    assert (refused.value.code, refused.value.detail) == ("encrypted", "why")


def test_a_pickle_in_the_answer_is_only_bytes() -> None:
    assert run("pickle_bomb").startswith(b"\x80")


def test_many_threads_may_run_children_at_once() -> None:
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(run("echo", text=str(n))))
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == [f"some.pdf {n}".encode() for n in range(6)]


def test_a_timed_out_child_is_gone() -> None:
    seen: list[int] = []
    with pytest.raises(child.ChildDied):
        child.run(
            f"{HERE}:tell_and_sleep",
            Path(),
            limits=child.Limits(wall_seconds=0.5),
            progress=lambda done, total: seen.append(done),
        )
    (process_id,) = seen
    deadline = time.monotonic() + 5
    while Path(f"/proc/{process_id}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{process_id}").exists()


def test_a_script_without_a_main_guard_does_not_run_again_in_the_child(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from reviewapp.adapters import child\n"
        "print('once', flush=True)\n"
        f"print(child.run('{HERE}:echo', Path('x'), {{'text': 'y'}}).decode())\n",
        encoding="utf-8",
    )
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout.split("\n"), done.stderr) == (["once", "x y", ""], "")


def test_a_caller_that_is_killed_leaves_no_child(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from reviewapp.adapters import child\n"
        f"child.run('{HERE}:tell_and_sleep', Path(),\n"
        "    progress=lambda done, total: print(done, flush=True))\n",
        encoding="utf-8",
    )
    root = str(Path(__file__).resolve().parents[2])
    with subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.PIPE,
        text=True,
    ) as caller:
        assert caller.stdout is not None
        process_id = int(caller.stdout.readline())
        caller.kill()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{process_id}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{process_id}").exists()
