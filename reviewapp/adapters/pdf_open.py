"""Opens an untrusted PDF, repairs it where possible, and says why not where it cannot.

Runs in the limited child only (see child.py).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from reviewapp.adapters.child import ChildRefused

MAGIC_WITHIN = 1024  # bytes; readers have always accepted rubbish before the header
_JAVASCRIPT, _LAUNCH, _EMBEDDED = "javascript", "launch", "embedded-file"
_RAW = {
    _JAVASCRIPT: re.compile(rb"/S\s*/JavaScript\b"),
    _LAUNCH: re.compile(rb"/S\s*/Launch\b"),
    _EMBEDDED: re.compile(rb"/EmbeddedFile\b"),
}
_MAX_ACTIONS = 100
_MAX_DEPTH = 20


@dataclass(slots=True)
class Opened:
    """An open file: the pdfium document and whether pikepdf had to repair it."""

    pdf: pypdfium2.PdfDocument
    repaired: bool
    repaired_bytes: bytes | None = None


def open_pdf(path: str, *, max_pages: int) -> Opened:
    """Open `path`. Raises ChildRefused with a code of the precheck contract."""
    with Path(path).open("rb") as file:
        if b"%PDF-" not in file.read(MAGIC_WITHIN):
            raise ChildRefused("not-a-pdf")
    opened = _try_pdfium(path)
    if opened is None:
        data = _repair(path)
        try:
            opened = Opened(pypdfium2.PdfDocument(data), repaired=True, repaired_bytes=data)
        except pypdfium2.PdfiumError as error:
            raise ChildRefused("damaged", str(error)) from None
    pages = len(opened.pdf)
    if pages == 0:
        raise ChildRefused("damaged", "no pages")
    if pages > max_pages:
        raise ChildRefused("too-many-pages", str(pages))
    return opened


def _try_pdfium(path: str) -> Opened | None:
    try:
        return Opened(pypdfium2.PdfDocument(path), repaired=False)
    except pypdfium2.PdfiumError as error:
        if pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD or "password" in str(error):
            raise ChildRefused("encrypted") from None
        return None


def _repair(path: str) -> bytes:
    buffer = io.BytesIO()
    try:
        with pikepdf.open(path) as pdf:
            pdf.save(buffer)
    except pikepdf.PasswordError:
        raise ChildRefused("encrypted") from None
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise ChildRefused("damaged", str(error)) from None
    return buffer.getvalue()


def active_content(source: str | bytes) -> list[tuple[str, int | None, str]]:
    """List scripts, launch actions and embedded files as (kind, page or None, name).

    LibreOffice's /OpenAction that goes to the first page is none. Where pdfium could read a file
    whose structure pikepdf cannot walk, its raw bytes are searched instead.
    """
    found: list[tuple[str, int | None, str]] = []
    try:
        with pikepdf.open(io.BytesIO(source) if isinstance(source, bytes) else source) as pdf:
            for item in _walk(pdf):
                if item not in found:
                    found.append(item)
                if len(found) >= _MAX_ACTIONS:
                    break
    except MemoryError:
        raise
    except Exception:  # what a broken structure makes of a walk is not foreseeable
        found += [item for item in _search(source) if item not in found]
    return found


def _search(source: str | bytes) -> list[tuple[str, int | None, str]]:
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    return [(kind, None, "") for kind, pattern in _RAW.items() if pattern.search(data)]


def _walk(pdf: pikepdf.Pdf) -> Iterator[tuple[str, int | None, str]]:
    root: Any = pdf.Root
    yield from _action(root.get("/OpenAction"), None)
    yield from _additional(root, None)
    names = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        if "/JavaScript" in names:
            for name in _tree_names(names["/JavaScript"]) or [""]:
                yield (_JAVASCRIPT, None, name)
        if "/EmbeddedFiles" in names:
            for name in _tree_names(names["/EmbeddedFiles"]):
                yield (_EMBEDDED, None, name)
    form = root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        yield from _fields(form.get("/Fields"), 0)
    for number, page in enumerate(pdf.pages, 1):
        yield from _page_actions(page.obj, number)


def _page_actions(page: Any, number: int) -> Iterator[tuple[str, int | None, str]]:
    yield from _additional(page, number)
    annotations = page.get("/Annots")
    if not isinstance(annotations, pikepdf.Array):
        return
    for annotation in annotations:
        if not isinstance(annotation, pikepdf.Dictionary):
            continue
        yield from _action(annotation.get("/A"), number)
        yield from _additional(annotation, number)
        if annotation.get("/Subtype") == "/FileAttachment":
            yield (_EMBEDDED, number, _file_name(annotation.get("/FS")))


def _fields(fields: Any, depth: int) -> Iterator[tuple[str, int | None, str]]:
    if not isinstance(fields, pikepdf.Array) or depth > _MAX_DEPTH:
        return
    for field in fields:
        if isinstance(field, pikepdf.Dictionary):
            yield from _action(field.get("/A"), None)
            yield from _additional(field, None)
            yield from _fields(field.get("/Kids"), depth + 1)


def _additional(holder: Any, page: int | None) -> Iterator[tuple[str, int | None, str]]:
    actions = holder.get("/AA")
    if isinstance(actions, pikepdf.Dictionary):
        for key in actions.keys():  # noqa: SIM118 - a pikepdf dictionary iterates over values
            yield from _action(actions[key], page)


def _action(action: Any, page: int | None, depth: int = 0) -> Iterator[tuple[str, int | None, str]]:
    if not isinstance(action, pikepdf.Dictionary) or depth > _MAX_DEPTH:
        return
    kind = str(action.get("/S", ""))
    if kind == "/JavaScript" or "/JS" in action:
        yield (_JAVASCRIPT, page, "")
    elif kind == "/Launch":
        yield (_LAUNCH, page, _file_name(action.get("/F") or action.get("/Win")))
    following = action.get("/Next")
    if isinstance(following, pikepdf.Array):
        for item in following:
            yield from _action(item, page, depth + 1)
    else:
        yield from _action(following, page, depth + 1)


def _tree_names(node: Any, depth: int = 0) -> list[str]:
    if not isinstance(node, pikepdf.Dictionary) or depth > _MAX_DEPTH:
        return []
    found: list[str] = []
    names = node.get("/Names")
    if isinstance(names, pikepdf.Array):
        found += [str(names[index]) for index in range(0, min(len(names), 2 * _MAX_ACTIONS), 2)]
    kids = node.get("/Kids")
    if isinstance(kids, pikepdf.Array):
        for kid in kids:
            if len(found) >= _MAX_ACTIONS:
                break
            found += _tree_names(kid, depth + 1)
    return found


def _file_name(specification: Any) -> str:
    if isinstance(specification, pikepdf.Dictionary):
        specification = specification.get("/UF") or specification.get("/F")
    return str(specification)[:200] if specification is not None else ""
