"""A fact of one account, with the moment and the name that make it an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duebell.espf.envelope import Happening
from duebell.events import Fact

SOURCE = "billing"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A fact, when it occurred (aware), and its name, the same whenever billing comes to the same fact."""

    source_id: str
    occurred_at: datetime
    fact: Fact

    def happening(self, environment: str, company: str | None) -> Happening:
        """As the ESPF records it."""
        return Happening(
            environment=environment,
            source=SOURCE,
            source_id=self.source_id,
            company=company,
            occurred_at=self.occurred_at,
            fact=self.fact,
        )
