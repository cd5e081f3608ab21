"""MinHash prints of sentences, by datasketch: like sentences have a print in common."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from hashlib import blake2b

BANDS = 2
ROWS = 3  # sentences alike to 90 percent share a print in 93 of 100 cases, equal ones always
_SEED = 20


def prints(pieces: Iterable[str]) -> tuple[int, ...]:
    """Return the prints (64 bits, signed) of a sentence that is given as its pieces."""
    from datasketch import MinHash  # loads scipy, which the command without an archive never needs

    sketch = MinHash(num_perm=BANDS * ROWS, seed=_SEED)
    sketch.update_batch([piece.encode() for piece in pieces])
    values = [int(value) for value in sketch.hashvalues]
    return tuple(_signed(band, values[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS))


def _signed(band: int, values: list[int]) -> int:
    packed = struct.pack(f"!B{len(values)}Q", band, *values)
    number: int = struct.unpack("!q", blake2b(packed, digest_size=8).digest())[0]
    return number
