"""Files of an intake that seem to be one report: by the list, by their folder, or as was said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewapp.domain import bundle
from reviewapp.domain.intake import Doubt, ListRow, Match, plain_name, plain_word

_BETWEEN_NAMES = re.compile(r"[;；\n\r]+")


@dataclass(frozen=True)
class Named:
    """A file as far as grouping asks: its name, its folder in a ZIP, whether it is a PDF."""

    name: str
    folder: str = ""
    is_pdf: bool = True


@dataclass(frozen=True)
class Group:
    """Files, by their places among all, that are proposed as one report in this order.

    `why` is list, folder or said; `kinds` are the parts' (see bundle.PART_KINDS); `listed` what
    the list's rows say of the report, `row` the number of the first of them.
    """

    files: tuple[int, ...]
    kinds: tuple[str, ...]
    why: str
    listed: Mapping[str, object] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class Grouped:
    """The groups, and the matches of what is in none of them."""

    groups: tuple[Group, ...]
    matches: tuple[Match, ...]


def file_names(cell: str) -> list[str]:
    """Return the file names in a cell of a list: several are parted by ； or a line break."""
    return [name.strip() for name in _BETWEEN_NAMES.split(cell) if name.strip()]


def one_row_a_file(rows: Sequence[ListRow]) -> list[ListRow]:
    """Return the rows with one file name each; a row that names several stands several times."""
    found = []
    for row in rows:
        names = file_names(str(row.values.get("file_name", "")))
        if len(names) < 2:
            found.append(row)
        else:
            found += [replace(row, values={**row.values, "file_name": name}) for name in names]
    return found


def propose(
    files: Sequence[Named],
    rows: Sequence[ListRow],
    matches: Sequence[Match],
    words: Mapping[str, Sequence[str]],
    *,
    one_report: bool = False,
) -> Grouped:
    """Propose which files are one report. `rows` are one_row_a_file, `matches` those of match().

    A file that was brought twice, and what is no PDF, is in no group.
    """
    if one_report:
        return _as_said(files, matches, words)
    by_list = _by_list(files, rows, matches, words)
    in_a_group = {index for group in by_list for index in group.files}
    by_folder, homeless = _by_folder(files, matches, words, in_a_group)
    groups = sorted((*by_list, *by_folder), key=lambda group: min(group.files))
    in_a_group |= {index for group in by_folder for index in group.files}
    rest = [match for match in matches if match.file is None or match.file not in in_a_group]
    told = {id(row) for group in by_list for row in _rows_of(group, matches)} | homeless
    return Grouped(tuple(groups), tuple(_without_told(rest, rows, by_list, told)))


def _as_said(
    files: Sequence[Named], matches: Sequence[Match], words: Mapping[str, Sequence[str]]
) -> Grouped:
    chosen = [match for match in matches if match.file is not None and files[match.file].is_pdf]
    if len(chosen) < 2:
        return Grouped((), tuple(matches))
    places = tuple(match.file for match in chosen if match.file is not None)
    named = [match.row for match in matches if match.row is not None]
    group = _group(_in_order(files, places, words), files, words, "said", named)
    loose = [match for match in matches if match.file is not None and match.file not in places]
    return Grouped((group,), tuple(loose))


def _by_list(
    files: Sequence[Named],
    rows: Sequence[ListRow],
    matches: Sequence[Match],
    words: Mapping[str, Sequence[str]],
) -> list[Group]:
    place = {id(row): number for number, row in enumerate(rows)}
    by_report: dict[tuple[str, object], list[Match]] = {}
    for match in matches:
        if match.row is not None and match.file is not None and files[match.file].is_pdf:
            by_report.setdefault(_report_of(match.row), []).append(match)
    lost: dict[tuple[str, object], list[str]] = {}
    for match in matches:
        if match.row is not None and match.file is None and match.row.values.get("file_name"):
            lost.setdefault(_report_of(match.row), []).append(str(match.row.values["file_name"]))
    groups = []
    for report, found in by_report.items():
        if len(found) < 2:
            continue
        ordered = sorted(found, key=lambda match: place.get(id(match.row), 0))
        places = tuple(match.file for match in ordered if match.file is not None)
        named = [match.row for match in ordered if match.row is not None]
        missing = [Doubt("part-missing", {"name": name}) for name in lost.get(report, ())]
        groups.append(_group(places, files, words, "list", named, missing))
    return groups


def _report_of(row: ListRow) -> tuple[str, object]:
    """Return by what a row's report is known: its number, its title, else the row itself."""
    number = plain_word(str(row.values.get("report_number", "")))
    if number:
        return ("number", number)
    title = plain_name(str(row.values.get("title", "")))
    return ("title", title) if title else ("row", row.number)


def _by_folder(
    files: Sequence[Named],
    matches: Sequence[Match],
    words: Mapping[str, Sequence[str]],
    in_a_group: set[int],
) -> tuple[list[Group], set[int]]:
    """Return the groups of folders, and the ids of rows that name a folder instead of a file."""
    row_of = {match.file: match.row for match in matches if match.file is not None}
    waiting = {
        plain_name(str(match.row.values.get(name, ""))): match.row
        for match in matches
        if match.row is not None and match.file is None
        for name in ("title", "file_name")
        if match.row.values.get(name)
    }
    folders: dict[str, list[int]] = {}
    for index, file in enumerate(files):
        if file.folder and file.is_pdf and index not in in_a_group:
            folders.setdefault(file.folder, []).append(index)
    groups, homeless = [], set()
    for folder, places in folders.items():
        own = [row for row in (row_of.get(index) for index in places) if row is not None]
        named = waiting.get(plain_name(folder))
        if len(places) < 2 or len({_report_of(row) for row in own}) > 1:
            continue
        kinds = [bundle.guess_kind(files[index].name, words) for index in places]
        if named is None and kinds.count("body") != 1:
            continue
        if named is not None:
            homeless.add(id(named))
            own = [named, *own]
        groups.append(_group(_in_order(files, places, words), files, words, "folder", own))
    return groups, homeless


def _in_order(
    files: Sequence[Named], places: Sequence[int], words: Mapping[str, Sequence[str]]
) -> tuple[int, ...]:
    def key(index: int) -> tuple[object, ...]:
        name = files[index].name
        kind = bundle.guess_kind(name, words)
        return (bundle.PART_KINDS.index(kind), bundle.sort_key(name))

    return tuple(sorted(places, key=key))


def _group(
    places: Sequence[int],
    files: Sequence[Named],
    words: Mapping[str, Sequence[str]],
    why: str,
    rows: Sequence[ListRow],
    doubts: Sequence[Doubt] = (),
) -> Group:
    listed: dict[str, object] = {}
    told: list[Doubt] = []
    for row in rows:
        for name, value in {**row.values, "row": row.number}.items():
            if name != "file_name":
                listed.setdefault(name, value)
        told += [doubt for doubt in row.doubts if doubt not in told]
    if why != "said":
        told = [Doubt(f"parts-{why}", {"count": len(places)}), *told]
    kinds = tuple(bundle.guess_kind(files[index].name, words) for index in places)
    return Group(tuple(places), kinds, why, listed, (*told, *doubts))


def _rows_of(group: Group, matches: Sequence[Match]) -> list[ListRow]:
    return [m.row for m in matches if m.file in group.files and m.row is not None]


def _without_told(
    rest: Sequence[Match], rows: Sequence[ListRow], groups: Sequence[Group], told: set[int]
) -> list[Match]:
    """Leave out what a group says already: a missing file of it, and the row of a folder.

    A row that names several files of which one came keeps that file, with what is missing.
    """
    reports = {_report_of(row) for row in rows if id(row) in told}
    several = {row.number for row in rows if sum(one.number == row.number for one in rows) > 1}
    alone = {match.row.number for match in rest if match.file is not None and match.row is not None}
    kept: list[Match] = []
    for match in rest:
        row = match.row
        if match.file is None and row is not None:
            is_missing = any(doubt.code == "no-file" for doubt in match.doubts)
            if id(row) in told or (is_missing and _report_of(row) in reports):
                continue
            if is_missing and row.number in several & alone:
                continue
        if match.file is not None and row is not None and row.number in several:
            lost = [
                Doubt("part-missing", {"name": str(one.row.values.get("file_name", ""))})
                for one in rest
                if one.file is None and one.row is not None and one.row.number == row.number
            ]
            match = replace(match, doubts=(*match.doubts, *lost))
        kept.append(match)
    return kept
