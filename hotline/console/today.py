"""What needs somebody now."""

from flask import Blueprint, render_template

from hotline.console.access import Permission, needs
from hotline.console.desk import Desk


def today_blueprint(desk: Desk) -> Blueprint:
    """The first page."""
    blueprint = Blueprint("today", __name__)

    @blueprint.get("/")
    @needs(Permission.LOOK)
    def show() -> str:
        return render_template("today.html")

    return blueprint
