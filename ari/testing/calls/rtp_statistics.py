"""The RTP statistics of a channel."""

from __future__ import annotations

from ari.testing.core.answers import JSON


def rtp_statistics() -> JSON:
    """Return the figures of a stream on which nothing was ever lost or late."""
    figures: JSON = {}
    for name in ("txcount", "rxcount", "txploss", "rxploss", "txoctetcount", "rxoctetcount"):
        figures[name] = 0
    for name in ("txjitter", "rxjitter", "rtt", "maxrtt", "minrtt", "normdevrtt", "stdevrtt"):
        figures[name] = 0.0
    figures.update(txmes=0, rxmes=0)
    for side in ("local", "remote"):
        for extreme in ("max", "min", "normdev", "stdev"):
            for what in ("jitter", "rxploss", "mes"):
                figures[f"{side}_{extreme}{what}"] = 0.0
        figures[f"{side}_ssrc"] = 1
    return figures
