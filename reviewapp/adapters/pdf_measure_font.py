"""Gives pdfium one small font to measure text by whose Chinese font is not in the file.

pdfium measures such text by a font of the system: loading a glyph of a large Chinese font twice for
every character took three quarters of the time, and where a server has none, tables went unread.
Where such a character stands and how far it advances is in the file; only its outline is not, and
for the box of a line a rectangle does as well. Runs in the limited child only.
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any

import pypdfium2.raw as pdfium

_EM = 1000
_ASCENT, _DESCENT = 880, -120
# Left, bottom, right, top of an outline: of a blank, a Latin and a Chinese character. As high as
# characters are and narrower than any, since a box is made of the outline and the file's own width.
_OUTLINES = ((0, 0, 0, 0), (40, 0, 160, 740), (40, -60, 160, 850))
_GROUPS = ((0x20, 0x20, 0), (0x21, 0x24FF, 1), (0x2500, 0xFFFF, 2))  # first, last, outline
_CHINESE, _JAPANESE, _KOREAN, _TRADITIONAL = 134, 128, 129, 136  # a Windows font's character sets
_CHARSETS = (_CHINESE, _JAPANESE, _KOREAN, _TRADITIONAL)
_HANDLE = 1
_kept: list[object] = []  # pdfium keeps the pointers, not what they point to


def use_measure_font() -> None:
    """Let pdfium measure by this font from now on; its own Latin fonts stay."""
    data = measure_font()
    made = pdfium.FPDF_SYSFONTINFO
    kinds: dict[str, Any] = dict(made._fields_)

    def map_font(_self: Any, _weight: int, _italic: int, charset: int, *_: Any) -> int | None:
        return _HANDLE if charset in _CHARSETS else None

    def font_data(_self: Any, _handle: Any, table: int, buffer: Any, size: int) -> int:
        if table:  # it is asked for the whole, or for the list of a collection, which this is none
            return 0
        if buffer and size >= len(data):
            ctypes.memmove(buffer, data, len(data))
        return len(data)

    info = made(
        version=1,
        MapFont=kinds["MapFont"](map_font),
        GetFontData=kinds["GetFontData"](font_data),
        GetFont=kinds["GetFont"](lambda *_: None),
        GetFaceName=kinds["GetFaceName"](lambda *_: 0),
        GetFontCharset=kinds["GetFontCharset"](lambda *_: _CHINESE),
        EnumFonts=kinds["EnumFonts"](lambda *_: None),
        DeleteFont=kinds["DeleteFont"](lambda *_: None),
        Release=kinds["Release"](lambda *_: None),
    )
    _kept.append(info)
    pdfium.FPDF_SetSystemFontInfo(ctypes.byref(info))


def measure_font() -> bytes:
    """Return a TrueType font of rectangles: the OpenType tables that a measurer asks for."""
    glyphs = [_glyph(*outline) for outline in _OUTLINES]
    ends = [sum(map(len, glyphs[:count])) for count in range(len(glyphs) + 1)]
    groups = b"".join(struct.pack(">3I", *group) for group in _GROUPS)
    # Format 13 gives one glyph to many characters.
    subtable = struct.pack(">2H3I", 13, 0, 16 + len(groups), 0, len(_GROUPS)) + groups
    head = (0x10000, 0x10000, 0, 0x5F0F3CF5, 3, _EM, 0, 0, 0, _DESCENT, _EM, _ASCENT, 0, 8, 2, 1, 0)
    level = (0x10000, _ASCENT, _DESCENT, 0, _EM, 0, 0, _EM, 1, *(0,) * 7, 1)
    tables = {
        b"cmap": struct.pack(">4HI", 0, 1, 3, 10, 12) + subtable,
        b"glyf": b"".join(glyphs),
        b"head": struct.pack(">4I2H2Q4h2H3h", *head),
        b"hhea": struct.pack(">I3hH11hH", *level),
        b"hmtx": struct.pack(">Hh", _EM, 0)
        + b"".join(struct.pack(">h", outline[0]) for outline in _OUTLINES[1:]),
        b"loca": struct.pack(f">{len(ends)}I", *ends),
        b"maxp": struct.pack(">I14H", 0x10000, len(glyphs), 4, 1, 0, 0, 1, *(0,) * 8),
    }
    return _file(tables)


def _glyph(left: int, bottom: int, right: int, top: int) -> bytes:
    """Return a rectangle as one contour of four points, or nothing."""
    if left == right:
        return b""
    width, height = right - left, top - bottom
    points = struct.pack(">8h", left, 0, width, 0, bottom, height, 0, -height)
    outline = struct.pack(">5h2H", 1, left, bottom, right, top, 3, 0) + b"\1" * 4 + points
    return outline + bytes(-len(outline) % 4)


def _file(tables: dict[bytes, bytes]) -> bytes:
    """Return the tables, in the order of their names, behind the directory of a font file."""
    count = len(tables)
    directory = struct.pack(">I4H", 0x10000, count, 64, 2, 16 * count - 64)
    body, start = b"", len(directory) + 16 * count
    for name, table in tables.items():
        directory += name + struct.pack(">3I", 0, start + len(body), len(table))
        body += table + bytes(-len(table) % 4)
    return directory + body
