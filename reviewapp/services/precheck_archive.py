"""A folder of PDFs as the archive that text-shared compares with: for the terminal."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from reviewapp.adapters import nlp, pdf
from reviewapp.domain.precheck.passages import Comparison, Other, Placed
from reviewapp.domain.precheck.report import build
from reviewapp.domain.precheck.rules import Rules
from reviewapp.services.precheck_file import Archive, sentences_of


def of_folder(folder: Path, checked: Path, kind: str, rules: Rules) -> Archive:
    """Return an archive of every PDF in a folder but the one that is checked.

    Files that cannot be read are left out. NotADirectoryError where there is no such folder.
    """
    if not folder.is_dir():
        raise NotADirectoryError(folder)

    def archive(own: tuple[Placed, ...]) -> Comparison:
        others = [
            other
            for path in sorted(folder.glob("*.pdf"))
            if path.resolve() != checked.resolve()
            for other in _read(path, kind, rules)
        ]
        counts = Counter(
            form for other in others for form in {sentence.form for sentence in other.sentences}
        )
        common = frozenset(
            index
            for index, placed in enumerate(own)
            if counts[placed.sentence.form] >= rules.shared.common_from - 1
        )
        return Comparison(own, common, tuple(others))

    return archive


def _read(path: Path, kind: str, rules: Rules) -> list[Other]:
    try:
        document = pdf.read(path)
    except pdf.Unreadable:
        return []
    reader = nlp.heading_reader(rules.outlines[kind], rules.language.headings)
    report = build(document, kind, rules, reader)
    title = report.facts["title"].value if "title" in report.facts else path.stem
    sentences = tuple(placed.sentence for placed in sentences_of(report, rules))
    return [Other(path.name, str(title), sentences)]
