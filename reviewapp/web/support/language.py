"""Language: Simplified Chinese unless chosen otherwise; nothing is guessed from the browser."""

from __future__ import annotations

from flask import Flask, has_request_context, session
from flask_babel import Babel

LOCALES = ("zh_Hans", "en")


def locale() -> str:
    """Return the reader's language."""
    chosen = session.get("locale") if has_request_context() else None
    return chosen if chosen in LOCALES else LOCALES[0]


def init_language(app: Flask) -> None:
    """Set Flask-Babel up on our one catalogue."""
    app.config["BABEL_DEFAULT_LOCALE"] = LOCALES[0]
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(_catalogue_dir())
    Babel(app, locale_selector=locale)


def _catalogue_dir() -> object:
    from pathlib import Path

    return Path(__file__).resolve().parent.parent / "translations"
