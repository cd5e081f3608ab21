"""Lets pdfium draw Chinese text whose font is not in the file, on machines without such fonts."""

from __future__ import annotations

import ctypes
from importlib.resources import files

import pypdfium2.raw as pdfium

_SYSTEM = (
    "/usr/share/fonts",
    "/usr/share/X11/fonts/Type1",
    "/usr/share/X11/fonts/TTF",
    "/usr/local/share/fonts",
)
_kept: list[object] = []  # pdfium keeps the pointers, not the strings


def use_own_fonts(folders: list[str] | None = None) -> None:
    """Start pdfium anew with the system's font folders and the one that pip brought.

    Only before any document is open, and only in a child: the library is one per process.
    """
    chosen = folders or [*_SYSTEM, str(files("pylopdf_fonts_zh_cn"))]
    paths = (ctypes.c_char_p * (len(chosen) + 1))(*[path.encode() for path in chosen], None)
    config = pdfium.FPDF_LIBRARY_CONFIG(version=2)
    config.m_pUserFontPaths = ctypes.cast(paths, type(config.m_pUserFontPaths))
    _kept[:] = [paths, config]
    pdfium.FPDF_DestroyLibrary()
    pdfium.FPDF_InitLibraryWithConfig(ctypes.byref(config))
