"""HTTP only: parse, authorise, call one service or query, render."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

#: one package each with a blueprint `bp`; the same word names templates, URLs and services
FEATURES = (
    "home",
    "accounts",
    "rounds",
    "intakes",
    "registers",
    "reports",
    "assignments",
    "panel",
    "calibration",
    "offline",
    "reviews",
    "settlement",
    "results",
    "notices",
    "prechecks",
    "records",
    "rubrics",
)


def register(app: Flask) -> None:
    """Register every feature's blueprint."""
    for name in FEATURES:
        app.register_blueprint(import_module(f"reviewapp.web.{name}").bp)
