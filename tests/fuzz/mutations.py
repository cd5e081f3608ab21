"""Damages PDFs in the ways in which files and hostile people do; the same seed, the same damage."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from random import Random

Mutation = Callable[[bytes, Random], bytes]


def truncate(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(20, len(data))]


def flip_bytes(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice([1, 10, 200])):
        changed[random.randrange(8, len(changed))] = random.randrange(256)
    return bytes(changed)


def drop_chunk(data: bytes, random: Random) -> bytes:
    start = random.randrange(10, len(data))
    return data[:start] + data[start + random.randrange(1, 4000) :]


def repeat_chunk(data: bytes, random: Random) -> bytes:
    start = random.randrange(10, len(data))
    chunk = data[start : start + random.randrange(1, 4000)]
    return data[:start] + chunk * random.choice([2, 20]) + data[start:]


def change_numbers(data: bytes, random: Random) -> bytes:
    """Put zero, negative and huge numbers where objects, lengths and boxes have theirs."""
    found = list(re.finditer(rb"(?<=[ \[])\d{1,6}(?=[ \]\r\n/>])", data))
    if not found:
        return flip_bytes(data, random)
    picked = {random.randrange(len(found)) for _ in range(random.choice([1, 5, 30]))}
    parts, at = [], 0
    for index in sorted(picked):
        match = found[index]
        parts.append(data[at : match.start()])
        parts.append(random.choice([b"0", b"-1", b"1", b"65536", b"2147483647", b"99999999999"]))
        at = match.end()
    return b"".join([*parts, data[at:]])


def swap_references(data: bytes, random: Random) -> bytes:
    """Let references point elsewhere: loops, wrong kinds, objects that are not there."""
    numbers = [match[1] for match in re.finditer(rb"(\d+) 0 obj", data)] or [b"1"]

    def other(match: re.Match[bytes]) -> bytes:
        return random.choice(numbers) + b" 0 R" if random.random() < 0.1 else match[0]

    return re.sub(rb"\d+ 0 R", other, data)


def drop_words(data: bytes, random: Random) -> bytes:
    """Break the structure's own words."""
    word = random.choice(
        [b"endobj", b"endstream", b"xref", b"/Type", b"/Kids", b"/Length", b"/MediaBox"]
    )
    return data.replace(word, b"x" * len(word), random.choice([1, 3, -1]))


def spoil_stream(data: bytes, random: Random) -> bytes:
    """Change what stands inside a compressed stream, so that it still unpacks."""
    found = list(re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.S))
    random.shuffle(found)
    for match in found:
        try:
            text = zlib.decompress(match[1])
        except zlib.error:
            continue
        changed = flip_bytes(text + b" " * 16, random)
        packed = zlib.compress(changed)
        return data[: match.start(1)] + packed + data[match.end(1) :]
    return flip_bytes(data, random)


def append_garbage(data: bytes, random: Random) -> bytes:
    return data + random.randbytes(random.choice([10, 5000])) + b"\nstartxref\n12\n%%EOF"


MUTATIONS: tuple[Mutation, ...] = (
    truncate,
    flip_bytes,
    drop_chunk,
    repeat_chunk,
    change_numbers,
    swap_references,
    drop_words,
    spoil_stream,
    append_garbage,
)


def mutate(data: bytes, random: Random) -> tuple[str, bytes]:
    """Return a damaged copy with the names of what was done to it."""
    names = []
    for _ in range(random.choice([1, 1, 2, 3])):
        mutation = random.choice(MUTATIONS)
        data = mutation(data, random) if len(data) > 100 else append_garbage(data, random)
        names.append(mutation.__name__)
    return "+".join(names), data
