"""What came from PortaBilling, over HTTP: its sources, raw events, and what is in quarantine."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from duebell.console.access.door import ThePrincipal
from duebell.console.access.masking import HIDDEN, masked_sentence
from duebell.console.access.principal import Principal
from duebell.console.access.trail import noted_within
from duebell.console.api.answers import Answer
from duebell.console.api.audit import LARGEST_NUMBER
from duebell.console.api.moment import moment
from duebell.console.api.paging import next_page
from duebell.console.api.telling import Tell, told
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.console.routes import STREAMED
from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.espf.envelope import Happening
from duebell.espf.queue import HandlerState
from duebell.instance import Instance
from duebell.operations import raw
from duebell.operations.matching import match
from duebell.operations.references import enter
from duebell.operations.taking_over import take_over
from duebell.portabilling.answer import UnreadableAnswer
from duebell.portabilling.api import PortaBillingError
from duebell.portabilling.look import NoSuchCustomer
from duebell.sources.reconciling import reconcile
from duebell.storage.known import count_read
from duebell.storage.quarantine import Quarantined, list_quarantine, quarantined
from duebell.storage.raw_events import KeptRaw, list_raw, raw_numbered
from duebell.storage.sources import all_sources
from duebell.storage.told_customers import told_customers

router = APIRouter(prefix="/portabilling", tags=["portabilling"])
NOTED = [Depends(noted_within)]
"""`operations.raw` notes who did it, with the change."""
LONGEST_SHOWN = 4000
"""Characters of a body in quarantine that are shown."""

I_Customer = Annotated[str, Field(min_length=1, max_length=100)]
Number = Annotated[int, Path(ge=0, le=LARGEST_NUMBER)]
Before = Annotated[int | None, Query(ge=0, le=LARGEST_NUMBER)]
Limit = Annotated[int, Query(ge=1, le=1000)]
OneState = Annotated[str | None, Query(description="waiting, done, refused, exhausted or discarded.", examples=["refused"])]


class Because(BaseModel):
    """A reason, which is kept and shown."""

    model_config = ConfigDict(extra="forbid")

    because: Annotated[str, Field(examples=["A test of the vendor's"])]


class PortaBilling(Answer):
    """One PortaBilling. `state` is its API's: up, down (it doesn't answer) or refused (it refuses us), `because` of what.

    `accepted`, `repeated`, `quarantined` and `unauthorized` are counts of all that ever came.
    """

    environment: str
    configured: bool
    state: HandlerState
    because: str | None
    since: datetime
    paused_at: datetime | None
    paused_because: str | None
    last_event_at: datetime | None
    accepted: int
    repeated: int
    quarantined: int
    unauthorized: int
    waiting: int = Field(description="Raw events that wait to be read.")
    failed: int = Field(description="Raw events that were refused or given up.")
    customers: int = Field(description="Customers who were read, so how they stand is known.")
    in_quarantine: int = Field(description="Bodies that wait for a person.")
    oldest_at: datetime | None = Field(description="When the raw event came that waits longest.")


class Raw(Answer):
    """A raw event. `key` says what it is about; `reference` names the events that came of it; `body` is as it came."""

    number: int
    environment: str
    i_event: str
    type: str
    key: str
    body: str
    received_at: datetime
    state: str
    attempts: int
    next_at: datetime
    because: str | None
    reference: str | None
    ended_at: datetime | None


class RawPage(BaseModel):
    """Raw events, the newest first. `next` is the address of older ones, and `before` their cursor; none: that was all."""

    raw_events: list[Raw]
    before: int | None
    next: str | None


class InQuarantine(Answer):
    """A body that is no raw event. `text` is its beginning, bytes that are no text written in hex; `whole`: all of it was kept."""

    id: int
    environment: str
    text: str
    size: int
    whole: bool
    because: str
    received_at: datetime
    last_at: datetime
    count: int
    state: str
    ended_at: datetime | None
    ended_because: str | None


class QuarantinePage(BaseModel):
    """Bodies, the newest first. `next` is the address of older ones, and `before` their cursor; none: that was all."""

    quarantine: list[InQuarantine]
    before: int | None
    next: str | None


class Retried(BaseModel):
    """How many raw events wait to be read again."""

    retried: int


class Taken(BaseModel):
    """How many bodies are raw events now, and how many still wait in quarantine."""

    taken: int
    left: int


class Looked(BaseModel):
    """How to look at a customer; with `dry_run` nothing is recorded."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = False


class MeantEvent(BaseModel):
    """An event that reading a customer means. `told` false: it reaches the timeline, and nobody is told."""

    id: UUID
    type: str
    subject: str | None
    occurred_at: datetime
    told: bool

    @classmethod
    def of(cls, one: Happening) -> MeantEvent:
        return cls(id=one.id, type=one.fact.type, subject=one.fact.subject, occurred_at=one.occurred_at, told=one.told)


class Meant(BaseModel):
    """What was new of a customer, in order, and whether it is `recorded`."""

    recorded: bool
    events: list[MeantEvent]


class References(BaseModel):
    """Odoo's references by PortaBilling's `i_customer`, at most 1000."""

    model_config = ConfigDict(extra="forbid")

    references: Annotated[
        dict[I_Customer, Annotated[str, Field(min_length=1, max_length=200)] | None],
        Field(max_length=1000, examples=[{"5": "C-1001"}]),
    ]


class Entered(BaseModel):
    """Of how many customers a reference was entered."""

    entered: int


class ToldCustomer(Answer):
    """A message that left, or may have: to which customer, about which event, and its state since `at`."""

    number: int
    customer: str
    type: str
    subject: str | None
    channel: str
    state: str
    at: datetime


class ToldPage(BaseModel):
    """Messages, the oldest first. `next` is the address of newer ones, and `after` their cursor; none: that was all."""

    told: list[ToldCustomer]
    after: int | None
    next: str | None


class Discarded(BaseModel):
    """How many bodies were discarded."""

    discarded: int


@router.get("/sources", response_model=list[PortaBilling])
async def sources(instance: TheInstance, asking: ThePrincipal) -> list[dict[str, Any]]:
    """Each PortaBilling, and what there is to do."""
    return await shown_sources(instance, asking)


@router.post(
    "/sources/{environment}/pause",
    response_model=PortaBilling,
    responses=problems(Unknown, InvalidValue),
    dependencies=NOTED,
)
async def pause(instance: TheInstance, asking: ThePrincipal, environment: str, asked: Because) -> dict[str, Any]:
    """Read nothing of it until it is resumed; what comes is kept meanwhile."""
    await raw.pause(instance, asking.name, environment, asked.because)
    return await _shown_source(instance, asking, environment)


@router.post(
    "/sources/{environment}/resume",
    response_model=PortaBilling,
    responses=problems(Unknown, NotPossible),
    dependencies=NOTED,
)
async def resume(instance: TheInstance, asking: ThePrincipal, environment: str) -> dict[str, Any]:
    """Read what gathered."""
    await raw.resume(instance, asking.name, environment)
    return await _shown_source(instance, asking, environment)


@router.post("/sources/{environment}/raw/retry", responses=problems(Unknown), dependencies=NOTED)
async def retry_failed(instance: TheInstance, asking: ThePrincipal, environment: str) -> Retried:
    """Read all anew that were refused or given up."""
    return Retried(retried=await raw.retry_all_failed(instance, asking.name, environment))


@router.post("/sources/{environment}/quarantine/retry", responses=problems(Unknown), dependencies=NOTED)
async def retry_quarantine(instance: TheInstance, asking: ThePrincipal, environment: str) -> Taken:
    """Take all that can be read by now: its types may be known since."""
    return Taken(**asdict(await raw.take_all(instance, asking.name, environment)))


@router.post("/sources/{environment}/quarantine/discard", responses=problems(Unknown, InvalidValue), dependencies=NOTED)
async def discard_quarantine(instance: TheInstance, asking: ThePrincipal, environment: str, asked: Because) -> Discarded:
    """Discard all that is in quarantine now."""
    return Discarded(discarded=await raw.throw_all_away(instance, asking.name, environment, asked.because))


@router.post(
    "/sources/{environment}/customers/{i_customer}/look",
    responses=problems(NoSuchCustomer, UnreadableAnswer, PortaBillingError),
)
async def look_at_a_customer(instance: TheInstance, environment: str, i_customer: str, asked: Looked) -> Meant:
    """Read a customer now, through PortaBilling's API, and record what that means; with `dry_run` only say it."""
    async with instance.sources.reader(environment) as reader:
        came = await (reader.rehearse(i_customer) if asked.dry_run else reader.read(i_customer))
    return Meant(recorded=not asked.dry_run, events=[MeantEvent.of(one) for one in came])


@router.post("/sources/{environment}/reconcile", responses=STREAMED)
async def reconcile_with_portabilling(
    instance: TheInstance, environment: str, since: str, *, record: bool = False
) -> StreamingResponse:
    """Compare the invoices issued since then, and how all customers stand, with what is known; with `record` read who differ.

    The last line is the report.
    """
    at = moment(since, instance.now())

    async def work(tell: Tell) -> dict[str, Any]:
        async with instance.sources.reader(environment) as reader:
            report = await reconcile(reader, at, tell, instance.now, do=record)
        return {"since": at, "done": record, **asdict(report)}

    return told(work)


@router.post("/sources/{environment}/take-over", responses=STREAMED)
async def take_over_customers(instance: TheInstance, environment: str) -> StreamingResponse:
    """Read all customers that were never read and remember how they stand; nobody is told. The last line is the report."""

    async def work(tell: Tell) -> dict[str, Any]:
        return asdict(await take_over(instance, environment, tell))

    return told(work)


@router.post("/sources/{environment}/match", responses=STREAMED)
async def match_customers(instance: TheInstance, environment: str) -> StreamingResponse:
    """Ask Odoo who all customers are or would be: linked to one contact, to be chosen of several, or absent. Nothing is changed."""

    async def work(tell: Tell) -> dict[str, Any]:
        return asdict(await match(instance, environment, tell))

    return told(work)


@router.put("/sources/{environment}/references", responses=problems(Unknown, InvalidValue), dependencies=NOTED)
async def enter_customers_references(
    instance: TheInstance, asking: ThePrincipal, environment: str, asked: References
) -> Entered:
    """Say by which reference Odoo knows customers, where it isn't PortaBilling's; null: it is."""
    await enter(instance, asking.name, environment, asked.references)
    return Entered(entered=len(asked.references))


@router.get("/sources/{environment}/told", responses=problems(InvalidValue))
async def list_told_customers(  # noqa: PLR0913 - the framework passes each by its name
    request: Request,
    instance: TheInstance,
    environment: str,
    since: Annotated[str, Query(description="Events recorded since: a moment, or 2h, 3d ago.", examples=["3d"])],
    after: Annotated[int, Query(ge=0, le=LARGEST_NUMBER, description="Only what was recorded after this event.")] = 0,
    limit: Limit = 500,
) -> ToldPage:
    """Which customers were told what since then, the oldest first: whom to think of when telling is stopped."""
    query = partial(told_customers, environment=environment, since=moment(since, instance.now()), after=after, limit=limit)
    found = [ToldCustomer(**asdict(one)) for one in await instance.read(query)]
    last = found[-1].number if len({one.number for one in found}) == limit else None
    return ToldPage(told=found, after=last, next=next_page(request, after=last))


@router.get("/raw", response_model=RawPage, responses=problems(InvalidValue))
async def list_raw_events(  # noqa: PLR0913 - the framework passes each by its name
    request: Request,
    instance: TheInstance,
    asking: ThePrincipal,
    environment: str | None = None,
    state: OneState = None,
    key: Annotated[str | None, Query(description="What it is about.", examples=["customer:5"])] = None,
    before: Before = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """The raw events, the newest first."""
    query = partial(list_raw, environment=environment, state=state, key=key, before=before, limit=limit)
    found = await instance.read(query)
    last = found[-1].number if len(found) == limit else None
    return {
        "raw_events": [shown_raw(one, asking) for one in found],
        "before": last,
        "next": next_page(request, before=last),
    }


@router.get("/raw/{number}", response_model=Raw, responses=problems(Unknown))
async def show_raw(instance: TheInstance, asking: ThePrincipal, number: Number) -> dict[str, Any]:
    """One raw event."""
    return shown_raw(await instance.read(partial(raw_numbered, number=number)), asking)


@router.post("/raw/{number}/retry", response_model=Raw, responses=problems(Unknown, NotPossible), dependencies=NOTED)
async def retry_one(instance: TheInstance, asking: ThePrincipal, number: Number) -> dict[str, Any]:
    """Read it at once, and anew if it had failed."""
    return shown_raw(await raw.retry(instance, asking.name, number), asking)


@router.post(
    "/raw/{number}/discard", response_model=Raw, responses=problems(Unknown, NotPossible, InvalidValue), dependencies=NOTED
)
async def discard_one(instance: TheInstance, asking: ThePrincipal, number: Number, asked: Because) -> dict[str, Any]:
    """Give it up; it stays in the list, with the reason."""
    return shown_raw(await raw.discard(instance, asking.name, number, asked.because), asking)


@router.get("/quarantine", response_model=QuarantinePage)
async def list_bodies(  # noqa: PLR0913 - the framework passes each by its name
    request: Request,
    instance: TheInstance,
    asking: ThePrincipal,
    environment: str | None = None,
    ended: Annotated[bool, Query(description="Those that were taken or discarded, instead of those that wait.")] = False,  # noqa: FBT002 - a parameter of the address
    before: Before = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """What could not be read, the newest first."""
    query = partial(list_quarantine, environment=environment, ended=ended, before=before, limit=limit)
    found = await instance.read(query)
    last = found[-1].id if len(found) == limit else None
    return {
        "quarantine": [shown_body(one, asking) for one in found],
        "before": last,
        "next": next_page(request, before=last),
    }


@router.get("/quarantine/{number}", response_model=InQuarantine, responses=problems(Unknown))
async def show_body(instance: TheInstance, asking: ThePrincipal, number: Number) -> dict[str, Any]:
    """One body."""
    return shown_body(await instance.read(partial(quarantined, id_=number)), asking)


@router.post(
    "/quarantine/{number}/retry",
    response_model=InQuarantine,
    responses=problems(Unknown, NotPossible, InvalidValue),
    dependencies=NOTED,
)
async def retry_body(instance: TheInstance, asking: ThePrincipal, number: Number) -> dict[str, Any]:
    """Take it as a raw event, if it can be read by now."""
    return shown_body(await raw.take(instance, asking.name, number), asking)


@router.post(
    "/quarantine/{number}/discard",
    response_model=InQuarantine,
    responses=problems(Unknown, NotPossible, InvalidValue),
    dependencies=NOTED,
)
async def discard_body(instance: TheInstance, asking: ThePrincipal, number: Number, asked: Because) -> dict[str, Any]:
    """Discard it; it stays in the list, with the reason."""
    return shown_body(await raw.throw_away(instance, asking.name, number, asked.because), asking)


async def shown_sources(instance: Instance, asking: Principal) -> list[dict[str, Any]]:
    """The sources as whoever asks may see them: a reason may name a customer."""

    def masked(sentence: str | None) -> str | None:
        return sentence if asking.sees_personal_data else masked_sentence(sentence)

    read = await instance.read(count_read)
    return [
        {
            **asdict(source),
            "customers": read.get(source.environment, 0),
            "because": masked(source.because),
            "paused_because": masked(source.paused_because),
            "configured": instance.sources.options(source.environment) is not None,
            "waiting": backlog.waiting,
            "failed": backlog.failed,
            "in_quarantine": backlog.quarantined,
            "oldest_at": backlog.oldest_at,
        }
        for source, backlog in await instance.read(all_sources)
    ]


def shown_raw(one: KeptRaw, asking: Principal) -> dict[str, Any]:
    """A raw event as whoever asks may see it: a newer PortaBilling tells names in it."""
    if asking.sees_personal_data:
        return asdict(one)
    return asdict(one) | {"body": HIDDEN, "because": masked_sentence(one.because)}


def shown_body(one: Quarantined, asking: Principal) -> dict[str, Any]:
    """A body as whoever asks may see it: nobody knows what is in it."""
    text = one.body.decode("utf-8", "backslashreplace")[:LONGEST_SHOWN]
    shown = {name: getattr(one, name) for name in Quarantined.__slots__ if name != "body"}
    if asking.sees_personal_data:
        return {**shown, "text": text, "whole": one.is_whole}
    hidden = {"text": HIDDEN, "because": masked_sentence(one.because), "ended_because": masked_sentence(one.ended_because)}
    return {**shown, "whole": one.is_whole, **hidden}


async def _shown_source(instance: Instance, asking: Principal, environment: str) -> dict[str, Any]:
    found = await shown_sources(instance, asking)
    return next(one for one in found if one["environment"] == environment)
