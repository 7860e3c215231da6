"""What came to the inlets, as the database counts it: counters that go on after a restart, and what waits now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from duebell.metrics import catalogue
from duebell.storage.sources import Backlog, Source


class Inlets(Collector):
    """Registered with `registry`, as `set` last found them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._sources: Sequence[tuple[Source, Backlog]] = ()
        self._waiting = catalogue.RAW_WAITING.gauge(registry)
        self._oldest = catalogue.OLDEST_RAW_WAITING.gauge(registry)
        registry.register(self)

    def set(self, sources: Sequence[tuple[Source, Backlog]], now: datetime) -> None:
        """Show these from now on."""
        self._sources = sources
        self._waiting.clear()
        self._oldest.clear()
        for source, backlog in sources:
            self._waiting.labels(source.environment).set(backlog.waiting)
            since = backlog.oldest_at
            self._oldest.labels(source.environment).set(max(0.0, (now - since).total_seconds()) if since else 0)

    def collect(self) -> Iterator[CounterMetricFamily]:
        metric = catalogue.INLET_REQUESTS
        family = CounterMetricFamily(metric.name, metric.meaning, labels=metric.labels)
        for source, _ in self._sources:
            family.add_metric((source.environment, "accepted"), source.accepted)
            family.add_metric((source.environment, "repeated"), source.repeated)
            family.add_metric((source.environment, "quarantined"), source.quarantined)
            family.add_metric((source.environment, "turned_away"), source.unauthorized)
        yield family
