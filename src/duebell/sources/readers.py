"""What reads the meaning of a PortaBilling's raw events, made from its options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from duebell.espf.envelope import Happening
from duebell.espf.rules import Ages
from duebell.portabilling.api import Client
from duebell.portabilling.options import PortaBillingOptions
from duebell.portabilling.reader import Reader
from duebell.storage.comparing import SqlKnownBilling, Terms
from duebell.storage.recorder import Recorded
from duebell.storage.store import Store


class Readers:
    """Makes readers over one store: see `SqlKnownBilling`. `within` says for how long each type is worth telling.

    `called` hears of each call of the API: the environment, the outcome and the seconds that it took.
    """

    def __init__(  # noqa: PLR0913 - what all readers have in common
        self,
        store: Store,
        now: Callable[[], datetime],
        *,
        within: Ages,
        recorded: Callable[[Sequence[Happening], Sequence[Recorded]], None],
        leads: Callable[[], bool],
        called: Callable[[str, str, float], None],
    ) -> None:
        self._store = store
        self._now = now
        self._within = within
        self._recorded = recorded
        self._leads = leads
        self._called = called

    def __call__(self, environment: str, options: PortaBillingOptions) -> Reader:
        """A reader of the environment's PortaBilling; whoever has it closes it."""
        terms = Terms(environment=environment, options=options, within=self._within)
        known = SqlKnownBilling(self._store, terms, self._now, recorded=self._recorded, leads=self._leads)
        client = Client(options.api, called=partial(self._called, environment))
        return Reader(client, options, known, self._now)
