"""The few pieces of WordprocessingML that python-docx has no words for."""

from __future__ import annotations

from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn


def element(tag: str, **attributes: str | int) -> Any:
    """Return an element such as w:spacing; attribute names stand without their prefix."""
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def set_fonts(properties: Any, family: str) -> None:
    """Name one family for every script; without w:eastAsia Word falls back to its theme."""
    fonts = properties.get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), family)
    for script in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{script}"), None)


# The order that the schema asks for inside w:pPr and w:rPr; Word refuses some files without it.
_PARAGRAPH_ORDER = [
    "pStyle",
    "keepNext",
    "keepLines",
    "pageBreakBefore",
    "framePr",
    "widowControl",
    "numPr",
    "suppressLineNumbers",
    "pBdr",
    "shd",
    "tabs",
    "suppressAutoHyphens",
    "kinsoku",
    "wordWrap",
    "overflowPunct",
    "topLinePunct",
    "autoSpaceDE",
    "autoSpaceDN",
    "bidi",
    "adjustRightInd",
    "snapToGrid",
    "spacing",
    "ind",
    "contextualSpacing",
    "mirrorIndents",
    "suppressOverlap",
    "jc",
    "textDirection",
    "textAlignment",
    "textboxTightWrap",
    "outlineLvl",
    "divId",
    "cnfStyle",
    "rPr",
    "sectPr",
    "pPrChange",
]
_RUN_ORDER = [
    "rStyle",
    "rFonts",
    "b",
    "bCs",
    "i",
    "iCs",
    "caps",
    "smallCaps",
    "strike",
    "dstrike",
    "outline",
    "shadow",
    "emboss",
    "imprint",
    "noProof",
    "snapToGrid",
    "vanish",
    "webHidden",
    "color",
    "spacing",
    "w",
    "kern",
    "position",
    "sz",
    "szCs",
    "highlight",
    "u",
    "effect",
    "bdr",
    "shd",
    "fitText",
    "vertAlign",
    "rtl",
    "cs",
    "em",
    "lang",
    "eastAsianLayout",
    "specVanish",
    "oMath",
]


def _put(properties: Any, child: Any, order: list[str]) -> None:
    for old in properties.findall(child.tag):
        properties.remove(old)
    name = child.tag.rpartition("}")[2]
    before = {qn(f"w:{later}") for later in order[order.index(name) + 1 :]}
    for at, other in enumerate(properties):
        if other.tag in before:
            properties.insert(at, child)
            return
    properties.append(child)


def put_paragraph(properties: Any, *children: Any) -> None:
    """Put children into a w:pPr, each in its place, replacing what is there."""
    for child in children:
        _put(properties, child, _PARAGRAPH_ORDER)


def put_run(properties: Any, *children: Any) -> None:
    """Put children into a w:rPr, each in its place, replacing what is there."""
    for child in children:
        _put(properties, child, _RUN_ORDER)


def borders(**sides: tuple[float, str, int]) -> Any:
    """Return w:pBdr; a side is its width in points, its colour and its distance in points."""
    made = element("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        if side in sides:
            width, colour, space = sides[side]
            size = round(width * 8)
            made.append(element(f"w:{side}", val="single", sz=size, space=space, color=colour))
    return made


def page_field(paragraph: Any) -> None:
    """Append the number of the page as a field."""
    for kind in ("begin", None, "separate", "text", "end"):
        run = paragraph.add_run("1" if kind == "text" else "")
        if kind is None:
            instruction = element("w:instrText")
            instruction.text = "PAGE"
            run._r.append(instruction)
        elif kind != "text":
            run._r.append(element("w:fldChar", fldCharType=kind))


def centre(table: Any, inset_pt: float = 2) -> None:
    """Centre a table as wide as the text: Word and LibreOffice measure its left edge otherwise."""
    properties = table._tbl.tblPr
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    properties.find(qn("w:tblLook")).addprevious(_cell_margins(inset_pt))


def _cell_margins(inset_pt: float) -> Any:
    margins = element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(element(f"w:{side}", w=round(inset_pt * 20), type="dxa"))
    return margins


def float_on_bottom(table: Any, *, top_pt: float, thick_pt: float, thin_pt: float) -> None:
    """Make a table stand on the lower text margin with a thick first and last, thin inner line.

    Word goes by tblpYSpec; `top_pt`, the distance from the upper text margin, is for readers that
    do not know it.
    """
    properties = table._tbl.tblPr
    for name in ("w:tblStyle", "w:tblLook"):
        for old in properties.findall(qn(name)):
            properties.remove(old)
    table.autofit = False
    place = element(
        "w:tblpPr",
        leftFromText=0,
        rightFromText=0,
        vertAnchor="margin",
        horzAnchor="margin",
        tblpXSpec="left",
        tblpYSpec="bottom",
        tblpY=round(top_pt * 20),
    )
    properties.insert(0, place)
    lines = element("w:tblBorders")
    for side, width in (("top", thick_pt), ("bottom", thick_pt), ("insideH", thin_pt)):
        lines.append(
            element(f"w:{side}", val="single", sz=round(width * 8), space=0, color="000000")
        )
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(lines)
    layout.addnext(_cell_margins(0))


def default_paragraph(document: Any) -> Any:
    """Return the w:pPr of the document's defaults."""
    defaults = document.styles.element.find(qn("w:docDefaults"))
    outer = defaults.find(qn("w:pPrDefault"))
    inner = outer.find(qn("w:pPr"))
    if inner is None:
        inner = element("w:pPr")
        outer.append(inner)
    return inner


def set_compatibility(settings: Any) -> None:
    """Layout of Word 2013, no squeezing of punctuation, Chinese as the East Asian language."""
    settings.find(qn("w:characterSpacingControl")).set(qn("w:val"), "doNotCompress")
    settings.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
