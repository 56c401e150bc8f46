"""The HTML pages that Asterisk's HTTP server answers with where ARI has no part."""

from __future__ import annotations

import html

from aiohttp import web

from ari.testing.core.identity import VERSION

SERVER = f"Asterisk/{VERSION}"


def page(status: int, title: str, text: str) -> web.Response:
    """Return a page that states an error."""
    body = "\r\n".join(
        [
            '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">',
            "<html><head>",
            f"<title>{status} {html.escape(title)}</title>",
            "</head><body>",
            f"<h1>{html.escape(title)}</h1>",
            f"<p>{html.escape(text)}</p>",
            "<hr />",
            f"<address>{SERVER}</address>",
            "</body></html>",
            "",
        ]
    )
    return web.Response(
        status=status, body=body.encode(), content_type="text/html", headers={"Server": SERVER}
    )
