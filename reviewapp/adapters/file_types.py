"""What kind of file it is, by its content; the name only helps where contents look alike."""

from __future__ import annotations

import zipfile
from pathlib import Path

from reviewapp.adapters.archives import MAX_DIRECTORY_BYTES, directory_bytes
from reviewapp.domain.errors import N_

PDF, ZIP, XLSX = "pdf", "zip", "xlsx"

#: how to bring what is refused, by type: the name of the type, and what to do
REFUSED: dict[str, tuple[str, str]] = {
    "doc": (".doc", N_("Open it in Word or WPS, choose Save as or Export, PDF, and upload that.")),
    "docx": (
        ".docx",
        N_("Open it in Word or WPS, choose Save as or Export, PDF, and upload that."),
    ),
    "wps": (".wps", N_("Open it in WPS, choose Export to PDF, and upload that.")),
    "ofd": ("OFD", N_("Open it in an OFD reader, choose Export or Print to PDF, and upload that.")),
    "xls": (".xls", N_("Open the list in Excel or WPS and save it as .xlsx.")),
    "image": (N_("Picture"), N_("Put the pages into one PDF and upload that.")),
    "rar": (".rar", N_("Pack the PDFs as ZIP.")),
    "7z": (".7z", N_("Pack the PDFs as ZIP.")),
    "false-pdf": (
        N_("Damaged or renamed"),
        N_(
            "The name ends in .pdf, but the content is no PDF: it may be damaged, or only its name"
            " was changed. Export the PDF again and upload that."
        ),
    ),
    "other": (N_("Such"), N_("Save the report as PDF and upload that.")),
}
ARCHIVES = frozenset({"zip", "rar", "7z"})


def file_type(head: bytes, name: str, path: Path | None = None) -> str:
    """Return pdf, zip, xlsx or a key of REFUSED, from the first bytes (1 KB) of the file.

    `path` lets a ZIP be looked into, to tell an .xlsx or .docx or OFD from an archive.
    """
    ending = name.rsplit(".", 1)[-1].casefold() if "." in name else ""
    # First, since a ZIP that does not compress shows the %PDF- of its first member.
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_based(path, ending)
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return ending if ending in {"doc", "wps", "xls"} else "doc"
    if head.startswith(b"Rar!"):
        return "rar"
    if head.startswith(b"7z\xbc\xaf\x27\x1c"):
        return "7z"
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"BM")):
        return "image"
    if ending == "pdf":
        return "false-pdf"
    return ending if ending in {"doc", "docx", "wps", "ofd", "xls"} else "other"


def _zip_based(path: Path | None, ending: str) -> str:
    names: set[str] = set()
    if path is not None:
        try:
            if directory_bytes(path) > MAX_DIRECTORY_BYTES:
                return ZIP
            with zipfile.ZipFile(path) as archive:
                names = {info.filename for info in archive.infolist()[:2000]}
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError):
            return ending if ending in {"xlsx", "docx"} else ZIP
    if "OFD.xml" in names:
        return "ofd"
    if "xl/workbook.xml" in names:
        return XLSX
    if "word/document.xml" in names:
        return "docx"
    return ZIP
