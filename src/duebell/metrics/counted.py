"""What this process counts while it works; over several processes these are summed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from prometheus_client import CollectorRegistry

from duebell.espf.envelope import Happening
from duebell.espf.provisioning import Settlement, State
from duebell.metrics import catalogue
from duebell.storage.recorder import Recorded

ATTEMPT_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Request(NamedTuple):
    """An HTTP request that was answered: its method, the template of its path (`/events/{event_id}`), the answer's status."""

    method: str
    route: str
    status: int


class Counted:
    """Counters and histograms, registered with `registry`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._recorded = catalogue.EVENTS_RECORDED.counter(registry)
        self._ended = catalogue.PROVISIONINGS_ENDED.counter(registry)
        self._attempts = catalogue.ATTEMPT_SECONDS.histogram(registry, ATTEMPT_BUCKETS)
        self._requests = catalogue.HTTP_REQUESTS.counter(registry)
        self._request_seconds = catalogue.HTTP_REQUEST_SECONDS.histogram(registry, REQUEST_BUCKETS)
        self._calls = catalogue.PORTABILLING_CALL_SECONDS.histogram(registry, ATTEMPT_BUCKETS)

    def recorded(self, happenings: Sequence[Happening], recorded: Sequence[Recorded]) -> None:
        """Events were recorded and committed: what came, and what became of each."""
        for happening, one in zip(happenings, recorded, strict=True):
            if one.new:
                self._recorded.labels(happening.fact.type).inc()

    def settled(self, handler: str, settlements: Iterable[Settlement]) -> None:
        """What a call made of its events is committed."""
        for one in settlements:
            self._attempts.labels(handler, one.outcome).observe(one.seconds)
            if one.state is not State.WAITING:
                self._ended.labels(handler, one.state.value).inc()

    def called(self, environment: str, outcome: str, seconds: float) -> None:
        """A call of a PortaBilling's API has ended."""
        self._calls.labels(environment, outcome).observe(seconds)

    def answered(self, request: Request, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(request.method, request.route, request.status).inc()
        self._request_seconds.labels(request.method, request.route).observe(seconds)
