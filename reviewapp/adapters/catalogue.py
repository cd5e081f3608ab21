"""The translation catalogue: one small po file per feature, merged into one mo file."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).resolve().parent.parent / "web" / "translations"


class Disagreement(Exception):
    """Two files translate one msgid differently."""


def merged(locale: str = "zh_Hans", folder: Path = TRANSLATIONS) -> Catalog:
    """Return all po files of a language as one catalogue.

    Raises Disagreement where two files say different things for one msgid: a word of the product
    has one translation.
    """
    whole = Catalog(locale=locale, charset="utf-8")
    for path in sorted((folder / locale).glob("*.po")):
        with path.open("rb") as handle:
            part = read_po(handle, locale=locale, abort_invalid=True)
        for message in part:
            if not message.id:
                continue
            known = whole.get(message.id)
            if known is not None and known.string and known.string != message.string:
                raise Disagreement(
                    f"{path.name}: {message.id!r} is {known.string!r} elsewhere, here"
                    f" {message.string!r}"
                )
            if known is None or not known.string:
                whole[message.id] = message
    return whole


def compile_all(folder: Path = TRANSLATIONS) -> list[Path]:
    """Write each language's messages.mo and return the paths."""
    written = []
    for locale_dir in sorted(path for path in folder.iterdir() if path.is_dir()):
        target = locale_dir / "LC_MESSAGES" / "messages.mo"
        target.parent.mkdir(exist_ok=True)
        catalogue = merged(locale_dir.name, folder)  # before a file is begun: it may raise
        # A name of its own: several test processes compile at the same moment.
        with NamedTemporaryFile(dir=target.parent, suffix=".tmp", delete=False) as handle:
            write_mo(handle, catalogue)
        temporary = Path(handle.name)
        temporary.chmod(0o644)
        temporary.replace(target)
        written.append(target)
    return written
