"""Where Asterisk departs from its own description, each with its reason.

What a user would be misled by is put right here, and what would harm a running Asterisk is
refused before it is sent. Required parameters, whose absence is worse, are seen to by each
operation's signature.
"""

from __future__ import annotations

from ..exceptions import ARINotFound, ARIServerError
from ..swagger.processors import ParsingContext, SwaggerProcessor
from ..transport.base import Json, Response
from ..transport.errors import read_json

__all__ = [
    "UNREPORTED_ENDS",
    "AsteriskWorkarounds",
    "explain",
    "is_asterisk",
    "is_in_dialplan",
    "lacks_description",
    "refuse_unplayable",
]

#: The bytes that Asterisk 16 and 22 take as a request line, its end included. To one more they
#: answer 400 without a word.
_LONGEST_LINE = 4095

#: The operations that make a channel to an endpoint.
_DIALLING = frozenset(["channels.create", "channels.originate", "channels.originateWithId"])

#: Operations that end an object, its class and the parameter that names it. Asterisk reports the
#: end only to those who are subscribed, and a bridge's last channel ends that by leaving.
UNREPORTED_ENDS = {"bridges.destroy": ("Bridge", "bridgeId")}


class AsteriskWorkarounds(SwaggerProcessor):
    """Marks in the declarations where Asterisk wants something else than it declares."""

    def process_resource_api(
        self, resources: Json, resource: Json, api: Json, context: ParsingContext
    ) -> None:
        for operation in api["operations"]:
            # Every POST and PUT also takes what it declares for the query as members of a body.
            operation["longestLine"] = _LONGEST_LINE

    def process_operation(
        self, resources: Json, resource: Json, api: Json, operation: Json, context: ParsingContext
    ) -> None:
        key = (resource["name"], operation["nickname"])
        parameters = {p["name"]: p for p in operation["parameters"]}
        if key in {("channels", "mute"), ("channels", "unmute")} and "direction" in parameters:
            # Declared with the default 'both', which the server does not apply: it answers 400.
            parameters["direction"].setdefault("defaultValue", "both")
            parameters["direction"]["sendDefault"] = True
        if key == ("bridges", "create") and "variables" in parameters:
            # The server takes every member of the body for a variable. With the declared form it
            # answers 400 and leaves the new bridge behind.
            parameters["variables"]["flat"] = True
        if key == ("applications", "filter") and "filter" in parameters:
            # A filter under its parameter's name is answered with 200 and has no effect.
            parameters["filter"]["flat"] = True
        if key == ("channels", "sendDTMF"):
            # A negative number of milliseconds hangs the channel.
            for name in {"before", "between", "duration", "after"} & parameters.keys():
                parameters[name]["refuseBelow"] = 0


#: What Asterisk can play, by the scheme of the media URI.
_PLAYABLE = ("sound", "recording", "number", "digits", "characters", "tone")


def refuse_unplayable(operation: str, media: object) -> None:
    """Raise ValueError for media that Asterisk accepts and never plays to an end.

    :param operation: the operation's name, for the text.
    :param media: a media URI, or several.
    """
    given = media if isinstance(media, list) else [media]
    for uri in ",".join(map(str, given)).split(","):
        scheme, colon, _ = uri.partition(":")
        if not colon or scheme not in _PLAYABLE:
            # What is to be said may be what a caller has typed, so it is not shown.
            got = f"media of the kind {scheme!r}" if colon else "media of no kind"
            kinds = f"{', '.join(f'{kind}:' for kind in _PLAYABLE[:-1])} or {_PLAYABLE[-1]}:"
            raise ValueError(
                f"{operation}() got {got}, which Asterisk would take and never finish; a media "
                f"URI begins with {kinds}, as in sound:hello-world"
            )


def explain(operation: str, status: int) -> str:
    """Return what Asterisk's words for an error leave out, '' if they say it all.

    :param operation: the operation's name, such as ``channels.originate``.
    :param status: the status of its answer.
    """
    if status == 500 and operation in _DIALLING:
        # "Allocation failed", whatever the reason.
        return "so Asterisk answers for an endpoint that does not exist or is not registered"
    return ""


def lacks_description(error: Exception) -> bool:
    """Tell whether loading the description failed as it does where it is not installed.

    Some packages of Asterisk leave it out; the interface is there all the same. Without the file
    Asterisk answers 404, and without its folder 500.
    """
    if isinstance(error, ARIServerError):
        return "rest-api" in error.message
    return isinstance(error.__cause__, ARINotFound)


def is_in_dialplan(channel: Json) -> bool:
    """Tell whether a channel, by its JSON, runs the dialplan and not a Stasis application.

    A channel that was dialled bears the name of the application that dialled it, also in Stasis.
    """
    name = channel.get("dialplan", {}).get("app_name", "")
    return name not in ("", "Stasis", "AppDial2")


def is_asterisk(answer: Response) -> bool:
    """Tell whether this answer to ``GET /asterisk/info?only=system`` is an Asterisk's."""
    try:
        info = read_json(answer)
    except ValueError:
        return False
    return int(answer.status_code) == 200 and isinstance(info, dict) and "system" in info
