"""Every metric of ours: its name, its kind, its labels, and what it means. docs/metrics.md is made from this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; a counter's name ends with `_total`, as in what is scraped."""

    name: str
    kind: str
    labels: Sequence[str]
    meaning: str

    def counter(self, registry: CollectorRegistry) -> Counter:
        return Counter(self.name.removesuffix("_total"), self.meaning, self.labels, registry=registry)

    def gauge(self, registry: CollectorRegistry) -> Gauge:
        return Gauge(self.name, self.meaning, self.labels, registry=registry)

    def histogram(self, registry: CollectorRegistry, buckets: Sequence[float]) -> Histogram:
        return Histogram(self.name, self.meaning, self.labels, buckets=buckets, registry=registry)


EVENTS_RECORDED = Metric(
    "duebell_events_recorded_total", "counter", ("type",), "Events that were recorded for the first time, by type."
)
PROVISIONINGS_ENDED = Metric(
    "duebell_provisionings_ended_total",
    "counter",
    ("handler", "end"),
    "Provisionings that a call ended, by handler and end: provisioned, refused or exhausted.",
)
ATTEMPT_SECONDS = Metric(
    "duebell_attempt_seconds",
    "histogram",
    ("handler", "outcome"),
    "Seconds that attempts took, by handler and outcome (Provisioned, Refused, TryAgain, NotAttempted). "
    "The attempts of one call share its seconds.",
)
HTTP_REQUESTS = Metric(
    "duebell_http_requests_total",
    "counter",
    ("method", "route", "status"),
    "HTTP requests that were answered, by method, template of the path, and status.",
)
HTTP_REQUEST_SECONDS = Metric(
    "duebell_http_request_seconds",
    "histogram",
    ("method", "route"),
    "Seconds from a request's head until its answer was through, by method and template of the path.",
)
DISPATCHING = Metric("duebell_dispatching", "gauge", (), "1 where this process delivers events.")
LEASES = Metric(
    "duebell_leases",
    "gauge",
    (),
    "Of the 64 parts of all customers those that this process delivers to; on SQLite it has them all.",
)
IN_FLIGHT = Metric(
    "duebell_customers_in_flight", "gauge", ("handler",), "Customers with events in a call of this process now, by handler."
)
WAITING = Metric("duebell_waiting", "gauge", ("handler",), "Provisionings that wait, by handler.")
OLDEST_WAITING = Metric(
    "duebell_oldest_waiting_seconds",
    "gauge",
    ("handler",),
    "Since how many seconds what a handler is owed for the longest waits; 0: nothing waits.",
)
SETTLED_UNTOLD = Metric(
    "duebell_settled_untold",
    "gauge",
    ("handler", "state"),
    "Provisionings in the history that ended otherwise than provisioned, by handler and state: refused, exhausted or skipped.",
)
HANDLER_STATE = Metric(
    "duebell_handler_state",
    "gauge",
    ("handler", "state"),
    "1 for the state that the handler's target is in, 0 for the others: up, down (it doesn't answer), refused (it refuses us).",
)
HANDLER_ENABLED = Metric("duebell_handler_enabled", "gauge", ("handler",), "1 where the handler is enabled.")
HANDLER_PAUSED = Metric("duebell_handler_paused", "gauge", ("handler",), "1 where a person has paused the handler.")
PORTABILLING_CALL_SECONDS = Metric(
    "duebell_portabilling_call_seconds",
    "histogram",
    ("environment", "outcome"),
    "Seconds that calls of PortaBilling's API took, by environment and outcome: Answered, or what was wrong (NotAnswered, Unavailable, "
    "SessionLost, NotPortaBilling, Forbidden, LoginRefused, SessionRefused, CallFailed, OtherShape, AnswerTooLarge ...). "
    "Verify's calls aren't among them.",
)
INLET_REQUESTS = Metric(
    "duebell_inlet_requests_total",
    "counter",
    ("environment", "end"),
    "What ever came to PortaBilling's inlet, by environment and end: accepted, repeated (it was here already), quarantined, turned_away.",
)
RAW_WAITING = Metric(
    "duebell_raw_waiting", "gauge", ("environment",), "Raw events of PortaBilling that wait to be read, by environment."
)
OLDEST_RAW_WAITING = Metric(
    "duebell_oldest_raw_waiting_seconds",
    "gauge",
    ("environment",),
    "Since how many seconds the raw event waits that came first of those that do, by environment; 0: none waits.",
)
ALARM = Metric("duebell_alarm", "gauge", ("cause",), "1 for each alarm that stands, by cause.")
STORAGE_BYTES = Metric(
    "duebell_storage_bytes", "gauge", (), "Bytes of the database, without what waits in SQLite's write-ahead log."
)

OF_THIS_PROCESS = (
    EVENTS_RECORDED,
    PROVISIONINGS_ENDED,
    ATTEMPT_SECONDS,
    HTTP_REQUESTS,
    HTTP_REQUEST_SECONDS,
    PORTABILLING_CALL_SECONDS,
    DISPATCHING,
    LEASES,
    IN_FLIGHT,
)
"""What each process tells of itself: sum it over those that share a database."""
OF_THE_DATABASE = (
    WAITING,
    OLDEST_WAITING,
    SETTLED_UNTOLD,
    HANDLER_STATE,
    HANDLER_ENABLED,
    HANDLER_PAUSED,
    INLET_REQUESTS,
    RAW_WAITING,
    OLDEST_RAW_WAITING,
    ALARM,
    STORAGE_BYTES,
)
"""What all processes that share a database tell alike: take the maximum."""
METRICS = (*OF_THIS_PROCESS, *OF_THE_DATABASE)
