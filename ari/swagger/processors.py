"""Walk over loaded declarations: let processors see each node, and name the place of a fault.

The hooks of :class:`SwaggerProcessor` and their arguments are swaggerpy's, so that a processor
written for it works here.
"""

from __future__ import annotations

from ..exceptions import ARIDescriptionError
from ..transport.base import Json
from .declarations import plain

__all__ = [
    "ParsingContext",
    "SwaggerError",
    "SwaggerProcessor",
    "WebsocketProcessor",
]


class ParsingContext:
    """Where in the declarations the walk is: a path of names for error texts."""

    def __init__(self) -> None:
        self.stack: list[str] = []

    def __repr__(self) -> str:
        return " > ".join(self.stack)

    def push(self, obj: Json, id_field: str) -> None:
        """Step into an object that is known by one of its fields."""
        self.push_str(plain(obj.get(id_field)) or "?")

    def push_str(self, name: str) -> None:
        """Step into a named place."""
        self.stack.append(name)

    def pop(self) -> None:
        """Step out of the latest place."""
        self.stack.pop()

    def is_empty(self) -> bool:
        """Tell whether the walk stands at its beginning."""
        return not self.stack


class SwaggerError(ARIDescriptionError):
    """A description is not usable; the text names the file, the place in it and the fault.

    :param msg: the fault.
    :param context: a :class:`ParsingContext` or a str that names the place.
    :param cause: the exception behind it, if there is one.
    """

    def __init__(self, msg: str, context: object = "", cause: BaseException | None = None) -> None:
        place = str(context)
        super().__init__(f"{place}: {msg}" if place else msg)
        self.cause = cause


class SwaggerProcessor:
    """Base of what wants to see, or to complete, every node of the declarations.

    Override the hooks of interest; each is called with the node itself, which may be changed.
    """

    def apply(self, resources: Json) -> None:
        """Walk over a resource listing whose entries hold their ``api_declaration``."""
        context = ParsingContext()
        context.push_str(plain(resources.get("url")) or "resource listing")
        self.process_resource_listing(resources, context)
        for listing_api in resources["apis"]:
            context.push(listing_api, "path")
            self.process_resource_listing_api(resources, listing_api, context)
            declaration = listing_api.get("api_declaration")
            if declaration is not None:
                self._apply_declaration(resources, listing_api, declaration, context)
            context.pop()

    def _apply_declaration(
        self, resources: Json, resource: Json, declaration: Json, context: ParsingContext
    ) -> None:
        self.process_api_declaration(resources, resource, declaration, context)
        for api in declaration.get("apis", []):
            context.push(api, "path")
            self.process_resource_api(resources, resource, api, context)
            for operation in api["operations"]:
                context.push(operation, "nickname")
                self.process_operation(resources, resource, api, operation, context)
                for parameter in operation.get("parameters", []):
                    context.push(parameter, "name")
                    self.process_parameter(resources, resource, api, operation, parameter, context)
                    context.pop()
                for error in operation.get("errorResponses", []):
                    context.push(error, "code")
                    self.process_error_response(resources, resource, api, operation, error, context)
                    context.pop()
                context.pop()
            context.pop()
        for name, model in declaration.get("models", {}).items():
            context.push_str(name)
            self.process_model(resources, resource, model, context)
            for prop in model["properties"].values():
                self.process_property(resources, resource, model, prop, context)
            context.pop()

    def process_resource_listing(self, resources: Json, context: ParsingContext) -> None:
        """See the resource listing."""

    def process_resource_listing_api(
        self, resources: Json, listing_api: Json, context: ParsingContext
    ) -> None:
        """See an entry of the resource listing."""

    def process_api_declaration(
        self, resources: Json, resource: Json, declaration: Json, context: ParsingContext
    ) -> None:
        """See the declaration of one resource."""

    def process_resource_api(
        self, resources: Json, resource: Json, api: Json, context: ParsingContext
    ) -> None:
        """See one path of a resource."""

    def process_operation(
        self, resources: Json, resource: Json, api: Json, operation: Json, context: ParsingContext
    ) -> None:
        """See one operation of a path."""

    def process_parameter(
        self,
        resources: Json,
        resource: Json,
        api: Json,
        operation: Json,
        parameter: Json,
        context: ParsingContext,
    ) -> None:
        """See one parameter of an operation."""

    def process_error_response(
        self,
        resources: Json,
        resource: Json,
        api: Json,
        operation: Json,
        error_response: Json,
        context: ParsingContext,
    ) -> None:
        """See one declared error of an operation."""

    def process_model(
        self, resources: Json, resource: Json, model: Json, context: ParsingContext
    ) -> None:
        """See one model."""

    def process_property(
        self, resources: Json, resource: Json, model: Json, prop: Json, context: ParsingContext
    ) -> None:
        """See one property of a model."""


class WebsocketProcessor(SwaggerProcessor):
    """Mark the operations that open a WebSocket, and name the resource of each operation."""

    def process_operation(
        self, resources: Json, resource: Json, api: Json, operation: Json, context: ParsingContext
    ) -> None:
        operation["is_websocket"] = operation.get("upgrade") == "websocket"
        operation["resource"] = resource["name"]
