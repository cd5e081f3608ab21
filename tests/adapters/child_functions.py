"""What the tests let the limited child do."""

from __future__ import annotations

import os
import pickle
import sys
import time
from pathlib import Path

from reviewapp.adapters.child import ChildRefused, Progress


def echo(path: str, report: Progress, text: str) -> bytes:
    return f"{path} {text}".encode()


def process_id(path: str, report: Progress) -> bytes:
    return str(os.getpid()).encode()


def steps(path: str, report: Progress) -> bytes:
    for step in (1, 2, 3):
        report(step, 3)
    return b""


def abort(path: str, report: Progress) -> bytes:
    os.abort()


def leave(path: str, report: Progress) -> bytes:
    os._exit(3)


def fail(path: str, report: Progress) -> bytes:
    raise ValueError("broken")


def sleep(path: str, report: Progress) -> bytes:
    time.sleep(60)
    return b""


def tell_and_sleep(path: str, report: Progress) -> bytes:
    report(os.getpid(), 1)
    time.sleep(60)
    return b""


def spin(path: str, report: Progress) -> bytes:
    while True:
        pass


def eat(path: str, report: Progress) -> bytes:
    return bytes(600_000_000)


def flood(path: str, report: Progress) -> bytes:
    return bytes(5000)


def stutter(path: str, report: Progress) -> bytes:
    """Announce an answer on the pipe and never send it."""
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"R\0\0\1\0ab")
        except OSError:
            continue
    time.sleep(60)
    return b""


def write_file(path: str, report: Progress) -> bytes:
    target = Path(sys.prefix) / "written-by-a-child"
    try:
        target.write_bytes(b"x" * 10)
    finally:
        target.unlink(missing_ok=True)
    return b""


def refuse(path: str, report: Progress) -> bytes:
    raise ChildRefused("encrypted", "why")


def pickle_bomb(path: str, report: Progress) -> bytes:
    return pickle.dumps(print)
