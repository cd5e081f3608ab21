"""Prints a composed report and reads back on which page each mark stands.

Marks are printed as links, which every producer turns into annotations on the right page; the
annotations are taken out of the finished file, so that nothing of them is left to be read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pikepdf

from tests.corpus.compose import compose
from tests.corpus.layout import Pages, first_heading
from tests.corpus.model import Heading, Made, Spec, bare

_PREFIX = "http://mark/"


def producers() -> dict[str, Any]:
    """Return the writers that can work here."""
    from tests.corpus import by_html, by_reportlab, by_typst

    found: dict[str, Any] = {"typst": by_typst.write, "reportlab": by_reportlab.write}
    if by_html.chromium_path():
        found["chromium"] = by_html.write_with_chromium
    if by_html.office_path():
        found["libreoffice"] = by_html.write_with_office
    return found


def make(spec: Spec, folder: Path) -> dict[str, Any]:
    """Write <id>.pdf and <id>.json (the truth) into the folder; return the truth."""
    made = compose(spec)
    path = folder / f"{spec.id}.pdf"
    write = producers()[spec.producer]
    pages: Pages = {}
    for _ in range(2):  # the contents need the pages of the first printing
        write(made, pages, path)
        pages = marks(path)
        pages["body"] = pages[first_heading(made)]
    write(made, pages, path)
    pages = marks(path)
    with pikepdf.open(path) as pdf:
        pages["last"] = len(pdf.pages)
    _finish(path, made)
    if spec.scan:
        from tests.corpus.scan import scan

        scan(path, seed=spec.seed)
    truth = _truth(made, pages)
    path.with_suffix(".json").write_text(json.dumps(truth, ensure_ascii=False, indent=1))
    return truth


def marks(path: Path) -> Pages:
    """Return the first page of every mark, counting from 1."""
    found: Pages = {}
    with pikepdf.open(path) as pdf:
        for number, page in enumerate(pdf.pages, 1):
            for annotation in page.get("/Annots", []):
                uri = str(annotation.get("/A", {}).get("/URI", ""))
                if uri.startswith(_PREFIX):
                    found.setdefault(uri.removeprefix(_PREFIX).strip("/"), number)
    return found


def _finish(path: Path, made: Made) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for page in pdf.pages:
            if "/Annots" in page:
                del page["/Annots"]
        if "active-content" in made.spec.flaws:
            action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
            pdf.Root.OpenAction = pdf.make_indirect(action)
        if "text-layer-garbled" in made.spec.flaws:
            _add_garbled_page(pdf)
        pdf.save(path)


def _add_garbled_page(pdf: pikepdf.Pdf) -> None:
    """Append the third page once more, in fonts whose Unicode map is lost (Typst's only)."""
    pdf.pages.append(pdf.pages[2])
    page = pdf.pages[-1]
    fonts = pikepdf.Dictionary()
    for name, font in page.Resources.Font.items():
        kept = {key: value for key, value in font.items() if key != "/ToUnicode"}
        fonts[name] = pdf.make_indirect(pikepdf.Dictionary(kept))
    page.Resources = pikepdf.Dictionary(dict(page.Resources.items()) | {"/Font": fonts})


def _truth(made: Made, pages: Pages) -> dict[str, Any]:
    headings = [block for block in made.blocks if isinstance(block, Heading)]
    sections: dict[str, int] = {}
    for heading in headings:
        for section in heading.sections:
            sections.setdefault(section, pages[heading.key])
    spec = made.spec
    flaws = [
        {"check": flaw.check, "page": pages.get(flaw.key or ""), "expected": flaw.expected}
        for flaw in made.flaws
    ]
    if "active-content" in spec.flaws:
        flaws.append({"check": "active-content", "page": None, "expected": None})
    if "text-layer-garbled" in spec.flaws:
        flaws.append({"check": "text-layer-garbled", "page": pages["last"] + 1, "expected": None})
    return {
        "id": spec.id,
        "kind": spec.kind,
        "half": spec.half,
        "producer": spec.producer,
        "numbering": spec.numbering,
        "layout": spec.layout,
        "table": spec.table,
        "scan": spec.scan,
        "sections": sections,
        "headings": [{"text": bare(h.text), "page": pages[h.key]} for h in headings],
        "facts": made.facts,
        "flaws": flaws,
        "allowed": sorted(made.allowed),
    }
