"""Load a Swagger 1.1/1.2 description, check it, and make one shape of it.

A description is a resource listing and one declaration per resource. Both versions of Swagger may
be mixed in one listing, as Asterisk does; whatever the version, what comes out has the names of
1.1: ``httpMethod``, ``responseClass``, ``dataType`` and ``errorResponses`` with ``code`` and
``reason``.
"""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from posixpath import basename, splitext
from posixpath import dirname as url_dirname
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit
from urllib.request import url2pathname

from ..exceptions import from_response, transport_errors, without_query
from .http_client import HttpClient, SynchronousHttpClient
from .processors import Json, SwaggerError, SwaggerProcessor, WebsocketProcessor

__all__ = ["Loader", "load_file", "load_json", "load_url"]

log = logging.getLogger(__name__)

_PARAM_TYPES = ("path", "query", "body", "header", "form")


class Loader:
    """Loads resource listings with an http client and hands them to processors.

    :param http_client: sends the requests; see :class:`~ari.swagger.http_client.HttpClient`.
    :param processors: :class:`~ari.swagger.processors.SwaggerProcessor` objects that see every
        node after the description was checked, in this order.
    """

    def __init__(self, http_client: Any, processors: list[SwaggerProcessor] | None = None) -> None:
        self.http_client = http_client
        self.processors: list[SwaggerProcessor] = [WebsocketProcessor(), *(processors or [])]

    def load_resource_listing(self, resources_url: str, base_url: str | None = None) -> Json:
        """Load a resource listing and all its declarations.

        The declarations are fetched side by side when the http client allows it. One that answers
        404 is logged and left out.

        :param resources_url: http, https or file URL of the listing.
        :param base_url: where calls go; by default the listing's own place decides, and its
            ``basePath`` only for files.
        :raises SwaggerError: when something served is not a description.
        """
        resources = self._load(resources_url, "a resource listing", required=True)
        assert resources is not None
        resources["url"] = resources_url
        check_listing(resources, resources_url)
        root = base_url or _root(resources_url, resources)
        resources["base_url"] = root
        for api in resources["apis"]:
            api["url"] = _declaration_url(resources_url, root, api["path"])
        found = self._load_side_by_side([api["url"] for api in resources["apis"]])
        for api, declaration in zip(resources["apis"], found, strict=True):
            if declaration is None:
                log.warning("%s is listed but not there; its operations are left out", api["url"])
            else:
                api["api_declaration"] = declaration
        self.process_resource_listing(resources)
        return resources

    def load_api_declaration(self, base_url: str, api_dict: Json) -> None:
        """Load the declaration of one entry of a listing into it.

        :param base_url: what the entry's path is relative to.
        :param api_dict: the entry; gains ``url`` and ``api_declaration``.
        """
        api_dict["url"] = base_url.rstrip("/") + api_dict["path"].replace("{format}", "json")
        api_dict["api_declaration"] = self._load(api_dict["url"], "a declaration", required=True)

    def process_resource_listing(self, resources: Json) -> None:
        """Check a listing whose declarations are loaded, normalise it and run the processors."""
        check_listing(resources, str(resources.get("url", "resource listing")))
        resources["apis"] = [a for a in resources["apis"] if a.get("api_declaration") is not None]
        for api in resources["apis"]:
            api["name"] = splitext(basename(api["path"]))[0]
            check_declaration(api["api_declaration"], str(api.get("url", api["path"])))
        for processor in self.processors:
            processor.apply(resources)

    def _load_side_by_side(self, urls: list[str]) -> list[Json | None]:
        def load(url: str) -> Json | None:
            return self._load(url, "a declaration", required=False)

        workers = min(len(urls), getattr(self.http_client, "parallel_requests", 1))
        if workers <= 1:
            return [load(url) for url in urls]
        with ThreadPoolExecutor(workers, thread_name_prefix="ari-load") as pool:
            return list(pool.map(load, urls))

    def _load(self, url: str, what: str, *, required: bool) -> Json | None:
        """Fetch one JSON document; None for a document that is not there and need not be."""
        if urlsplit(url).scheme == "file":
            try:
                text = Path(url2pathname(urlsplit(url).path)).read_bytes()
            except FileNotFoundError as ex:
                if not required:
                    return None
                raise SwaggerError(f"no such file; expected {what}", url, ex) from ex
            return _parse(text, url, what)
        with transport_errors("loading the description", url):
            response = self.http_client.request("GET", url)
        status = int(response.status_code)
        if status == 404 and not required:
            return None
        if status == 404:
            raise SwaggerError(
                f"404 Not Found; expected {what}. Is this the address of an Asterisk with ARI "
                "enabled (http.conf and ari.conf)?",
                without_query(url),
            ) from from_response(response, "loading the description")
        if status >= 300:
            raise from_response(response, "loading the description", _login_hint(self, url, status))
        # A response of someone else's making may know no more than its status and its JSON.
        body = response.content if hasattr(response, "content") else json.dumps(response.json())
        return _parse(body, without_query(url), what)


def _login_hint(loader: Loader, url: str, status: int) -> str:
    if status != 401:
        return ""
    user = getattr(loader.http_client, "user_for", lambda _url: None)(url)
    return (
        f"user {user!r} at {urlsplit(url).netloc}: unknown user or wrong password" if user else ""
    )


def _parse(body: Any, url: str, what: str) -> Json:
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    try:
        document = json.loads(text)
    except ValueError as ex:
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
        return urljoin(resources_url, basename(path))
    return root.rstrip("/") + path


def check_listing(resources: Any, url: str) -> None:
    """Raise SwaggerError unless this is a resource listing."""
    _expect(resources, dict, "a resource listing, a JSON object", url)
    _expect(resources.get("apis"), list, "'apis', a list", url)
    for index, api in enumerate(resources["apis"]):
        place = f"{url}: apis[{index}]"
        _expect(api, dict, "an object", place)
        _expect(api.get("path"), str, "'path', a string", place)


def check_declaration(declaration: Any, url: str) -> None:
    """Raise SwaggerError unless this is a declaration; bring it to the shape of Swagger 1.1."""
    _expect(declaration, dict, "a declaration, a JSON object", url)
    for index, api in enumerate(_expect(declaration.get("apis"), list, "'apis', a list", url)):
        place = f"{url}: apis[{index}]"
        _expect(api, dict, "an object", place)
        _expect(api.get("path"), str, "'path', a string", place)
        place += f" ({api['path']})"
        operations = _expect(api.get("operations"), list, "'operations', a list", place)
        for number, operation in enumerate(operations):
            _check_operation(operation, f"{place}: operations[{number}]")
    models = declaration.setdefault("models", {})
    for name, model in _expect(models, dict, "'models', an object", url).items():
        place = f"{url}: models: {name}"
        _expect(model, dict, "an object", place)
        properties = model.setdefault("properties", {})
        for key, prop in _expect(properties, dict, "'properties', an object", place).items():
            _expect(prop, dict, f"property {key!r}, an object", place)
            prop.setdefault("type", prop.get("$ref", "object"))


def _check_operation(operation: Any, place: str) -> None:
    _expect(operation, dict, "an object", place)
    _expect(operation.get("nickname"), str, "'nickname', a string", place)
    place += f" ({operation['nickname']})"
    operation.setdefault("httpMethod", operation.get("method"))
    _expect(operation["httpMethod"], str, "'httpMethod', a string", place)
    operation.setdefault("responseClass", operation.get("type", "void"))
    errors = operation.setdefault("errorResponses", operation.get("responseMessages", []))
    for error in _expect(errors, list, "'errorResponses', a list", place):
        _expect(error, dict, "an error response, an object", place)
        error.setdefault("reason", error.get("message", ""))
    parameters = operation.setdefault("parameters", [])
    for index, parameter in enumerate(_expect(parameters, list, "'parameters', a list", place)):
        here = f"{place}: parameters[{index}]"
        _expect(parameter, dict, "an object", here)
        _expect(parameter.get("name"), str, "'name', a string", here)
        if parameter.get("paramType") not in _PARAM_TYPES:
            raise SwaggerError(
                f"'paramType' of {parameter['name']!r} is {parameter.get('paramType')!r}, "
                f"expected one of {', '.join(_PARAM_TYPES)}",
                here,
            )
        parameter.setdefault("dataType", parameter.get("type", "string"))
        # Some declarations forget it, and a path without its parameter is another path.
        parameter["required"] = parameter["paramType"] == "path" or bool(parameter.get("required"))


def _expect(value: Any, kind: type, what: str, place: str) -> Any:
    if not isinstance(value, kind):
        got = "nothing" if value is None else f"a {type(value).__name__}"
        raise SwaggerError(f"expected {what}, got {got}", place)
    return value


def load_url(
    resource_listing_url: str,
    http_client: HttpClient | None = None,
    processors: list[SwaggerProcessor] | None = None,
    base_url: str | None = None,
) -> Json:
    """Load a description from a URL; see :meth:`Loader.load_resource_listing`."""
    if http_client is not None:
        return Loader(http_client, processors).load_resource_listing(resource_listing_url, base_url)
    with SynchronousHttpClient() as own_client:
        return Loader(own_client, processors).load_resource_listing(resource_listing_url, base_url)


def load_file(
    resource_listing_file: str,
    http_client: HttpClient | None = None,
    processors: list[SwaggerProcessor] | None = None,
) -> Json:
    """Load a description from a file; its declarations stand beside it."""
    return load_url(Path(resource_listing_file).resolve().as_uri(), http_client, processors)


def load_json(
    resource_listing: Json,
    http_client: HttpClient | None = None,
    processors: list[SwaggerProcessor] | None = None,
) -> Json:
    """Process a listing whose entries already hold their ``api_declaration``."""
    Loader(http_client, processors).process_resource_listing(resource_listing)
    return resource_listing
