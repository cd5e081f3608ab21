"""What the limited child does to put PDFs together, and to cut pages out of one.

Called by child.run only, and answers in the bytes of a PDF. The same parts in the same order give
the same bytes, so that a report that is put together twice is known again by its hash.
"""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf

from reviewapp.adapters.child import ChildRefused, Progress
from reviewapp.adapters.pdf_open import MAGIC_WITHIN, active_content


def merge(
    path: str, report: Progress, *, paths: list[str], names: list[str], pages: list[int]
) -> bytes:
    """Put the pages of all files behind one another; a bookmark says where each begins.

    Raises ChildRefused with the place of the file in `detail`; "active" is one that acts by
    itself: what hangs on a document, and not on a page, would be lost and seen by nobody.
    """
    whole = pikepdf.new()
    marks = []
    for index, one in enumerate(paths):
        with _opened(one, index) as part:
            if len(part.pages) != pages[index]:  # a repair found others than were counted
                raise ChildRefused("damaged", f"{index} {len(part.pages)} pages")
            acting = active_content(one)
            if acting:
                raise ChildRefused("active", f"{index} {acting[0][0]}")
            marks.append(pikepdf.OutlineItem(names[index], len(whole.pages)))
            try:
                whole.pages.extend(part.pages)
            except (pikepdf.PdfError, ValueError, RuntimeError, TypeError) as error:
                raise ChildRefused("damaged", f"{index} {error}") from None
        report(index + 1, len(paths))
    with whole.open_outline() as outline:
        outline.root.extend(marks)
    return _saved(whole)


def extract(path: str, report: Progress, *, first: int, last: int) -> bytes:
    """Return the pages from `first` to `last`, both included, as a file of their own."""
    with _opened(path, 0) as source:
        if not 1 <= first <= last <= len(source.pages):
            raise ChildRefused("damaged", "0 no such pages")
        part = pikepdf.new()
        try:
            part.pages.extend(source.pages[first - 1 : last])
        except (pikepdf.PdfError, ValueError, RuntimeError, TypeError) as error:
            raise ChildRefused("damaged", f"0 {error}") from None
        # What all pages of the source share may be much: each keeps what it draws only.
        part.remove_unreferenced_resources()
        report(1, 1)
        return _saved(part)


def _opened(path: str, index: int) -> pikepdf.Pdf:
    with Path(path).open("rb") as file:
        if b"%PDF-" not in file.read(MAGIC_WITHIN):
            raise ChildRefused("not-a-pdf", str(index))
    try:
        pdf = pikepdf.open(path)
    except pikepdf.PasswordError:
        raise ChildRefused("encrypted", str(index)) from None
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise ChildRefused("damaged", f"{index} {error}") from None
    if len(pdf.pages) == 0:
        raise ChildRefused("damaged", f"{index} no pages")
    return pdf


def _saved(pdf: pikepdf.Pdf) -> bytes:
    buffer = io.BytesIO()
    pdf.save(
        buffer,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    return buffer.getvalue()
