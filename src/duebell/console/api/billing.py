"""Embedded billing over HTTP."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from duebell.billing.account import Account
from duebell.billing.billing import Billing, Change, Clock
from duebell.billing.customer import BillingCustomer
from duebell.billing.invoice import Invoice
from duebell.billing.wording import naming
from duebell.console.access.door import ThePrincipal
from duebell.console.access.masking import masked_account
from duebell.console.access.principal import Principal
from duebell.console.api import answers
from duebell.console.api.paging import next_page
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.errors import NotPossible, Unknown
from duebell.espf.envelope import rfc3339
from duebell.instance import Instance
from duebell.money import Money

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

router = APIRouter(prefix="/billing")
REFUSED = problems(Unknown, NotPossible)
VISITS_AT_ONCE = 25
"""A long run is cut into units of work of so many visits, so that others get their turn in between."""


# --- what is asked -----------------------------------------------------------------------------------------------------


class Asked(BaseModel):
    """Anything else than these fields is a mistake."""

    model_config = ConfigDict(extra="forbid")


class NewCustomer(Asked):
    """A customer; see `BillingCustomer`."""

    external_id: str
    name: str
    currency: str
    time_zone: str = "UTC"
    customer_class: str = "standard"
    reference: str | None = None
    company_name: str | None = None
    phone: str | None = None
    email: str | None = None
    language: str | None = None
    payment_method: str | None = None


class Priced(Asked):
    """An amount as a decimal string, so that no cent is lost on the way; the currency defaults to the customer's."""

    amount: str
    currency: str | None = None

    def money(self, billing: Billing, external_id: str) -> Money:
        """The amount."""
        return _money(billing, external_id, "amount", self.amount, self.currency)


class NewFee(Priced):
    """A monthly fee."""

    service: str
    first_charged_on: date | None = None


class NewCharge(Priced):
    """A one-off charge; `invoice_now` doesn't let it wait for the next invoice."""

    text: str
    invoice_now: bool = False


class NewPayment(Priced):
    """A payment; sent again with the same reference it is refused, and so booked once."""

    reference: str | None = None
    method: str | None = None


class NewCommitment(Asked):
    """A commitment; amounts as decimal strings."""

    service: str
    discount: str
    ends_on: date
    penalty: str | None = None
    currency: str | None = None


class NewHold(Asked):
    """A hold; `until` is its last day, the customer's own, `because` is for people."""

    until: date
    because: str


class Ahead(Asked):
    """How far to set billing's clock ahead."""

    days: int = Field(default=0, ge=0)
    hours: int = Field(default=0, ge=0)


# --- customers ---------------------------------------------------------------------------------------------------------


@router.post("/customers", status_code=201, response_model=answers.Change, responses=problems(NotPossible))
async def add_customer(instance: TheInstance, asked: NewCustomer) -> dict[str, Any]:
    """Open an account."""
    return _change(await instance.billing(lambda billing: billing.add_customer(BillingCustomer(**asked.model_dump()))))


@router.get("/customers", response_model=answers.CustomerPage)
async def list_customers(
    instance: TheInstance,
    asking: ThePrincipal,
    request: Request,
    after: str = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """List accounts in order of external id; `after` is the last one's of the page before."""
    accounts = await instance.billing(lambda billing: billing.customers(after, limit))
    last = accounts[-1].id if len(accounts) == limit else None
    return {"customers": [_listed(account, asking) for account in accounts], "next": next_page(request, after=last)}


@router.get("/customers/{external_id}", response_model=answers.Customer, responses=problems(Unknown))
async def show_customer(instance: TheInstance, asking: ThePrincipal, external_id: str) -> dict[str, Any]:
    """One account with all that is in it."""
    return await account_of(instance, asking, external_id)


async def account_of(instance: Instance, asking: Principal, external_id: str) -> dict[str, Any]:
    """The account as that one may see it."""
    account = _account(await instance.billing(lambda billing: billing.customer(external_id)))
    return account if asking.sees_personal_data else masked_account(account)


@router.post("/customers/{external_id}/fees", status_code=201, response_model=answers.Change, responses=REFUSED)
async def add_fee(instance: TheInstance, external_id: str, asked: NewFee) -> dict[str, Any]:
    """Charge a service each month."""

    def use(billing: Billing) -> Change:
        return billing.add_fee(external_id, asked.service, asked.money(billing, external_id), asked.first_charged_on)

    return _change(await instance.billing(use))


@router.post("/customers/{external_id}/charges", status_code=201, response_model=answers.Change, responses=REFUSED)
async def charge(instance: TheInstance, external_id: str, asked: NewCharge) -> dict[str, Any]:
    """Charge something once."""

    def use(billing: Billing) -> Change:
        amount = asked.money(billing, external_id)
        return billing.charge(external_id, asked.text, amount, invoice_now=asked.invoice_now)

    return _change(await instance.billing(use))


@router.post("/customers/{external_id}/invoices", status_code=201, response_model=answers.Change, responses=REFUSED)
async def invoice_now(instance: TheInstance, external_id: str) -> dict[str, Any]:
    """Issue an invoice now for what waits for the next one."""
    return _change(await instance.billing(lambda billing: billing.invoice_now(external_id)))


@router.post("/customers/{external_id}/invoices/{number}/void", response_model=answers.Change, responses=REFUSED)
async def void(instance: TheInstance, external_id: str, number: str) -> dict[str, Any]:
    """Withdraw an invoice."""
    return _change(await instance.billing(lambda billing: billing.void(external_id, number)))


@router.post("/customers/{external_id}/payments", status_code=201, response_model=answers.Change, responses=REFUSED)
async def pay(instance: TheInstance, external_id: str, asked: NewPayment) -> dict[str, Any]:
    """Book a payment."""

    def use(billing: Billing) -> Change:
        return billing.pay(external_id, asked.money(billing, external_id), asked.reference, asked.method)

    return _change(await instance.billing(use))


@router.post("/customers/{external_id}/commitments", status_code=201, response_model=answers.Change, responses=REFUSED)
async def start_commitment(instance: TheInstance, external_id: str, asked: NewCommitment) -> dict[str, Any]:
    """Start a commitment."""

    def use(billing: Billing) -> Change:
        discount = _money(billing, external_id, "discount", asked.discount, asked.currency)
        penalty = None
        if asked.penalty is not None:
            penalty = _money(billing, external_id, "penalty", asked.penalty, asked.currency)
        return billing.commit(external_id, asked.service, discount, asked.ends_on, penalty)

    return _change(await instance.billing(use))


@router.post("/customers/{external_id}/commitments/{reference}/cancel", response_model=answers.Change, responses=REFUSED)
async def cancel_commitment(instance: TheInstance, external_id: str, reference: str) -> dict[str, Any]:
    """End a commitment before its time."""
    return _change(await instance.billing(lambda billing: billing.cancel_commitment(external_id, reference)))


@router.post("/customers/{external_id}/hold", status_code=201, response_model=answers.Change, responses=REFUSED)
async def put_on_hold(instance: TheInstance, external_id: str, asked: NewHold) -> dict[str, Any]:
    """Collect nothing through a day: a limit or suspension is lifted until then. Sent again, it changes the hold that is there."""
    return _change(await instance.billing(lambda billing: billing.put_on_hold(external_id, asked.until, asked.because)))


@router.post("/customers/{external_id}/hold/release", response_model=answers.Change, responses=REFUSED)
async def release(instance: TheInstance, external_id: str) -> dict[str, Any]:
    """End the hold: collection goes on tomorrow."""
    return _change(await instance.billing(lambda billing: billing.release(external_id)))


# --- time --------------------------------------------------------------------------------------------------------------


@router.post("/run", response_model=answers.Run)
async def run(instance: TheInstance) -> dict[str, int]:
    """Do all that has come due."""
    return await _run(instance)


@router.post("/advance", response_model=answers.Advanced)
async def advance(instance: TheInstance, asked: Ahead) -> dict[str, Any]:
    """Set billing's clock ahead and do what comes due by then; whole days end with the last day's billing run."""
    reached = await instance.billing(lambda billing: billing.advance(asked.days, asked.hours))
    done = await _run(instance)
    while asked.days and await instance.billing(lambda billing: billing.finish_day(reached.now)):
        more = await _run(instance)
        done = {name: count + more[name] for name, count in done.items()}
    return await clock(instance) | done


@router.get("/clock", response_model=answers.Clock)
async def clock(instance: TheInstance) -> dict[str, Any]:
    """Billing's time, and how many seconds it is ahead of the real one."""
    return _clock(await instance.billing(lambda billing: billing.clock()))


async def _run(instance: TheInstance) -> dict[str, int]:
    visits = events = 0
    more = True
    while more:
        done = await instance.billing(lambda billing: billing.run(VISITS_AT_ONCE))
        visits, events, more = visits + done.visits, events + done.events, done.more
    return {"visits": visits, "events": events}


# --- what is answered --------------------------------------------------------------------------------------------------


def _change(change: Change) -> dict[str, Any]:
    """The account's summary, and the events that were recorded."""
    events = [
        {
            "id": str(happening.id),
            "type": happening.fact.type,
            "subject": happening.fact.subject,
            "occurred_at": rfc3339(happening.occurred_at),
        }
        for happening in change.happenings
    ]
    return {"customer": _summary(change.account), "events": events}


def _summary(account: Account) -> dict[str, Any]:
    """Who it is and where he stands."""
    standing, hold = account.standing, account.hold
    return {
        "external_id": account.id,
        "reference": account.customer.reference,
        "name": account.customer.name,
        "customer_class": account.customer.customer_class,
        "status": standing.status.value,
        "outstanding": _plain(account.total_outstanding),
        "overdue": _plain(account.total_overdue),
        "credit": _plain(account.credit),
        "next_step": _plain(standing.next_step),
        "next_step_on": _plain(standing.next_step_on),
        "held_until": _plain(hold and hold.until),
        "held_because": hold and hold.because,
    }


def _listed(account: Account, asking: Principal) -> dict[str, Any]:
    """In a list, as that one may see it."""
    summary = _summary(account)
    return summary if asking.sees_personal_data else masked_account(summary)


def _account(account: Account) -> dict[str, Any]:
    """All of it, the oldest first."""
    return (
        _fields(account.customer)
        | _summary(account)
        | {
            "fees": [_fields(fee) for fee in account.fees.values()],
            "charges": [_fields(line) for line in account.charges],
            "commitments": [_fields(commitment) for commitment in account.commitments.values()],
            "invoices": [_invoice(invoice) for invoice in sorted(account.invoices.values(), key=lambda one: one.age)],
            "payments": [_fields(payment) for payment in sorted(account.payments.values(), key=lambda one: one.received_at)],
        }
    )


def _invoice(invoice: Invoice) -> dict[str, Any]:
    lines = [_fields(line) for line in invoice.lines]
    return _fields(invoice) | {
        "lines": lines,
        "outstanding": _plain(invoice.outstanding),
        "status": invoice.status.value,
    }


def _clock(clock: Clock) -> dict[str, Any]:
    return {"now": rfc3339(clock.now), "offset_seconds": int(clock.offset.total_seconds())}


def _fields(record: DataclassInstance) -> dict[str, Any]:
    return {field.name: _plain(getattr(record, field.name)) for field in fields(record)}


def _plain(value: object) -> Any:
    """An amount is {"amount": "30.00", "currency": "USD"}, a day or moment is ISO 8601."""
    match value:
        case Money():
            return {"amount": str(value.amount), "currency": value.currency}
        case datetime():
            return rfc3339(value)
        case date():
            return value.isoformat()
        case _:
            return value


def _money(billing: Billing, external_id: str, what: str, amount: str, currency: str | None) -> Money:
    """An amount as it was typed; without a currency it is in the customer's."""
    with naming(what):
        return Money.parse(amount, currency or billing.customer(external_id).customer.currency)
