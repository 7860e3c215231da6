"""How things stand: figures of the database, which every process tells alike, and of this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge

from duebell.espf.queue import HandlerRow, HandlerState
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
        def gauge(name: str, help_: str, *labels: str) -> Gauge:
            return Gauge(f"duebell_{name}", help_, labels, registry=registry)

        self._waiting = gauge("waiting", "Provisionings that wait, by handler.", "handler")
        self._oldest = gauge(
            "oldest_waiting_seconds",
            "Since how many seconds what a handler is owed for the longest waits; 0: nothing waits.",
            "handler",
        )
        self._failed = gauge(
            "settled_untold",
            "Provisionings in the history that ended otherwise than provisioned, by handler and state: refused, exhausted or skipped.",
            "handler",
            "state",
        )
        self._enabled = gauge("handler_enabled", "1 where the handler is enabled.", "handler")
        self._paused = gauge("handler_paused", "1 where the handler is paused by a person.", "handler")
        self._state = gauge(
            "handler_state",
            "1 for the state that the handler's target is in, 0 for the others: up, down (it doesn't answer), refused (it refuses us).",
            "handler",
            "state",
        )
        self._in_flight = gauge(
            "customers_in_flight", "Customers with events in a call of this process now, by handler.", "handler"
        )
        self._alarms = gauge("alarm", "1 for each alarm that stands, by cause.", "cause")
        self._dispatching = gauge("dispatching", "1 where this process delivers events.")
        self._leases = gauge(
            "leases", "Of the 64 parts of all customers those that this process delivers to; on SQLite it has them all."
        )
        self._bytes = gauge("storage_bytes", "Bytes of the database.")

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
