"""The settlement pages."""

from flask import Blueprint

bp = Blueprint("settlement", __name__)
