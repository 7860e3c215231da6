"""What the API answers: the fields that a client may rely on. An answer may gain fields; it loses none."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from duebell.espf.provisioning import State
from duebell.espf.queue import HandlerState


class Answer(BaseModel):
    """Fields that aren't described here pass too."""

    model_config = ConfigDict(extra="allow")


class Amount(Answer):
    """A decimal string, so that no cent is lost on the way, and its currency."""

    amount: str = Field(examples=["30.00"])
    currency: str = Field(examples=["USD"])


Next = Annotated[str | None, Field(description="The address of the next page; null on the last.")]
Owed = Annotated[
    dict[str, int], Field(description="How many provisionings wait, were refused, exhausted or skipped, by state.")
]


# --- status ------------------------------------------------------------------------------------------------------------


class Handler(Answer):
    """An event handler. `state` is its target's: up, down (it doesn't answer) or refused (it refuses us), `because` of what."""

    id: int
    name: str
    type: str
    environment: str
    enabled: bool
    state: HandlerState
    because: str | None
    since: datetime
    paused_at: datetime | None
    paused_because: str | None
    owed: Owed


class HandlerAtWork(Handler):
    """With how many customers are in a call of this process now."""

    customers_in_flight: int


class Telling(Answer):
    """How an alarm was told by one channel: `at` when (null: not yet) or because of what it couldn't be, and when it tries again."""

    channel: str
    at: datetime | None
    because: str | None
    again_at: datetime | None


class Link(Answer):
    """A place on the console."""

    title: str
    path: str


class Alarm(Answer):
    """What has to be mended, how (`remedy`) and where on the console (`links`): how often it happened (`count`) since when, and when last."""

    cause: str
    title: str
    sentence: str
    remedy: str
    links: list[Link]
    since: datetime
    last_at: datetime
    count: int
    cleared_at: datetime | None = None
    told: list[Telling] = []


class Heartbeat(Answer):
    """When the watchdog last heard from us, and why it didn't the last time."""

    configured: bool
    sent_at: datetime | None
    because: str | None


class Status(Answer):
    """What runs, what waits, what is wrong. `recorded` is the number of the newest event."""

    dispatching: bool
    handlers: list[HandlerAtWork]
    oldest_waiting: datetime | None
    recorded: int
    alarms: list[Alarm]
    heartbeat: Heartbeat


# --- events ------------------------------------------------------------------------------------------------------------


class Recorded(Answer):
    """An event's id here, and whether it is new."""

    id: str
    new: bool


class RecordedEvents(Answer):
    """Each event, in the order in which they were sent."""

    recorded: list[Recorded]


class Provisioning(Answer):
    """What is owed of an event to one handler."""

    handler: str
    replay: int
    state: State
    because: str | None
    next_at: datetime


class ListedProvisioning(Provisioning):
    """With how often it was tried."""

    attempts: int


class Event(Answer):
    """An event. `sequence` is its place in its customer's line, `subject` what it is about: an invoice, for example."""

    number: int
    id: str
    type: str
    subject: str | None
    environment: str
    customer: str
    customer_name: str
    sequence: int
    occurred_at: datetime
    recorded_at: datetime


class ListedEvent(Event):
    """With what is owed of it, as far as the question means it."""

    provisionings: list[ListedProvisioning]


class EventPage(Answer):
    """Events, the newest first. A page may be short, even empty, and yet go on."""

    events: list[ListedEvent]
    before: int | None = Field(description="The cursor in `next`.")
    next: Next


class Attempt(Answer):
    """One try."""

    started_at: datetime
    seconds: float
    outcome: str
    because: str | None


class Message(Answer):
    """What became of a message to the customer in Odoo."""

    channel: str
    state: str
    because: str | None
    at: datetime


class WholeProvisioning(Provisioning):
    """With each try, the record in the target, and its messages."""

    kind: str | None
    reference: str | None
    link: str | None
    superseded_by: str | None
    notify_by: datetime
    attempts: list[Attempt]
    messages: list[Message]


class WholeEvent(Event):
    """With its content as recorded, a CloudEvent."""

    cloud_event: dict[str, Any]
    provisionings: list[WholeProvisioning]


class Partner(Answer):
    """Whom the target knows as the customer; `link` is where a person sees him there."""

    name: str
    link: str


class SentMessage(Message):
    """In its words; what there is none of, or was forgotten, is null."""

    recipient: str | None
    subject: str | None
    text: str | None


class Told(Answer):
    """What the target has of one event, told first (`replay` 0) or anew; `link` is its record there."""

    replay: int
    link: str
    partner: Partner
    messages: list[SentMessage]


class Quoted(Answer):
    """What one handler's target says; `because` is why it can't be asked now, else null."""

    handler: str
    handler_type: str
    because: str | None
    told: list[Told]


class EventMessages(Answer):
    """What each target that can be asked says."""

    id: str
    handlers: list[Quoted]


class ExplainedReason(Answer):
    """Why it waits, or why nobody was told: a `slug` for programs, a sentence for people."""

    slug: str
    sentence: str


class Explanation(Answer):
    """All reasons there are."""

    id: str
    reasons: list[ExplainedReason]


class Lines(Answer):
    """How many customers' lines were set going."""

    lines: int


# --- handlers ----------------------------------------------------------------------------------------------------------


class Subscription(Answer):
    """Which events of a type go to a handler: an empty list means all; `percent`, of so many of a hundred customers, null of all."""

    handler: str
    event_type: str
    enabled: bool
    customer_classes: list[str]
    companies: list[str]
    currencies: list[str]
    minimum_amount: Amount | None
    percent: int | None


class WholeHandler(Handler):
    """With what it is subscribed to."""

    subscriptions: list[Subscription]


# --- billing -----------------------------------------------------------------------------------------------------------


class CustomerSummary(Answer):
    """Who it is and where he stands."""

    external_id: str
    reference: str | None
    name: str
    customer_class: str
    status: str
    outstanding: Amount
    overdue: Amount
    credit: Amount
    next_step: str | None
    next_step_on: date | None
    held_until: date | None
    """The last day on which nothing is collected."""
    held_because: str | None


class CustomerPage(Answer):
    """Customers, in order of external id."""

    customers: list[CustomerSummary]
    next: Next


class Caused(Answer):
    """An event that was recorded."""

    id: str
    type: str
    subject: str | None
    occurred_at: datetime


class Change(Answer):
    """Where the customer stands now, and the events that came of it."""

    customer: CustomerSummary
    events: list[Caused]


class Line(Answer):
    """A charge."""

    text: str
    amount: Amount


class Fee(Answer):
    """A monthly fee."""

    service: str
    amount: Amount


class Invoice(Answer):
    """An invoice."""

    number: str
    issued_on: date
    due_on: date
    total: Amount
    paid: Amount
    outstanding: Amount
    status: str
    lines: list[Line]


class Payment(Answer):
    """A payment."""

    reference: str
    amount: Amount
    received_at: datetime


class Commitment(Answer):
    """A commitment."""

    reference: str
    service: str
    started_on: date
    ends_on: date


class Customer(CustomerSummary):
    """All of it, the oldest first."""

    currency: str
    time_zone: str
    fees: list[Fee]
    charges: list[Line]
    commitments: list[Commitment]
    invoices: list[Invoice]
    payments: list[Payment]


class Clock(Answer):
    """Billing's time, and how many seconds it is ahead of the real one."""

    now: datetime
    offset_seconds: int


class Run(Answer):
    """How many accounts were visited, and how many events came of it."""

    visits: int
    events: int


class Advanced(Clock, Run):
    """Both."""


# --- the rest ----------------------------------------------------------------------------------------------------------


class Elsewhere(Answer):
    """What became of it in a handler's target. Not `done`: it is owed there, and done again until it succeeds."""

    handler: str
    done: bool
    said: str


class Forgotten(Answer):
    """How many events that waited were skipped, and what became of the customer elsewhere."""

    skipped: int
    elsewhere: list[Elsewhere]


class Epoch(Answer):
    """The epoch that began."""

    epoch: int
