"""The operations of ``/sounds``."""

from __future__ import annotations

from ari.testing.core.answers import Answer, Outcome, Refusal
from ari.testing.rest.arguments import Arguments
from ari.testing.rest.resource import Resource


class SoundsResource(Resource):
    """``/sounds``."""

    def list(self, arguments: Arguments) -> Outcome:
        media = self.pbx.media
        language, file_format = arguments.text("lang"), arguments.text("format")
        fits = (not language or language in media.languages) and file_format in {"", "gsm"}
        if not fits:
            raise Refusal(404, "No sounds found that matched the query")
        return Answer.ok([media.json(name) for name in media.sounds])

    def get(self, arguments: Arguments) -> Outcome:
        name = arguments.text("soundId")
        if name not in self.pbx.media.sounds:
            raise Refusal(404, "Sound not found")
        return Answer.ok(self.pbx.media.json(name))
