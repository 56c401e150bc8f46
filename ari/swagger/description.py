"""Load a Swagger 1.1/1.2 description, have it checked, and make one shape of it.

A description is a resource listing and one declaration per resource. Both versions of Swagger may
be mixed in one listing, as Asterisk does; whatever the version, what comes out has the names of
1.1: ``httpMethod``, ``responseClass``, ``dataType`` and ``errorResponses`` with ``code`` and
``reason``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from posixpath import basename, splitext
from posixpath import dirname as url_dirname
from typing import cast
from urllib.parse import urljoin, urlsplit, urlunsplit
from urllib.request import url2pathname

from ..transport.base import Json, Request, Response
from ..transport.errors import response_error, without_query
from ..transport.http import HttpClientLike, HttpTransport
from ..transport.procedures import Procedure, Together, drive, take_step
from .checks import check_declaration, check_listing, leave_out_doubles
from .declarations import plain
from .http_client import SynchronousHttpClient
from .processors import SwaggerError, SwaggerProcessor, WebsocketProcessor

__all__ = ["Loader", "load_file", "load_json", "load_listing", "load_url"]

log = logging.getLogger(__name__)

#: What is being done, for errors and logs.
_LOADING = "loading the description"


class Loader:
    """Loads resource listings with an http client and hands them to processors.

    :param http_client: sends the requests; see :class:`~ari.swagger.http_client.HttpClient`.
    :param processors: :class:`~ari.swagger.processors.SwaggerProcessor` objects that see every
        node after the description was checked, in this order.
    """

    def __init__(
        self,
        http_client: HttpClientLike | None,
        processors: Sequence[SwaggerProcessor] | None = None,
    ) -> None:
        self.http_client = http_client
        self.processors: list[SwaggerProcessor] = [WebsocketProcessor(), *(processors or [])]

    def load_resource_listing(self, resources_url: str, base_url: str | None = None) -> Json:
        """Load a resource listing and all its declarations.

        The declarations are fetched side by side when the http client allows it. One that answers
        404 is logged and left out.

        :param resources_url: http, https or file URL of the listing.
        :param base_url: where requests go; by default the listing's own place decides, and its
            ``basePath`` only for files.
        :raises SwaggerError: when something served is not a description.
        """
        transport = self._transport()
        resources = drive(
            load_listing(resources_url, base_url, transport.user_for),
            lambda step: take_step(step, transport),
        )
        self.process_resource_listing(resources)
        return resources

    def load_api_declaration(self, base_url: str, api_dict: Json) -> None:
        """Load the declaration of one entry of a listing into it.

        :param base_url: what the entry's path is relative to.
        :param api_dict: the entry; gains ``url`` and ``api_declaration``.
        """
        api_dict["url"] = base_url.rstrip("/") + api_dict["path"].replace("{format}", "json")
        transport = self._transport()
        (api_dict["api_declaration"],) = drive(
            _load([api_dict["url"]], "a declaration", transport.user_for, required=True),
            lambda step: take_step(step, transport),
        )

    def process_resource_listing(self, resources: Json) -> None:
        """Check a listing whose declarations are loaded, normalise it and run the processors."""
        given = resources.get("url") if isinstance(resources, dict) else None
        url = given if isinstance(given, str) else "resource listing"
        check_listing(resources, url)
        listed = [a for a in resources["apis"] if a.get("api_declaration") is not None]
        for api in listed:
            api["name"] = splitext(basename(api["path"]))[0]
        resources["apis"] = leave_out_doubles(listed, lambda api: str(api["name"]), "resource", url)
        for api in resources["apis"]:
            check_declaration(api["api_declaration"], plain(api.get("url")) or api["path"])
        for processor in self.processors:
            processor.apply(resources)

    def _transport(self) -> HttpTransport:
        if self.http_client is None:
            raise TypeError("a Loader needs an http client to load anything with")
        return HttpTransport(self.http_client)


def load_listing(
    url: str,
    base_url: str | None = None,
    user_for: Callable[[str], str | None] = lambda _url: None,
) -> Procedure[Json]:
    """Load a resource listing and the declarations of its entries; a procedure.

    Returns the listing, neither checked in its depth nor processed.

    :param url: http, https or file URL of the listing.
    :param base_url: where requests go; by default the listing's own place decides.
    :param user_for: returns the user name that requests to a URL carry, for error texts.
    :raises SwaggerError: what is served is not a resource listing, or not JSON.
    :raises ARIHTTPError: it is not served at all.
    """
    (found,) = yield from _load([url], "a resource listing", user_for, required=True)
    resources = cast(Json, found)
    resources["url"] = url
    check_listing(resources, url)
    resources["base_url"] = root = base_url or _root(url, resources)
    for api in resources["apis"]:
        api["url"] = _declaration_url(url, root, api["path"])
    urls = [api["url"] for api in resources["apis"]]
    declarations = yield from _load(urls, "a declaration", user_for, required=False)
    for api, declaration in zip(resources["apis"], declarations, strict=True):
        if declaration is None:
            log.warning("%s is listed but not there; its operations are left out", api["url"])
        else:
            api["api_declaration"] = declaration
    return resources


def _load(
    urls: Sequence[str], what: str, user_for: Callable[[str], str | None], *, required: bool
) -> Procedure[list[Json | None]]:
    """Fetch JSON documents; None for each that is not there and need not be."""
    if all(urlsplit(url).scheme == "file" for url in urls):
        return [_read_file(url, what, required=required) for url in urls]
    responses = yield Together([Request("GET", url, operation=_LOADING) for url in urls])
    return [
        _document(response, url, what, user_for, required=required)
        for url, response in zip(urls, responses, strict=True)
    ]


def _read_file(url: str, what: str, *, required: bool) -> Json | None:
    try:
        content = Path(url2pathname(urlsplit(url).path)).read_bytes()
    except FileNotFoundError as ex:
        if not required:
            return None
        raise SwaggerError(f"no such file; expected {what}", url, ex) from ex
    except (OSError, ValueError) as ex:  # a folder, or a name that no file can have
        raise SwaggerError(f"it cannot be read ({ex}); expected {what}", url, ex) from ex
    return _parse(content, url, what)


def _document(
    response: Response,
    url: str,
    what: str,
    user_for: Callable[[str], str | None],
    *,
    required: bool,
) -> Json | None:
    status = int(response.status_code)
    if status == 404 and not required:
        return None
    if status == 404:
        raise SwaggerError(
            f"404 Not Found; expected {what}", without_query(url)
        ) from response_error(response, _LOADING)
    if status >= 300:
        user = user_for(url) if status == 401 else None
        where = urlsplit(url).netloc
        hint = f"user {user!r} at {where}: unknown user or wrong password" if user else ""
        raise response_error(response, _LOADING, hint)
    # A response of somebody else's making may know no more than its status and its JSON.
    body = response.content if hasattr(response, "content") else json.dumps(response.json())
    return _parse(body, without_query(url), what)


def _parse(body: bytes | str, url: str, what: str) -> Json:
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as ex:
        seen = text.strip()[:60]
        raise SwaggerError(f"expected {what} in JSON, got {seen!r} ({ex})", url, ex) from ex
    if not isinstance(document, dict):
        raise SwaggerError(f"expected {what}, a JSON object, got a {type(document).__name__}", url)
    return document


def _root(resources_url: str, resources: Json) -> str:
    """Return what the paths in the declarations are relative to.

    A server writes into ``basePath`` the address that it believes to have, always ``http://`` in
    Asterisk's case; behind TLS or a proxy that is wrong, so only files are believed.
    """
    parts = urlsplit(resources_url)
    if parts.scheme == "file":
        return str(resources.get("basePath", ""))
    folder = url_dirname(parts.path)
    for api in resources["apis"]:
        own = url_dirname(api["path"])
        if own != "/" and folder.endswith(own):
            folder = folder[: -len(own)]
            break
    return urlunsplit((parts.scheme, parts.netloc, folder.rstrip("/"), "", ""))


def _declaration_url(resources_url: str, root: str, path: str) -> str:
    path = path.replace("{format}", "json")
    if urlsplit(resources_url).scheme == "file":
        return urljoin(resources_url, f"./{basename(path)}")  # even if it looks like a URL
    return root.rstrip("/") + path


def load_url(
    resource_listing_url: str,
    http_client: HttpClientLike | None = None,
    processors: Sequence[SwaggerProcessor] | None = None,
    base_url: str | None = None,
) -> Json:
    """Load a description from a URL; see :meth:`Loader.load_resource_listing`."""
    if http_client is not None:
        return Loader(http_client, processors).load_resource_listing(resource_listing_url, base_url)
    with SynchronousHttpClient() as own_client:
        return Loader(own_client, processors).load_resource_listing(resource_listing_url, base_url)


def load_file(
    resource_listing_file: str,
    http_client: HttpClientLike | None = None,
    processors: Sequence[SwaggerProcessor] | None = None,
) -> Json:
    """Load a description from a file; its declarations stand beside it."""
    return load_url(Path(resource_listing_file).resolve().as_uri(), http_client, processors)


def load_json(
    resource_listing: Json,
    http_client: HttpClientLike | None = None,
    processors: Sequence[SwaggerProcessor] | None = None,
) -> Json:
    """Process a listing whose entries already hold their ``api_declaration``."""
    Loader(http_client, processors).process_resource_listing(resource_listing)
    return resource_listing
