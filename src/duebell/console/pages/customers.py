"""The customers: found while somebody types; and one of them, with what embedded billing lets an operator do."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from duebell.configuration.server import GLOBAL
from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Principal
from duebell.console.api import billing, customers, events
from duebell.console.current import TheInstance
from duebell.console.pages.fate import listed
from duebell.console.pages.rendering import Pages, ThePages
from duebell.errors import DuebellError, InvalidValue, Unknown
from duebell.instance import Instance

router = APIRouter(prefix="/customers")
AT_ONCE, EVENTS_AT_ONCE = 50, 20
Text = Annotated[str, Form()]


@router.get("")
async def list_(
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, search: str = "", environment: str = ""
) -> Response:
    """Those who are meant, of one environment or of all; without a text those who came last."""
    found: list[dict[str, Any]] = []
    wrong: DuebellError | None = None
    try:
        found = await customers.list_(instance, asking, search, environment or None, AT_ONCE)
    except DuebellError as error:
        wrong = error
    return pages.answer(
        "customers.html",
        status_code=wrong.http_status if wrong else HTTPStatus.OK,
        wrong=str(wrong) if wrong else "",
        customers=found,
        search=search,
        environment=environment,
        environments=instance.environments(),
        limit=AT_ONCE,
        may_operate=asking.sees_personal_data,
    )


@router.get("/{customer:path}")
async def show(
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, customer: str, environment: str = GLOBAL
) -> Response:
    """One customer: status, invoices, messages, events."""
    try:
        return await _page(instance, asking, pages, customer, environment)
    except Unknown as nobody:
        shown = {"because": str(nobody), "back": router.prefix, "title": "Customers"}
        return pages.answer("nothing.html", status_code=nobody.http_status, **shown)


@router.post("/{customer}/payments")
async def pay(instance: TheInstance, asking: ThePrincipal, pages: ThePages, customer: str, amount: Text) -> Response:
    """See the API's `pay`."""
    change = billing.pay(instance, customer, billing.NewPayment(amount=amount.strip()))
    return await _then_shown(instance, asking, pages, customer, change, {"payments": amount})


@router.post("/{customer}/charges")
async def charge(  # noqa: PLR0913 - the form's fields
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, customer: str, amount: Text, text: Text
) -> Response:
    """See the API's `charge`."""
    change = billing.charge(instance, customer, billing.NewCharge(amount=amount.strip(), text=text))
    return await _then_shown(instance, asking, pages, customer, change, {"charges": amount})


@router.post("/{customer}/invoices")
async def invoice_now(instance: TheInstance, asking: ThePrincipal, pages: ThePages, customer: str) -> Response:
    """See the API's `invoice_now`."""
    return await _then_shown(instance, asking, pages, customer, billing.invoice_now(instance, customer), {})


@router.post("/{customer}/hold")
async def put_on_hold(  # noqa: PLR0913 - the form's fields
    instance: TheInstance, asking: ThePrincipal, pages: ThePages, customer: str, until: Text, because: Text
) -> Response:
    """See the API's `put_on_hold`."""
    change = _put_on_hold(instance, customer, until, because)
    return await _then_shown(instance, asking, pages, customer, change, {"until": until, "because": because})


@router.post("/{customer}/hold/release")
async def release(instance: TheInstance, asking: ThePrincipal, pages: ThePages, customer: str) -> Response:
    """See the API's `release`."""
    return await _then_shown(instance, asking, pages, customer, billing.release(instance, customer), {})


async def _put_on_hold(instance: Instance, customer: str, until: str, because: str) -> None:
    try:
        day = date.fromisoformat(until.strip())
    except ValueError:
        raise InvalidValue(f"until: {until!r} is no day: write it like 2026-12-31.") from None
    await billing.put_on_hold(instance, customer, billing.NewHold(until=day, because=because))


async def _then_shown(  # noqa: PLR0913 - what is shown if it can't be done
    instance: Instance,
    asking: Principal,
    pages: Pages,
    customer: str,
    change: Awaitable[object],
    typed: Mapping[str, str],
) -> Response:
    """The page anew; with what was wrong and what was typed on it, if something was wrong."""
    try:
        await change
    except DuebellError as error:
        return await _page(instance, asking, pages, customer, GLOBAL, typed=typed, wrong=error)
    return RedirectResponse(f"/customers/{quote(customer, safe='')}", HTTPStatus.SEE_OTHER)


async def _page(  # noqa: PLR0913 - what is shown if something was wrong
    instance: Instance,
    asking: Principal,
    pages: Pages,
    customer: str,
    environment: str,
    *,
    typed: Mapping[str, str] | None = None,
    wrong: DuebellError | None = None,
) -> Response:
    """Embedded billing's account goes before what events told, for it is newer.

    Raises:
        Unknown: neither has such a customer.
    """
    account = await _account(instance, asking, customer) if environment == GLOBAL else None
    told: dict[str, Any] | None = None
    try:
        told = await customers.show(instance, asking, customer, environment)
    except Unknown:
        if account is None:
            raise
    wanted = events.the_filter(instance, asking, environment=environment, customer=customer)
    page = await events.page_of(instance, asking, wanted, None, EVENTS_AT_ONCE)
    shown = account or told or {}
    return pages.answer(
        "customer.html",
        status_code=wrong.http_status if wrong else HTTPStatus.OK,
        wrong=str(wrong) if wrong else "",
        typed=typed or {},
        customer=customer,
        environment=environment,
        account=account,
        who=account or shown["who"],
        status=account["status"] if account else shown["standing"]["status"],
        overdue=account["overdue"] if account else shown["standing"]["total_overdue"],
        invoices=sorted(shown["invoices"], key=lambda one: (str(one["issued_on"]), one["number"]), reverse=True),
        messages=told["messages"] if told else [],
        told_at=told and told["told_at"],
        events=listed(page["events"]),
        may_operate=asking.sees_personal_data,
    )


async def _account(instance: Instance, asking: Principal, customer: str) -> dict[str, Any] | None:
    """None: embedded billing doesn't have him."""
    try:
        return await billing.account_of(instance, asking, customer)
    except Unknown:
        return None
