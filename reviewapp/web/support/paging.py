"""Long lists by pages."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request


@dataclass(frozen=True)
class Paging:
    """Where a list stands: page from 1, rows per page, rows in all."""

    page: int
    size: int
    total: int = 0

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.page - 1) * self.size

    @property
    def pages(self) -> int:
        """Pages in all, at least one."""
        return max(1, -(-self.total // self.size))


def asked_page() -> int:
    """Return the page that the address asks for, at least 1."""
    text = request.args.get("page", "1")
    # Python refuses to read a number of thousands of digits.
    return min(100_000, max(1, int(text))) if text.isdecimal() and len(text) < 9 else 1
