"""CORS: the headers by which browsers learn what other origins may do."""

from __future__ import annotations

from collections.abc import Collection

from aiohttp import web


def cors_headers(request: web.BaseRequest, allowed_origins: Collection[str]) -> dict[str, str]:
    """Return the CORS headers of the answer to a request.

    :param allowed_origins: the origins that browsers may call from, ``*`` for any.
    """
    origin = request.headers.get("Origin")
    if origin is None or not ("*" in allowed_origins or origin in allowed_origins):
        return {}
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
    }
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        headers["Access-Control-Allow-Methods"] = "OPTIONS,GET,POST,PUT,DELETE"
        wanted = request.headers.get("Access-Control-Request-Headers")
        if wanted:
            headers["Access-Control-Allow-Headers"] = wanted
    return headers
