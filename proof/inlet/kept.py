"""What the inlet kept, beside what it answered."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text

from proof.place import Place

_KEPT = text("SELECT i_event FROM raw_event")
_DIGESTS = text("SELECT digest FROM quarantine")


def missing(place: Place, raws: Collection[str], digests: Collection[str]) -> tuple[int, int]:
    """How many of these are not kept, and how many raw events are kept twice."""
    with place.look() as connection:
        kept = list(connection.execute(_KEPT).scalars())
        quarantined = set(connection.execute(_DIGESTS).scalars())
    return len(set(raws) - set(kept)) + len(set(digests) - quarantined), len(kept) - len(set(kept))
