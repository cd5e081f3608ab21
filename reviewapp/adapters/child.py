"""Runs one function on one untrusted file in a child process that may die without harm.

pdfium calls abort() when memory runs out and parsers may run for ever on a made-up file, so no
untrusted byte is ever parsed in the process of a caller. The child is forked from a warm server
process (multiprocessing's forkserver) that has the parsers loaded; it gets limits on memory,
processor time and wall time, and answers in plain bytes. Nothing that a child sends is unpickled.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import multiprocessing
import os
import resource
import select
import signal
import struct
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

Progress = Callable[[int, int], None]
Part = Callable[[bytes], None]

_PRELOAD = ["reviewapp.adapters.pdf_child", "reviewapp.adapters.pdf_merge_child"]
_STARTING = threading.Lock()
_HEADER = struct.Struct("!cI")
_MOST_DESCRIPTORS = 4096
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use: bytes of address space, seconds, bytes of answer.

    Where it answers in parts the wall time begins anew with each, and `niceness` makes it stand
    back behind others.
    """

    # With the processes around it a file's reading stays below 1 GB; 400 pages need 300 MB.
    memory: int = 800_000_000
    cpu_seconds: int = 25
    wall_seconds: float = 28.0
    result_bytes: int = 64_000_000
    niceness: int = 0


class ChildDied(Exception):
    """The child ended without an answer: a signal, a limit, or an error in its code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Report:
    """What a function in the child reports by: progress, and parts of its answer."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __call__(self, done: int, total: int) -> None:
        """Tell how far the work is."""
        _send(self._descriptor, b"P", struct.pack("!II", done, total))

    def part(self, payload: bytes) -> None:
        """Hand over a part of the answer."""
        _send(self._descriptor, b"D", payload)


class ChildRefused(Exception):
    """The child looked at the file and will not go on; `code` says why, `detail` is for logs."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def run(
    function: str,
    path: Path,
    arguments: dict[str, Any] | None = None,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
    part: Part | None = None,
) -> bytes:
    """Call `function` ("package.module:name") on `path` in a limited child and return its bytes.

    The function is called as `function(path, report, **arguments)`, where `report(done, total)`
    reaches `progress` here and `report.part(bytes)` reaches `part`. Raises ChildRefused as the
    function did, else ChildDied; what `progress` or `part` raises ends the child.
    """
    limits = limits or Limits()
    context = _context()
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(
        target=_main, args=(writer, function, str(path), arguments or {}, limits), daemon=False
    )
    try:
        _start(process)
        writer.close()
        return _receive(reader, process, limits, progress, part)
    finally:
        _end(process)
        reader.close()
        writer.close()


def warm() -> None:
    """Start the server process now, so that the first file does not wait for its imports."""
    run("reviewapp.adapters.child:_nothing", Path(), limits=Limits())


def _nothing(path: str, report: Progress) -> bytes:
    return b""


def _start(process: ForkServerProcess) -> None:
    """Start without telling the child of the caller's main module.

    multiprocessing would import it anew in every child: a whole web server, or a script that
    does its work on import. What runs in the child is named in full and needs no main module.
    """
    with _STARTING:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            process.start()
        finally:
            sys.modules["__main__"] = main


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    # Without this list the server would hold the caller's main module, perhaps a web server.
    context.set_forkserver_preload(_PRELOAD)
    return context


def _receive(
    reader: Connection,
    process: ForkServerProcess,
    limits: Limits,
    progress: Progress | None,
    part: Part | None,
) -> bytes:
    answer: bytes | None = None
    for kind, payload in _frames(reader.fileno(), limits):
        if kind == b"R":
            answer = payload
            break
        if kind == b"E":
            raise _error(payload)
        if kind == b"P" and progress is not None and len(payload) == 8:
            done, total = struct.unpack("!II", payload)
            progress(done, total)
        if kind == b"D" and part is not None:
            part(payload)
    if answer is None:
        process.join(2)
        raise ChildDied(_reason(process.exitcode))
    return answer


def _frames(descriptor: int, limits: Limits) -> Iterator[tuple[bytes, bytes]]:
    """Yield (kind, payload) until the child closes its end; never block beyond the wall time."""
    deadline = time.monotonic() + limits.wall_seconds
    os.set_blocking(descriptor, False)
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    buffer = bytearray()
    while True:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise ChildDied("wall-time")
        if not poll.poll(remaining * 1000):
            continue
        try:
            chunk = os.read(descriptor, 1 << 20)
        except BlockingIOError:
            continue
        if not chunk:
            return
        buffer += chunk
        while len(buffer) >= _HEADER.size:
            kind, length = _HEADER.unpack_from(buffer)
            if length > limits.result_bytes:
                raise ChildDied("result-size")
            if len(buffer) < _HEADER.size + length:
                break
            payload = bytes(buffer[_HEADER.size : _HEADER.size + length])
            del buffer[: _HEADER.size + length]
            yield kind, payload
            if kind == b"D":
                deadline = time.monotonic() + limits.wall_seconds


def _error(payload: bytes) -> Exception:
    try:
        message = json.loads(payload)
        code, detail = str(message["code"]), str(message["detail"])[:500]
    except (ValueError, KeyError, TypeError):
        return ChildDied("malformed")
    return ChildDied(detail) if code == "died" else ChildRefused(code, detail)


def _reason(exit_code: int | None) -> str:
    if exit_code is None:
        return "unknown"
    if exit_code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-exit_code).name
    return f"exit-{exit_code}"


def _end(process: ForkServerProcess) -> None:
    if process.pid is None:
        return
    # An answered child is on its way out; every other one is killed without ceremony.
    process.join(0.2)
    if process.is_alive():
        process.kill()
        process.join(5)


def _main(
    writer: Connection, function: str, path: str, arguments: dict[str, Any], limits: Limits
) -> None:
    descriptor = writer.fileno()
    gc.disable()  # the process is too short to gain from looking for cycles
    # The server's own pipe is among what the child inherits: a byte on it would end the server,
    # and a child that holds it would keep the server alive after the caller's death.
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, _MOST_DESCRIPTORS)
    _confine(limits)
    report = Report(descriptor)
    try:
        module, _, name = function.partition(":")
        payload = getattr(importlib.import_module(module), name)(path, report, **arguments)
        _send(descriptor, b"R", payload)
    except ChildRefused as refusal:
        _send_error(descriptor, refusal.code, refusal.detail)
    except MemoryError:
        _send_error(descriptor, "died", "memory")
    except Exception as error:  # a parser may raise anything; the caller gets its name
        _send_error(descriptor, "died", f"{type(error).__name__}: {error}")
    # The parsers' own clean-up may take long after a bad file and serves nobody now.
    os._exit(0)


def _send_error(descriptor: int, code: str, detail: str) -> None:
    _send(descriptor, b"E", json.dumps({"code": code, "detail": detail[:500]}).encode())


def _send(descriptor: int, kind: bytes, payload: bytes) -> None:
    view = memoryview(_HEADER.pack(kind, len(payload)) + payload)
    while view:
        view = view[os.write(descriptor, view) :]


def _confine(limits: Limits) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the caller, who kills the child
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # No network, where the kernel lets an ordinary process have a namespace of its own.
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    if limits.niceness:
        os.nice(limits.niceness)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 2))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
