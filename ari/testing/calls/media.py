"""Media: which URIs there are and how many seconds each lasts."""

from __future__ import annotations

from collections.abc import Callable

from ari.testing.calls.sounds import usual_sounds
from ari.testing.core.answers import JSON

#: A sound that does not exist: the playback fails.
MISSING = -1.0
#: A URI that no player knows: the playback begins and never finishes.
UNKNOWN = -2.0
#: A tone plays until somebody stops it.
ENDLESS = float("inf")

SAYING = {"number", "digits", "characters"}

#: How audio can be coded on its way.
CODECS = {
    "adpcm", "alaw", "amr", "amrwb", "codec2", "g719", "g722", "g723", "g726", "g726aal2", "g729",
    "gsm", "ilbc", "lpc10", "opus", "silk8", "silk12", "silk16", "silk24", "siren7", "siren14",
    "slin", "slin12", "slin16", "slin24", "slin32", "slin44", "slin48", "slin96", "slin192",
    "speex", "speex16", "speex32", "ulaw",
}  # fmt: skip


class Media:
    """The library of sounds.

    :param recording_seconds: returns the length of a stored recording, None if it does not exist.
    """

    def __init__(self, recording_seconds: Callable[[str], float | None]) -> None:
        self._recording_seconds = recording_seconds
        self.sounds = usual_sounds()
        self.languages = ["en"]

    def seconds(self, uri: str) -> float:
        """Return how long a URI plays, or :data:`MISSING`, :data:`UNKNOWN`, :data:`ENDLESS`."""
        scheme, _, rest = uri.partition(":")
        if scheme == "sound":
            if rest.startswith(("http://", "https://")):
                return 3.0
            return self.sounds.get(rest.lstrip("/"), MISSING)
        if scheme == "recording":
            seconds = self._recording_seconds(rest)
            return UNKNOWN if seconds is None else seconds
        if scheme == "tone":
            return ENDLESS
        if scheme in SAYING:
            return self._saying(scheme, rest)
        return UNKNOWN

    def _saying(self, scheme: str, text: str) -> float:
        if scheme == "number":
            names = _number_sounds(text)
        elif scheme == "digits":
            names = [f"digits/{digit}" for digit in text if digit.isdigit()]
        else:
            names = [f"letters/{char.lower()}" for char in text]
        return sum(self.sounds.get(name, 0.5) for name in names)

    @staticmethod
    def controllable(uri: str) -> bool:
        """Tell whether a playback of this URI can be stopped and steered."""
        return uri.partition(":")[0] not in SAYING

    def json(self, name: str) -> JSON:
        """Return the Sound object of the wire."""
        return {
            "id": name,
            "formats": [{"language": language, "format": "gsm"} for language in self.languages],
        }


def _number_sounds(text: str) -> list[str]:
    """Return the sounds that say a number in English."""
    try:
        number = int(text)
    except ValueError:
        return []
    if number < 0:
        return ["digits/minus", *_number_sounds(str(-number))]
    if number <= 20:
        return [f"digits/{number}"]
    if number < 100:
        rest = number % 10
        return [f"digits/{number - rest}", *([f"digits/{rest}"] if rest else [])]
    for size, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            head, rest = divmod(number, size)
            tail = _number_sounds(str(rest)) if rest else []
            return [*_number_sounds(str(head)), f"digits/{name}", *tail]
    return []
