"""Assignments: the officers' table and spread, the experts' declaration, conflicts."""

from flask import Blueprint

bp = Blueprint("assignments", __name__)

from reviewapp.web.assignments import conflicts, declaring, views  # noqa: E402,F401
