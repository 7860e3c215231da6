"""What came to the inlets, as the database counts it: counters that go on after a restart, and what waits now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from duebell.metrics import catalogue
from duebell.storage.inlet_figures import InletFigures

ENDS = ("accepted", "repeated", "quarantined", "turned_away")


class Inlets(Collector):
    """Registered with `registry`, as `set` last found them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._inlets: Sequence[InletFigures] = ()
        self._waiting = catalogue.RAW_WAITING.gauge(registry)
        self._oldest = catalogue.OLDEST_RAW_WAITING.gauge(registry)
        registry.register(self)

    def set(self, inlets: Sequence[InletFigures], now: datetime) -> None:
        """Show these from now on."""
        self._inlets = inlets
        self._waiting.clear()
        self._oldest.clear()
        for one in inlets:
            self._waiting.labels(one.environment).set(one.waiting)
            since = one.waiting_since
            self._oldest.labels(one.environment).set(max(0.0, (now - since).total_seconds()) if since else 0)

    def collect(self) -> Iterator[CounterMetricFamily]:
        metric = catalogue.INLET_REQUESTS
        family = CounterMetricFamily(metric.name, metric.meaning, labels=metric.labels)
        for one in self._inlets:
            for end in ENDS:
                family.add_metric((one.environment, end), getattr(one, end))
        yield family
