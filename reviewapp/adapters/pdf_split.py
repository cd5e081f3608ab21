"""Reads a long document by two processes side by side: the limited child and a fork of it."""

from __future__ import annotations

import ctypes
import io
import os
import pickle
import resource
import signal
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Part = TypeVar("Part")
_Read = Callable[[Iterable[int]], Iterable[Part]]

_WORTH_IT = 12  # pages; a fork and its answer cost about as much as reading five
_AT_ONCE = 4  # pages that one of the two takes
_PR_SET_PDEATHSIG = 1


class HalfDied(Exception):
    """The forked process ended without an answer: a signal or a limit."""


def worth_splitting(pages: int) -> bool:
    """Say whether two processes would be sooner done than one."""
    return pages >= _WORTH_IT and len(os.sched_getaffinity(0)) > 1


def read_by_two(pages: int, here: _Read[Part], forked: _Read[Part]) -> list[Part]:
    """Return what the two make of the pages from 1 on, in no order; `forked` runs in a fork.

    Whoever is free takes the next few pages, since pages with tables take longer than others. Each
    of the two may use half of the memory. The answer of the fork is pickled: it comes from the same
    file's reader, in the same confined process group, and goes no further than this child. Raises
    HalfDied.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_AS, (soft // 2, hard))
    tickets = _tickets(pages)
    reader, writer = os.pipe()
    own_id = os.getpid()
    process_id = os.fork()
    if process_id == 0:
        _fork(lambda: forked(_numbers(tickets, pages)), writer, own_id)
    os.close(writer)
    try:
        parts = list(here(_numbers(tickets, pages)))
        with os.fdopen(reader, "rb", closefd=False) as answer:
            data = answer.read()
    except BaseException:
        os.kill(process_id, signal.SIGKILL)
        raise
    finally:
        os.close(reader)
        os.close(tickets)
        _, status = os.waitpid(process_id, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    if status != 0:
        raise HalfDied(os.waitstatus_to_exitcode(status))
    stream = io.BytesIO(data)
    while stream.tell() < len(data):
        parts.append(pickle.load(stream))  # noqa: S301 - see above
    return parts


def _tickets(pages: int) -> int:
    """Return a pipe that gives each reader another byte: which pages to take next.

    A byte goes to one reader only, and a read of one byte needs no lock.
    """
    source, sink = os.pipe()
    os.write(sink, bytes(range(-(-pages // _at_once(pages)))))
    os.close(sink)
    return source


def _at_once(pages: int) -> int:
    return max(_AT_ONCE, -(-pages // 256))  # a byte tells no more tickets apart


def _numbers(tickets: int, pages: int) -> Iterator[int]:
    """Yield the numbers of pages as they are taken, until none is left."""
    while ticket := os.read(tickets, 1):
        first = ticket[0] * _at_once(pages) + 1
        yield from range(first, min(first + _at_once(pages), pages + 1))


def _fork(read: Callable[[], Iterable[Part]], writer: int, parent_id: int) -> None:
    status = 1
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent_id:  # it died before its death was signed up for
            return
        # Each part at once, so that the other process goes on reading meanwhile.
        parts = [pickle.dumps(part, pickle.HIGHEST_PROTOCOL) for part in read()]
        with os.fdopen(writer, "wb") as answer:
            answer.writelines(parts)
        status = 0
    finally:
        os._exit(status)
