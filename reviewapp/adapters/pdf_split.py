"""Reads the two halves of a long document side by side, in the limited child and a fork of it."""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import signal
from collections.abc import Callable
from typing import TypeVar

Part = TypeVar("Part")

_WORTH_IT = 12  # pages; a fork and its answer cost about as much as reading five
_PR_SET_PDEATHSIG = 1


class HalfDied(Exception):
    """The forked half ended without an answer: a signal or a limit."""


def worth_splitting(pages: int) -> bool:
    """Say whether two processes would be sooner done than one."""
    return pages >= _WORTH_IT and len(os.sched_getaffinity(0)) > 1


def both(first: Callable[[], list[Part]], second: Callable[[], list[Part]]) -> list[Part]:
    """Return first() + second(), the second done in a fork. Each may use half of the memory.

    The answer of the fork is a pickle: it comes from the same file's reader, in the same confined
    process group, and goes no further than this child. Raises HalfDied.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_AS, (soft // 2, hard))
    reader, writer = os.pipe()
    process_id = os.fork()
    if process_id == 0:
        _second(second, writer)
    os.close(writer)
    try:
        parts = first()
        with os.fdopen(reader, "rb", closefd=False) as answer:
            data = answer.read()
    except BaseException:
        os.kill(process_id, signal.SIGKILL)
        raise
    finally:
        os.close(reader)
        _, status = os.waitpid(process_id, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    if status != 0:
        raise HalfDied(os.waitstatus_to_exitcode(status))
    rest: list[Part] = pickle.loads(data)  # noqa: S301 - see above
    return parts + rest


def _second(second: Callable[[], list[Part]], writer: int) -> None:
    status = 1
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        with os.fdopen(writer, "wb") as answer:
            pickle.dump(second(), answer, pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)
