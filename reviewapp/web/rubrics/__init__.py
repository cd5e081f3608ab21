"""The rubrics pages."""

from flask import Blueprint

bp = Blueprint("rubrics", __name__)
