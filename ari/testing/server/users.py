"""Users: who may connect, by which credentials, and who may only read."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import BasicAuth

from ari.testing.rest.arguments import parse_query


class Users:
    """The users and their passwords.

    :param users: passwords by name, of users who may read and write.
    :param read_only: passwords by name, of users who may only read.
    """

    def __init__(self, users: Mapping[str, str], read_only: Mapping[str, str]) -> None:
        self._passwords = {**users, **read_only}
        self._read_only = set(read_only)

    def read_only(self, name: str) -> bool:
        """Tell whether a user may only read."""
        return name in self._read_only

    def identify(self, authorization: str | None, query: str) -> str | None:
        """Return the name of the user whose credentials a request carries, or None.

        :param authorization: the header of that name; without it the ``api_key`` of the query
            counts.
        """
        if authorization is None:
            name, colon, password = parse_query(query).get("api_key", "").partition(":")
            return self._known(name, password) if colon else None
        try:
            credentials = BasicAuth.decode(authorization, encoding="utf-8")
        except ValueError:
            return None
        return self._known(credentials.login, credentials.password)

    def _known(self, name: str, password: str) -> str | None:
        return name if self._passwords.get(name) == password else None
