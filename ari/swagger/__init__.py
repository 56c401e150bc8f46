"""A Swagger 1.1/1.2 client: a description becomes resources and operations; knows no Asterisk.

It stands where swaggerpy stood for ari-py and keeps swaggerpy's public names, since swaggerpy's
newest release does not import on Python 3.
"""

from __future__ import annotations

import sys

from . import client, http_client, processors
from . import description as swagger_model
from .client import Operation, Resource, SwaggerClient
from .description import Loader, load_file, load_json, load_url
from .http_client import (
    ApiKeyAuthenticator,
    BasicAuthenticator,
    HttpClient,
    SynchronousHttpClient,
)
from .processors import ParsingContext, SwaggerError, SwaggerProcessor

__all__ = [
    "ApiKeyAuthenticator",
    "BasicAuthenticator",
    "HttpClient",
    "Loader",
    "Operation",
    "ParsingContext",
    "Resource",
    "SwaggerClient",
    "SwaggerError",
    "SwaggerProcessor",
    "SynchronousHttpClient",
    "install_as_swaggerpy",
    "load_file",
    "load_json",
    "load_url",
]


def install_as_swaggerpy() -> None:
    """Make ``import swaggerpy`` find this package, for programs that import it.

    Call it before the first such import. A swaggerpy that was imported already stays.
    """
    for name, module in {
        "swaggerpy": sys.modules[__name__],
        "swaggerpy.client": client,
        "swaggerpy.http_client": http_client,
        "swaggerpy.processors": processors,
        "swaggerpy.swagger_model": swagger_model,
    }.items():
        sys.modules.setdefault(name, module)
