"""How values read on a page: times, points, money, sizes. The only place that makes Markup."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from markupsafe import Markup, escape

from reviewapp.web.support.language import locale
from reviewapp.web.support.parts import SHANGHAI, now


def clock(moment: datetime | None) -> Markup:
    """Write a moment as people say it, with the exact time behind it."""
    if moment is None:
        return Markup("")
    there, here = moment.astimezone(SHANGHAI), now().astimezone(SHANGHAI)
    days = (here.date() - there.date()).days
    if days == 0:
        text = _("today %(time)s", time=f"{there:%H:%M}")
    elif days == 1:
        text = _("yesterday %(time)s", time=f"{there:%H:%M}")
    elif 1 < days < 7:
        text = _("%(days)s days ago", days=days)
    else:
        text = day(there.date())
    exact = f"{there:%Y-%m-%d %H:%M:%S}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        there.isoformat(timespec="seconds"), exact, text
    )


def exact(moment: datetime | None) -> str:
    """Write a moment to the second in Beijing time."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if moment else ""


def day(value: date | None) -> str:
    """Write a date in the reader's language."""
    if value is None:
        return ""
    if locale() == "en":
        return value.isoformat()
    return str(_("%(year)s-%(month)s-%(day)s", year=value.year, month=value.month, day=value.day))


def points(hundredths: int | None) -> str:
    """Write points from hundredths, without needless zeros: 8650 is 86.5."""
    if hundredths is None:
        return "–"
    text = f"{Decimal(hundredths) / 100:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def wan(cents: int | None) -> str:
    """Write an amount of 分 in 万元 with thousands separators."""
    if cents is None:
        return "–"
    text = f"{Decimal(cents) / 1_000_000:,.6f}".rstrip("0")
    whole, _dot, digits = text.partition(".")
    return f"{whole}.{digits.ljust(2, '0')}"


def size(count: int | None) -> str:
    """Write a number of bytes in MB or KB."""
    if count is None:
        return "–"
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} KB"


def titled(title: str) -> str:
    """Put a report's title in 《》."""
    return f"《{title.strip('《》')}》" if title else ""


def lines(text: str) -> Markup:
    """Keep the line breaks of a typed text."""
    return Markup("<br>").join(escape(text).splitlines())


def init_filters(app: Flask) -> None:
    """Make the filters known to templates."""
    filters: dict[str, Any] = {
        "clock": clock,
        "exact": exact,
        "day": day,
        "points": points,
        "wan": wan,
        "size": size,
        "titled": titled,
        "lines": lines,
    }
    app.jinja_env.filters.update(filters)
