"""How things stand: figures of the database, which every process tells alike, and of this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry

from duebell.espf.queue import HandlerRow, HandlerState
from duebell.metrics import catalogue
from duebell.metrics.inlets import Inlets
from duebell.storage.figures import Figures

FAILED = ("refused", "exhausted", "skipped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """This process: whether it dispatches, how many customers are in a call by handler id, its `leases`."""

    dispatching: bool
    in_flight: Mapping[int, int]
    leases: int


class Gauges:
    """Gauges, registered with `registry`, as `set` last found them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._dispatching = catalogue.DISPATCHING.gauge(registry)
        self._leases = catalogue.LEASES.gauge(registry)
        self._in_flight = catalogue.IN_FLIGHT.gauge(registry)
        self._waiting = catalogue.WAITING.gauge(registry)
        self._oldest = catalogue.OLDEST_WAITING.gauge(registry)
        self._failed = catalogue.SETTLED_UNTOLD.gauge(registry)
        self._state = catalogue.HANDLER_STATE.gauge(registry)
        self._enabled = catalogue.HANDLER_ENABLED.gauge(registry)
        self._paused = catalogue.HANDLER_PAUSED.gauge(registry)
        self._alarms = catalogue.ALARM.gauge(registry)
        self._bytes = catalogue.STORAGE_BYTES.gauge(registry)
        self._inlets = Inlets(registry)

    def set(self, figures: Figures, here: Here, now: datetime) -> None:
        """Show these from now on."""
        for gauge in (self._waiting, self._oldest, self._failed, self._enabled, self._paused, self._state, self._alarms):
            gauge.clear()
        for row in figures.handlers:
            self._set_handler(row, figures, now)
            self._in_flight.labels(row.name).set(here.in_flight.get(row.id, 0))
        for cause in figures.alarms:
            self._alarms.labels(cause).set(1)
        self._dispatching.set(here.dispatching)
        self._leases.set(here.leases)
        self._bytes.set(figures.bytes)
        self._inlets.set(figures.sources, now)

    def _set_handler(self, row: HandlerRow, figures: Figures, now: datetime) -> None:
        owed = figures.owed.get(row.id, {})
        since = figures.waiting_since.get(row.id)
        self._waiting.labels(row.name).set(owed.get("waiting", 0))
        self._oldest.labels(row.name).set(max(0.0, (now - since).total_seconds()) if since else 0)
        for state in FAILED:
            self._failed.labels(row.name, state).set(owed.get(state, 0))
        self._enabled.labels(row.name).set(row.enabled)
        self._paused.labels(row.name).set(row.paused_at is not None)
        for possible in HandlerState:
            self._state.labels(row.name, possible.value).set(row.state is possible)
