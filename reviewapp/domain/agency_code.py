"""The unified social credit code (统一社会信用代码): a wrong one warns and never blocks.

Source: GB 32100-2015 (alphabet, weights and check character).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from reviewapp.domain.errors import N_

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 signs: no I, O, S, V, Z
LENGTH = 18
_WEIGHTS = tuple(pow(3, position, len(ALPHABET)) for position in range(LENGTH - 1))


@dataclass(frozen=True)
class CodeWarning:
    """What looks wrong with a code, as an English msgid with values."""

    message: str
    values: dict[str, object] = field(default_factory=dict)


def normalise_agency_code(text: str) -> str:
    """Return the code as it is stored: half-width capitals without spaces or hyphens."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in plain if not sign.isspace() and sign != "-")


def check_sign(body: str) -> str:
    """Return the check character of the first 17 characters, all of them of the alphabet."""
    weighted = sum(
        ALPHABET.index(sign) * weight for sign, weight in zip(body, _WEIGHTS, strict=True)
    )
    # The outer remainder matters where the sum divides evenly: 31 is no place in the alphabet.
    return ALPHABET[-weighted % len(ALPHABET)]


def check_agency_code(text: str) -> CodeWarning | None:
    """Return what looks wrong with the code, or None if it looks right.

    Only a warning, because codes of registered firms are known that fail their own check.
    """
    code = normalise_agency_code(text)
    if len(code) != LENGTH:
        return CodeWarning(
            N_("A unified social credit code has 18 characters; this one has %(count)d."),
            {"count": len(code)},
        )
    strange = sorted({sign for sign in code if sign not in ALPHABET})
    if strange:
        return CodeWarning(
            N_("%(signs)s cannot stand in a unified social credit code."),
            {"signs": " ".join(strange)},
        )
    if check_sign(code[:-1]) != code[-1]:
        return CodeWarning(
            N_("The last character of this code does not fit the others; please compare it.")
        )
    return None
