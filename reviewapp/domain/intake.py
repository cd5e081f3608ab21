"""Matching the rows of a brought list to the brought files, and naming every doubt."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from reviewapp.domain.errors import N_

_EXTENSION = re.compile(r"\.(pdf|docx?|wps|ofd|zip)$")
_NOT_A_WORD = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_YEAR = re.compile(r"(?:19|20)\d{2}")

# What may be doubtful about an item: whether it blocks taking in, and the sentence for people.
# Codes of the PDF door (encrypted, damaged …) block as well; their sentences live there.
DOUBTS: Mapping[str, tuple[bool, str]] = {
    "no-file": (True, N_("The list names this report, and no file fits it.")),
    "several-files": (True, N_("More than one file fits this row: %(names)s.")),
    "no-row": (False, N_("No row of the list names this file.")),
    "row-again": (True, N_("Row %(row)s of the list names the same file again.")),
    "twice": (True, N_("The same file was brought twice: see %(name)s.")),
    "already-here": (True, N_("The same file is already in this round.")),
    "not-pdf": (True, N_("%(kind)s files are not accepted. %(how)s")),
    "archive-inside": (
        True,
        N_("An archive inside the ZIP is not opened. Put its PDFs in one ZIP."),
    ),
    "too-large": (True, N_("The file is larger than %(limit)s MB. Save it with smaller pictures.")),
    "empty-file": (True, N_("The file is empty.")),
    "unsafe-name": (True, N_("The file's name in the ZIP leads out of the ZIP. Pack it anew.")),
    "damaged-member": (True, N_("The file could not be unpacked from the ZIP. Pack it anew.")),
    "kind-unknown": (False, N_("Key project or department-wide? Please choose.")),
    "kind-guessed": (False, N_("The kind was taken from the title. Please check it.")),
    "agency-unknown": (False, N_("The agency “%(name)s” is not in the register.")),
    "agency-missing": (
        False,
        N_("No agency is given; the precheck will propose the one it reads."),
    ),
    "parts-list": (
        False,
        N_("Proposed as one report of %(count)s files, by the list. Check their order."),
    ),
    "parts-folder": (
        False,
        N_("Proposed as one report of %(count)s files, by their folder. Check their order."),
    ),
    "part-missing": (False, N_("The list names “%(name)s” as well, and no file fits it.")),
    "part-refused": (True, N_("“%(name)s”: %(why)s")),
    "parts-refused": (True, "%(why)s"),
    "part-here": (True, N_("“%(name)s” is already in this round.")),
    "value-odd": (False, N_("“%(value)s” in the column %(column)s could not be read.")),
}
# Doubts about a whole intake.
NOTES: Mapping[str, str] = {
    "archive-damaged": N_("%(name)s is no ZIP that can be opened. Pack the files anew as ZIP."),
    "archive-encrypted": N_("%(name)s needs a password. Pack the files without a password."),
    "archive-too-many": N_("%(name)s holds more than %(limit)s files. Split it."),
    "archive-too-large": N_("%(name)s unpacks to more than %(limit)s MB. Split it."),
    "list-unreadable": N_("%(name)s is no list that can be read: %(why)s"),
    "list-headings": N_(
        "%(name)s has no column for the file name or the report's title, so no row was matched."
    ),
    "list-unread": N_("%(name)s has columns that are not read: %(columns)s."),
    "lists-many": N_("%(name)s is a second list and was left out."),
}


@dataclass(frozen=True)
class Doubt:
    """Something doubtful about an item, by code, with the values of its sentence."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return plain values to store."""
        return {"code": self.code, "values": dict(self.values)}


def blocks(code: str) -> bool:
    """Tell whether an item with this doubt cannot be taken; what is not known here blocks."""
    return DOUBTS[code][0] if code in DOUBTS else True


@dataclass(frozen=True)
class IntakeWords:
    """How lists name their columns, kinds and grades, as normalised words."""

    columns: Mapping[str, str]  # normalised heading → canonical column
    kinds: Mapping[str, str]  # normalised word → kind
    grades: Mapping[str, str]
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # kind of part → its signs
    ignored: frozenset[str] = frozenset()  # headings that tell nothing of a report


@dataclass(frozen=True)
class ListRow:
    """A row of the list: its number in the sheet and the values that could be read.

    `values` holds title, kind, agency … as texts, and evaluation_year, amount_cents,
    stated_score_hundredths as integers.
    """

    number: int
    values: Mapping[str, object]
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class Match:
    """A file (by its place among the files) with its row, either of which may be missing."""

    file: int | None
    row: ListRow | None
    doubts: tuple[Doubt, ...] = ()


def plain_name(text: str) -> str:
    """Return a file's name or a title as it is compared: no folder, ending, marks or widths."""
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    text = re.split(r"[\\/]", text)[-1]
    return _NOT_A_WORD.sub("", _EXTENSION.sub("", text))


def plain_word(text: str) -> str:
    """Return a heading or a word as it is compared: no spaces, no widths."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def plain_agency(text: str) -> str:
    """Return an agency's name as it is compared: no spaces, brackets of one width."""
    return plain_word(text)


def kind_of(text: str, words: IntakeWords) -> str | None:
    """Return the kind that a cell names."""
    return words.kinds.get(plain_word(text))


def kind_from_title(title: str) -> str | None:
    """Guess the kind from a title or a file's name; None where it says nothing."""
    plain = plain_word(title)
    if "部门整体" in plain or "整体支出" in plain:
        return "department"
    return "key-project" if "项目" in plain or "专项" in plain else None


def title_from_name(file_name: str) -> str:
    """Propose a title from a file's name: no ending, no leading number, no 《》."""
    name = re.split(r"[\\/]", unicodedata.normalize("NFC", file_name))[-1]
    name = re.sub(r"\.pdf$", "", name, flags=re.I).strip()
    name = re.sub(r"^\d{1,3}[\s.、_-]+", "", name)
    return name.strip("《》 ")


def read_row(number: int, cells: Mapping[str, str], words: IntakeWords) -> ListRow:
    """Read one row by the headings that are known; what cannot be read becomes a doubt."""
    values: dict[str, object] = {}
    doubts: list[Doubt] = []
    for heading, cell in cells.items():
        column = words.columns.get(plain_word(heading))
        text = cell.strip()
        if column is None or not text:
            continue
        read = _read_cell(column, text, words)
        if read is None:
            doubts.append(Doubt("value-odd", {"value": text[:60], "column": heading}))
        else:
            name, value = read
            values.setdefault(name, value)
    return ListRow(number, values, tuple(doubts))


def match(files: Sequence[str], rows: Sequence[ListRow]) -> tuple[Match, ...]:
    """Match rows to files by name: first the file name, then the title.

    Files keep their order; rows without a file follow. A title fits a file whose name equals it
    or contains it, if exactly one free file does.
    """
    by_name: dict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(files):
        by_name[plain_name(name)].append(index)
    taken: dict[int, ListRow] = {}
    loose: list[Match] = []
    waiting: list[ListRow] = []
    for row in rows:
        named = plain_name(str(row.values.get("file_name", "")))
        found = by_name.get(named, []) if named else []
        if named and found:
            _place(row, found, files, taken, loose)
        else:
            waiting.append(row)
    for row in waiting:
        _place(row, _fitting(row, by_name, taken), files, taken, loose)
    matched = [
        Match(
            index,
            taken.get(index),
            taken[index].doubts if index in taken else (Doubt("no-row"),) if rows else (),
        )
        for index in range(len(files))
    ]
    return (*matched, *loose)


def _fitting(
    row: ListRow, by_name: Mapping[str, Sequence[int]], taken: Mapping[int, ListRow]
) -> list[int]:
    title = plain_name(str(row.values.get("title", "")))
    if not title:
        return []
    if by_name.get(title):
        return list(by_name[title])
    return [
        index
        for name, indexes in by_name.items()
        if title in name or (len(name) >= 8 and name in title)
        for index in indexes
        if index not in taken
    ]


def _place(
    row: ListRow,
    found: Sequence[int],
    files: Sequence[str],
    taken: dict[int, ListRow],
    loose: list[Match],
) -> None:
    free = [index for index in found if index not in taken]
    if len(free) == 1:
        taken[free[0]] = row
    elif free:
        names = "、".join(files[index] for index in free[:5])
        loose.append(Match(None, row, (*row.doubts, Doubt("several-files", {"names": names}))))
    elif found:
        again = Doubt("row-again", {"row": row.number})
        loose.append(Match(None, row, (*row.doubts, again)))
    else:
        loose.append(Match(None, row, (*row.doubts, Doubt("no-file"))))


def _read_cell(column: str, text: str, words: IntakeWords) -> tuple[str, object] | None:
    if column == "kind":
        kind = kind_of(text, words)
        return ("kind", kind) if kind else None
    if column == "evaluation_grade":
        grade = words.grades.get(plain_word(text))
        return (column, grade) if grade else None
    if column == "evaluation_year":
        year = _YEAR.search(text)
        return (column, int(year.group())) if year else None
    if column in {"amount_wan", "amount_yuan"}:
        cents = scaled(text, 1_000_000 if column == "amount_wan" else 100)
        return ("amount_cents", cents) if cents is not None and cents >= 0 else None
    if column == "stated_score":
        hundredths = scaled(text, 100)
        sane = hundredths is not None and 0 <= hundredths <= 100_000
        return ("stated_score_hundredths", hundredths) if sane else None
    return column, text.strip("《》") if column == "title" else text


def scaled(text: str, factor: int) -> int | None:
    """Return a typed number times the factor as an integer, or None if it is no such number."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(" ", "")
    found = _NUMBER.fullmatch(plain)
    if found is None:
        return None
    try:
        value = Decimal(plain.replace(",", "")) * factor
    except InvalidOperation:
        return None
    whole = value.to_integral_value()
    return int(whole) if whole == value and abs(whole) < 10**18 else None
