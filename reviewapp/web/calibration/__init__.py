"""Calibration: an officer's reference reports, an expert's practice on them."""

from flask import Blueprint

bp = Blueprint("calibration", __name__)

from reviewapp.web.calibration import practising, references  # noqa: E402,F401
