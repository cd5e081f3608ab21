"""A located doubt, as a value: ids and figures only, words are made where it is shown."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reviewapp.domain.document import Box, Place


class Outcome(StrEnum):
    """What a check can say; pass and not-applicable have no finding."""

    PASS = "pass"  # noqa: S105 - a result, not a password
    SUSPECT = "suspect"
    UNVERIFIABLE = "unverifiable"
    NOT_APPLICABLE = "not-applicable"


class Severity(StrEnum):
    """How much a finding weighs. SILENT: found and measured, and shown to nobody else."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Finding:
    """One doubt. `expected` is what should stand, `found` what stands.

    `variant` picks the sentence of a check that has several; `values` fill it. Page and box are
    None only where something is absent.
    """

    check: str
    version: int
    outcome: Outcome
    severity: Severity
    section: str | None = None
    page: int | None = None
    box: Box | None = None
    quote: str = ""
    expected: str = ""
    found: str = ""
    variant: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    ordinal: int = 0  # tells apart findings that are otherwise the same

    @property
    def key(self) -> str:
        """Return what stays the same when the same file is checked again (hex SHA-256)."""
        parts = (self.check, self.section, self.page, self.quote, self.expected, self.found)
        told = [str(part) for part in parts] + ([str(self.ordinal)] if self.ordinal else [])
        return hashlib.sha256("\x1f".join(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a check function yields; the registry adds id, version and severity."""

    place: Place | None = None
    section: str | None = None
    expected: str = ""
    found: str = ""
    outcome: Outcome = Outcome.SUSPECT
    variant: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
