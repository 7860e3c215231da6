"""What this process counts while it works; over several processes these are summed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram

from duebell.espf.envelope import Happening
from duebell.espf.provisioning import Settlement, State
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
        self._recorded = Counter(
            "duebell_events_recorded",
            "Events that were recorded for the first time, by type.",
            ["type"],
            registry=registry,
        )
        self._ended = Counter(
            "duebell_provisionings_ended",
            "Provisionings that a call ended, by handler and end: provisioned, refused or exhausted.",
            ["handler", "end"],
            registry=registry,
        )
        self._attempts = Histogram(
            "duebell_attempt_seconds",
            "Seconds that attempts took, by handler and outcome. The attempts of one call share its seconds.",
            ["handler", "outcome"],
            buckets=ATTEMPT_BUCKETS,
            registry=registry,
        )
        self._requests = Counter(
            "duebell_http_requests",
            "HTTP requests that were answered, by method, template of the path, and status.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._request_seconds = Histogram(
            "duebell_http_request_seconds",
            "Seconds from a request's head until its answer was through, by method and template of the path.",
            ["method", "route"],
            buckets=REQUEST_BUCKETS,
            registry=registry,
        )

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

    def answered(self, request: Request, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(request.method, request.route, request.status).inc()
        self._request_seconds.labels(request.method, request.route).observe(seconds)
