"""What became of the events, by what billing was told, what the target has, and what the rows say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from proof.dialect import Effect
from proof.facts import number_of

UNEXPLAINED = {
    "a stream's numbers have a gap": """
        SELECT stream_id FROM event GROUP BY stream_id, epoch HAVING count(*) <> max(sequence) - min(sequence) + 1""",
    "a stream's last number is not its last event's": """
        SELECT stream.id FROM stream JOIN event ON event.stream_id = stream.id AND event.epoch = stream.epoch
        GROUP BY stream.id, stream.last_sequence HAVING max(event.sequence) <> stream.last_sequence""",
    "an event is owed to nobody": """
        SELECT number FROM event WHERE NOT EXISTS (SELECT 1 FROM provisioning WHERE event_number = event.number)""",
    "a line waits without a head": """
        SELECT stream_id FROM provisioning WHERE state = 'waiting'
        GROUP BY stream_id, handler_id HAVING sum(CASE WHEN is_head THEN 1 ELSE 0 END) <> 1""",
    "a head is not the first that waits": """
        SELECT head.id FROM provisioning AS head JOIN provisioning AS first
        ON first.stream_id = head.stream_id AND first.handler_id = head.handler_id AND first.id < head.id
        WHERE head.is_head AND first.state = 'waiting'""",
    "a head doesn't wait": "SELECT id FROM provisioning WHERE is_head AND state <> 'waiting'",
    "one was provisioned before an earlier one of its line was settled": """
        SELECT later.id FROM provisioning AS later JOIN provisioning AS earlier
        ON earlier.stream_id = later.stream_id AND earlier.handler_id = later.handler_id AND earlier.id < later.id
        WHERE later.state <> 'waiting' AND earlier.state = 'waiting'""",
    "one was provisioned without an attempt": """
        SELECT id FROM provisioning WHERE state = 'provisioned' AND NOT EXISTS
        (SELECT 1 FROM attempt WHERE provisioning_id = provisioning.id AND outcome = 'Provisioned')""",
    "an internal error was alarmed": "SELECT cause FROM alarm WHERE substr(cause, 1, 8) = 'internal'",
    "one was given up or refused": "SELECT id FROM provisioning WHERE state NOT IN ('waiting', 'provisioned')",
}
"""What no fault excuses, and the rows that show it."""
_UNSETTLED = "SELECT count(*) FROM provisioning WHERE state = 'waiting'"


@dataclass(frozen=True, slots=True)
class Figures:
    """Events recorded, and how many of them were lost, took effect more than once, or took effect out of their order."""

    events: int
    lost: int
    doubled: int
    out_of_order: int

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.events + other.events,
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.out_of_order + other.out_of_order,
        )

    @classmethod
    def of(cls, acknowledged: Collection[int], effects: Sequence[Effect]) -> Figures:
        """Compare what billing was told to be recorded with what took effect at the target.

        Args:
            acknowledged: numbers of facts.
            effects: in the order in which they took effect.
        """
        told = Counter(number_of(effect.invoice) for effect in effects)
        return cls(
            events=len(told | Counter(set(acknowledged))),
            lost=len(set(acknowledged) - told.keys()),
            doubled=sum(times - 1 for times in told.values()),
            out_of_order=_out_of_order(effects),
        )


def unexplained(connection: Connection) -> tuple[str, ...]:
    """What the rows say that can't be."""
    found = ((sentence, connection.execute(text(query)).scalars().all()) for sentence, query in UNEXPLAINED.items())
    return tuple(f"{sentence}: {', '.join(map(str, rows[:5]))}" for sentence, rows in found if rows)


def waiting(connection: Connection) -> int:
    """How many provisionings are not settled."""
    return int(connection.execute(text(_UNSETTLED)).scalar_one())


def _out_of_order(effects: Sequence[Effect]) -> int:
    """How many took effect after a later one of their line, or with one between them and their predecessor missing."""
    last: dict[str, tuple[int, int]] = {}
    wrong = 0
    for effect in effects:
        epoch, sequence = last.get(effect.line, (effect.epoch, 0))
        if (effect.epoch, effect.sequence) != (epoch, sequence + 1):
            wrong += 1
        last[effect.line] = max((epoch, sequence), (effect.epoch, effect.sequence))
    return wrong
