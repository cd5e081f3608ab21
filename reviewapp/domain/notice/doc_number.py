"""The document number (发文字号) that the bureau's registry gave: its form, not its uniqueness."""

from __future__ import annotations

import re
import unicodedata

from reviewapp.domain.errors import N_, Invalid

_PAIRS = {"〔": "〕", "[": "]", "【": "】", "(": ")"}
_FORM = re.compile(
    r"(?P<organ>[㐀-鿿]{2,16})(?P<open>[〔\[【(])(?P<year>[0-9]+)(?P<close>[〕\]】)])"
    r"第?0*(?P<serial>[0-9]*)号?"
)


def check_doc_number(text: str) -> str:
    """Return the number in official form, 蔡财〔2024〕1号 (GB/T 9704-2012, 7.2.5).

    Square, black and round brackets become 〔〕, full-width digits plain ones; 第 and leading zeros
    go. The year is written with four digits, 1949 to 2099; the serial is 1 to 99999.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).replace("﹝", "〔")
    if not plain:
        raise _invalid(N_("Type in the document number."))
    found = _FORM.fullmatch(plain)
    if found is None or not plain.endswith("号"):
        raise _invalid(
            N_("“%(text)s” is not a document number; it has the form 蔡财〔2024〕1号."), text=text
        )
    if _PAIRS[found["open"]] != found["close"]:
        raise _invalid(N_("The brackets in “%(text)s” do not match."), text=text)
    if len(found["year"]) != 4 or not 1949 <= int(found["year"]) <= 2099:
        raise _invalid(
            N_("The year in “%(text)s” must be written in full, such as 2024."), text=text
        )
    if not found["serial"] or len(found["serial"]) > 5:
        raise _invalid(N_("“%(text)s” needs a serial number from 1 to 99999."), text=text)
    return f"{found['organ']}〔{found['year']}〕{found['serial']}号"


def _invalid(message: str, **values: object) -> Invalid:
    return Invalid(message, field="doc_number", **values)
