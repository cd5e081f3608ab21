"""Reviews: an expert's own list, the form that saves itself, the printed sheet, paper."""

from flask import Blueprint

bp = Blueprint("reviews", __name__)

from reviewapp.web.reviews import evidence, listing, paper, phrases, reading, states, writing  # noqa: E402,F401
