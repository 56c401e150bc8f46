"""How the JSON of a domain object names it: its id, and the path parameters that hold it."""

from __future__ import annotations

from .swagger.processors import Json

__all__ = ["DefaultObjectIdGenerator", "EndpointIdGenerator", "ObjectIdGenerator"]


class ObjectIdGenerator:
    """How the JSON of a class names the object: the path parameters and the id."""

    def get_params(self, obj_json: Json) -> dict[str, str]:
        """Return the path parameters that name the object."""
        raise NotImplementedError

    def id_as_str(self, obj_json: Json) -> str:
        """Return the object's id."""
        raise NotImplementedError


class DefaultObjectIdGenerator(ObjectIdGenerator):
    """An id that is one field of the JSON and one parameter of the path.

    :param param_name: the path parameter.
    :param id_field: the field.
    """

    def __init__(self, param_name: str, id_field: str = "id") -> None:
        self.param_name = param_name
        self.id_field = id_field

    def get_params(self, obj_json: Json) -> dict[str, str]:
        return {self.param_name: obj_json[self.id_field]}

    def id_as_str(self, obj_json: Json) -> str:
        return str(obj_json[self.id_field])


class EndpointIdGenerator(ObjectIdGenerator):
    """An endpoint's id: its technology and its resource, ``PJSIP/alice`` for one."""

    def get_params(self, obj_json: Json) -> dict[str, str]:
        return {"tech": obj_json["technology"], "resource": obj_json["resource"]}

    def id_as_str(self, obj_json: Json) -> str:
        return "{tech}/{resource}".format(**self.get_params(obj_json))
