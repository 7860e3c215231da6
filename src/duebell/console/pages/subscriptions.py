"""One subscription: whether a handler is owed the events of a type, and which of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from duebell.console.access.door import ThePrincipal
from duebell.console.api.handlers import NOTED
from duebell.console.current import TheInstance
from duebell.console.pages.emission import EMISSIONS
from duebell.console.pages.rendering import Pages, ThePages
from duebell.console.pages.wording import event
from duebell.errors import InvalidValue, Unknown
from duebell.money import Money
from duebell.operations import switching
from duebell.storage.subscriptions import Change, Subscription, subscriptions

router = APIRouter()

FIELDS = ("customer_classes", "companies", "currencies", "minimum_amount", "minimum_currency", "percent")
"""As they are typed: one a line in the first three."""
Typed = Annotated[str, Form()]


@router.get("/handlers/{name}/subscriptions/{event_type}")
async def show(instance: TheInstance, pages: ThePages, name: str, event_type: str) -> HTMLResponse:
    """The form of its filter."""
    found = await instance.read(lambda connection: _one(connection, name, event_type))
    return _form(pages, found, _typed(found))


@router.post("/handlers/{name}/subscriptions/{event_type}/switch", dependencies=NOTED)
async def switch(  # noqa: PLR0913 - the framework passes each by its name
    instance: TheInstance,
    asking: ThePrincipal,
    pages: ThePages,
    name: str,
    event_type: str,
    *,
    enabled: Annotated[bool, Form()],
) -> Response:
    """Let the handler be owed the type, or not."""
    found = await instance.read(lambda connection: _one(connection, name, event_type))
    (now,) = await switching.subscribe(instance, asking.name, name, found.event_type, Change(enabled=enabled))
    if not pages.is_fragment:
        return pages.done("", "/handlers")
    return pages.answer("subscription_cell.html", one=now)


@router.post("/handlers/{name}/subscriptions/{event_type}", dependencies=NOTED)
async def save(  # noqa: PLR0913 - the framework passes each by its name
    instance: TheInstance,
    asking: ThePrincipal,
    pages: ThePages,
    name: str,
    event_type: str,
    customer_classes: Typed = "",
    companies: Typed = "",
    currencies: Typed = "",
    minimum_amount: Typed = "",
    minimum_currency: Typed = "",
    percent: Typed = "",
) -> Response:
    """Keep the filter, all of it as it was typed; what is wrong is said on the same form."""
    found = await instance.read(lambda connection: _one(connection, name, event_type))
    texts = (customer_classes, companies, currencies, minimum_amount, minimum_currency, percent)
    typed = dict(zip(FIELDS, texts, strict=True))
    try:
        await switching.subscribe(instance, asking.name, name, found.event_type, _change(typed))
    except InvalidValue as error:
        return _form(pages, found, typed, str(error))
    return pages.done(f"{event(event_type)}: the filter is kept.", "/handlers")


def _one(connection: Connection, name: str, event_type: str) -> Subscription:
    """Return the subscription.

    Raises:
        Unknown: no such handler, or it has none to this type.
    """
    for one in subscriptions(connection, name):
        if one.event_type == event_type:
            return one
    raise Unknown(f"{name} has no subscription to {event_type!r}: the page of the handlers shows those it has.")


def _form(pages: Pages, found: Subscription, typed: dict[str, str], wrong: str | None = None) -> HTMLResponse:
    emission = EMISSIONS.get(found.event_type)
    shown = {"one": found, "typed": typed, "wrong": wrong, "emission": emission}
    return pages.answer("subscription.html", status_code=InvalidValue.http_status if wrong else 200, **shown)


def _typed(found: Subscription) -> dict[str, str]:
    wanted = found.filter
    least = wanted.minimum_amount
    return {
        "customer_classes": "\n".join(sorted(wanted.customer_classes)),
        "companies": "\n".join(sorted(wanted.companies)),
        "currencies": "\n".join(sorted(wanted.currencies)),
        "minimum_amount": str(least.amount) if least else "",
        "minimum_currency": least.currency if least else "",
        "percent": str(wanted.percent or ""),
    }


def _change(typed: dict[str, str]) -> Change:
    return Change(
        clear=True,
        customer_classes=_lines(typed["customer_classes"]),
        companies=_lines(typed["companies"]),
        currencies=frozenset(one.upper() for one in _lines(typed["currencies"])),
        minimum_amount=_minimum(typed["minimum_amount"].strip(), typed["minimum_currency"].strip().upper()),
        percent=_percent(typed["percent"].strip()),
    )


def _lines(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.splitlines() if line.strip())


def _percent(typed: str) -> int | None:
    if typed and not typed.isdecimal():
        raise InvalidValue(f"{typed!r} is no percentage of customers: give a whole number from 1 to 100.")
    return int(typed) if typed else None


def _minimum(amount: str, currency: str) -> Money | None:
    if not amount and not currency:
        return None
    try:
        return Money.parse(amount, currency)
    except (ValueError, ArithmeticError) as error:
        raise InvalidValue(f"The minimum is an amount and its currency, like 5.00 USD: {error}.") from None
