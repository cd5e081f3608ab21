"""Measures what a precheck holds in memory, all processes together.

    python bench/memory.py [--kind key-project] FILE.pdf ...

Checks each file in this process, as the worker does, while a thread adds up every 20 ms the
proportional set sizes (pages that are shared count once) of this process, the server that children
are forked from, the child that reads and its forked half. Prints the peak and what is held idle.
"""

from __future__ import annotations

import argparse
import threading
import time
from contextlib import suppress
from pathlib import Path

from reviewapp.services.precheck_file import check_file, warm

_EVERY = 0.02  # seconds


def tree(root: int) -> list[int]:
    """Return the ids of a process and of all that descend from it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text().rpartition(")")[2].split()[1]
                )
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def held(root: int) -> int:
    """Return the kilobytes that a process and its descendants hold."""
    total = 0
    for process in tree(root):
        with suppress(OSError):
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
            total += next(int(row.split()[1]) for row in rollup.splitlines() if row[:4] == "Pss:")
    return total


def main() -> None:
    """Check the files and print the peak."""
    import os

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--kind", default="key-project")
    arguments = parser.parse_args()
    warm()
    own = os.getpid()
    idle = held(own)
    peak, ended = idle, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.is_set():
            peak = max(peak, held(own))
            time.sleep(_EVERY)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for path in arguments.files:
        check_file(path, arguments.kind)
    ended.set()
    watcher.join()
    print(f"memory of all processes together: {idle // 1024} MB idle, {peak // 1024} MB at most")


if __name__ == "__main__":
    main()
