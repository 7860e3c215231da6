"""Event handlers and their subscriptions over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from duebell.console.access.door import ThePrincipal
from duebell.console.access.masking import masked_sentence
from duebell.console.access.principal import Principal
from duebell.console.access.trail import noted_within
from duebell.console.api import answers
from duebell.console.api.telling import Tell, told
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.console.routes import STREAMED
from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.espf.queue import HandlerRow
from duebell.instance import Instance
from duebell.money import Money
from duebell.operations import switching
from duebell.operations.drain import drain
from duebell.storage.handlers import all_handlers, named
from duebell.storage.owed import owed_by_state
from duebell.storage.subscriptions import Change, Subscription, subscriptions

router = APIRouter()
NOTED = [Depends(noted_within)]
"""`operations.switching` notes who did it, with the change."""


class Asked(BaseModel):
    """Anything else than these fields is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Why(Asked):
    """A reason, which is shown."""

    because: str


class AskedChange(Asked):
    """See `Change`; a list or amount that is given replaces what was, a field that isn't given stays."""

    enabled: bool | None = None
    clear: bool = False
    customer_classes: list[str] | None = None
    companies: list[str] | None = None
    currencies: list[str] | None = None
    minimum_amount: str | None = None
    minimum_currency: str | None = None
    percent: int | None = None

    def change(self) -> Change:
        return Change(
            enabled=self.enabled,
            clear=self.clear,
            customer_classes=_set(self.customer_classes),
            companies=_set(self.companies),
            currencies=_set(self.currencies),
            minimum_amount=self._minimum(),
            percent=self.percent,
        )

    def _minimum(self) -> Money | None:
        if self.minimum_amount is None and self.minimum_currency is None:
            return None
        try:
            return Money.parse(self.minimum_amount or "", self.minimum_currency or "")
        except (ValueError, ArithmeticError) as error:
            raise InvalidValue(f"The minimum is an amount and its currency, like 5.00 USD: {error}.") from None


@router.get("/handlers", response_model=list[answers.Handler])
async def list_(instance: TheInstance, asking: ThePrincipal) -> list[dict[str, Any]]:
    """Each handler's row, with what it is owed by state."""
    return await instance.read(lambda c: [_shown(row, owed_by_state(c), asking) for row in all_handlers(c)])


@router.get("/handlers/{name}", response_model=answers.WholeHandler, responses=problems(Unknown))
async def show(instance: TheInstance, asking: ThePrincipal, name: str) -> dict[str, Any]:
    """One handler with its subscriptions."""
    return await instance.read(
        lambda c: {
            **_shown(named(c, name), owed_by_state(c), asking),
            "subscriptions": [_plain(one) for one in subscriptions(c, name)],
        }
    )


@router.post("/handlers/{name}/enable", response_model=answers.Handler, responses=problems(Unknown), dependencies=NOTED)
async def enable(instance: TheInstance, asking: ThePrincipal, name: str) -> dict[str, Any]:
    """Use it, subscribed to everything that no operator has switched off."""
    return await _after(instance, asking, await switching.enable(instance, asking.name, name))


@router.post("/handlers/{name}/disable", response_model=answers.Handler, responses=problems(Unknown), dependencies=NOTED)
async def disable(instance: TheInstance, asking: ThePrincipal, name: str) -> dict[str, Any]:
    """Owe it nothing new; what it is owed stays owed."""
    return await _after(instance, asking, await switching.disable(instance, asking.name, name))


@router.post("/handlers/{name}/pause", response_model=answers.Handler, responses=problems(Unknown), dependencies=NOTED)
async def pause(instance: TheInstance, asking: ThePrincipal, name: str, asked: Why) -> dict[str, Any]:
    """Tell it nothing until resumed."""
    return await _after(instance, asking, await switching.pause(instance, asking.name, name, asked.because))


@router.post(
    "/handlers/{name}/resume", response_model=answers.Handler, responses=problems(Unknown, NotPossible), dependencies=NOTED
)
async def resume(instance: TheInstance, asking: ThePrincipal, name: str) -> dict[str, Any]:
    """Let leave what gathered."""
    return await _after(instance, asking, await switching.resume(instance, asking.name, name))


@router.post("/handlers/{name}/drain", responses=STREAMED)
async def drain_(instance: TheInstance, asking: ThePrincipal, name: str, because: str) -> StreamingResponse:
    """Deliver what it is owed now, then pause it; the last line is the handler."""

    async def work(tell: Tell) -> dict[str, Any]:
        return await _after(instance, asking, await drain(instance, asking.name, name, because, tell))

    return told(work)


@router.get("/subscriptions", response_model=list[answers.Subscription], responses=problems(Unknown))
async def list_subscriptions(instance: TheInstance, handler: str | None = None) -> list[dict[str, Any]]:
    """What each handler is subscribed to, or one."""
    return await instance.read(lambda c: [_plain(one) for one in subscriptions(c, handler)])


@router.put(
    "/subscriptions/{handler}/{event_types}",
    response_model=list[answers.Subscription],
    responses=problems(Unknown),
    dependencies=NOTED,
)
async def change(
    instance: TheInstance, asking: ThePrincipal, handler: str, event_types: str, asked: AskedChange
) -> list[dict[str, Any]]:
    """Change those whose types are meant (`invoice.*`); it counts for events recorded from now on."""
    changed = await switching.subscribe(instance, asking.name, handler, event_types, asked.change())
    return [_plain(one) for one in changed]


async def _after(instance: Instance, asking: Principal, row: HandlerRow) -> dict[str, Any]:
    return _shown(row, await instance.read(owed_by_state), asking)


def _shown(row: HandlerRow, owed: dict[int, dict[str, int]], asking: Principal) -> dict[str, Any]:
    return masked_handler({**asdict(row), "owed": owed.get(row.id, {})}, asking)


def masked_handler(row: dict[str, Any], asking: Principal) -> dict[str, Any]:
    """A handler's row as whoever asks may see it: a target may have quoted what it was told, a person may have named a customer."""
    if asking.sees_personal_data:
        return row
    return row | {reason: masked_sentence(row[reason]) for reason in ("because", "paused_because")}


def _set(values: list[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def _plain(one: Subscription) -> dict[str, Any]:
    wanted = one.filter
    least = wanted.minimum_amount
    return {
        "handler": one.handler,
        "event_type": one.event_type,
        "enabled": one.enabled,
        "customer_classes": sorted(wanted.customer_classes),
        "companies": sorted(wanted.companies),
        "currencies": sorted(wanted.currencies),
        "minimum_amount": least and {"amount": str(least.amount), "currency": least.currency},
        "percent": wanted.percent,
    }
