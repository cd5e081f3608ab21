"""QR codes as SVG, for links that travel by WeChat."""

from __future__ import annotations

import segno


def svg_data_uri(text: str) -> str:
    """Return the QR code of a text as an SVG data address for an img."""
    return str(segno.make(text, error="m").svg_data_uri(scale=5, border=2))
