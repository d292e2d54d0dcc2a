"""Whether this process lives, and whether it can take calls."""

from flask import Blueprint, Response

from hotline.store.database import DATABASE_TROUBLE, NOT_MIGRATED, Engine, is_migrated


def health_blueprint(engine: Engine) -> Blueprint:
    """`/healthz`: the process answers. `/readyz`: its database answers and has the tables that this version needs.

    Redis is not asked: a caller's turn never touches it.
    """
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return Response("alive\n", content_type="text/plain")

    @blueprint.get("/readyz")
    def readyz() -> Response:
        fault = _why_not_ready(engine)
        return Response(f"{fault or 'ready'}\n", status=503 if fault else 200, content_type="text/plain")

    return blueprint


def _why_not_ready(engine: Engine) -> str | None:
    try:
        if is_migrated(engine):
            return None
    except DATABASE_TROUBLE:
        return "The database does not answer: see that PostgreSQL runs and that DATABASE_URL points to it."
    return NOT_MIGRATED
