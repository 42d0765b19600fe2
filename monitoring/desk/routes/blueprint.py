"""The blueprint that the office's pages share."""

from flask import Blueprint

bp = Blueprint("desk", __name__, url_prefix="/desk")
