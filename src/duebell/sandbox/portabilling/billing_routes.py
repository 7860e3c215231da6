"""Embedded billing's own verbs over the stand-in's books, at the paths and with the bodies of Duebell's API."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from duebell.billing.account import Account
from duebell.billing.billing import Change, Clock
from duebell.billing.customer import BillingCustomer
from duebell.billing.wording import naming
from duebell.espf.envelope import rfc3339
from duebell.money import Money
from duebell.sandbox.portabilling.books import Books
from duebell.sandbox.portabilling.current import TheBooks
from duebell.sandbox.portabilling.shown import invoice_status


class Asked(BaseModel):
    """Anything else than these fields is a mistake. Amounts are decimal strings in the customer's currency, days ISO 8601."""

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


class NewFee(Asked):
    """A monthly fee."""

    service: str
    amount: str
    first_charged_on: date | None = None


class NewCharge(Asked):
    """A one-off charge."""

    text: str
    amount: str
    invoice_now: bool = False


class NewPayment(Asked):
    """A payment."""

    amount: str
    reference: str | None = None


class NewCommitment(Asked):
    """A commitment."""

    service: str
    discount: str
    ends_on: date
    penalty: str | None = None


class Ahead(Asked):
    """How far to set billing's clock ahead."""

    days: int = Field(default=0, ge=0)
    hours: int = Field(default=0, ge=0)


router = APIRouter(prefix="/control/billing")


@router.post("/customers", status_code=201)
async def add_customer(books: TheBooks, asked: NewCustomer) -> dict[str, Any]:
    customer = BillingCustomer(**asked.model_dump())
    return _changed(books, books.use(lambda billing: billing.add_customer(customer)))


@router.get("/customers")
async def customers(books: TheBooks) -> list[dict[str, Any]]:
    return [_account(books.account(external_id), books) for external_id in books.customers()]


@router.get("/customers/{external_id}")
async def customer(books: TheBooks, external_id: str) -> dict[str, Any]:
    return _account(books.account(external_id), books)


@router.post("/customers/{external_id}/fees", status_code=201)
async def add_fee(books: TheBooks, external_id: str, asked: NewFee) -> dict[str, Any]:
    amount = _money(books, external_id, "amount", asked.amount)
    return _changed(books, books.use(lambda b: b.add_fee(external_id, asked.service, amount, asked.first_charged_on)))


@router.post("/customers/{external_id}/charges", status_code=201)
async def charge(books: TheBooks, external_id: str, asked: NewCharge) -> dict[str, Any]:
    amount = _money(books, external_id, "amount", asked.amount)
    return _changed(books, books.use(lambda b: b.charge(external_id, asked.text, amount, invoice_now=asked.invoice_now)))


@router.post("/customers/{external_id}/invoices", status_code=201)
async def invoice_now(books: TheBooks, external_id: str) -> dict[str, Any]:
    return _changed(books, books.use(lambda billing: billing.invoice_now(external_id)))


@router.post("/customers/{external_id}/invoices/{number}/void")
async def void(books: TheBooks, external_id: str, number: str) -> dict[str, Any]:
    return _changed(books, books.use(lambda billing: billing.void(external_id, number)))


@router.post("/customers/{external_id}/payments", status_code=201)
async def pay(books: TheBooks, external_id: str, asked: NewPayment) -> dict[str, Any]:
    amount = _money(books, external_id, "amount", asked.amount)
    return _changed(books, books.use(lambda billing: billing.pay(external_id, amount, asked.reference)))


@router.post("/customers/{external_id}/commitments", status_code=201)
async def commit(books: TheBooks, external_id: str, asked: NewCommitment) -> dict[str, Any]:
    discount = _money(books, external_id, "discount", asked.discount)
    penalty = _money(books, external_id, "penalty", asked.penalty) if asked.penalty is not None else None
    return _changed(books, books.use(lambda b: b.commit(external_id, asked.service, discount, asked.ends_on, penalty)))


@router.post("/customers/{external_id}/commitments/{reference}/cancel")
async def cancel_commitment(books: TheBooks, external_id: str, reference: str) -> dict[str, Any]:
    return _changed(books, books.use(lambda billing: billing.cancel_commitment(external_id, reference)))


@router.post("/advance")
async def advance(books: TheBooks, asked: Ahead) -> dict[str, Any]:
    return _clock(books.advance(asked.days, asked.hours))


@router.get("/clock")
async def clock(books: TheBooks) -> dict[str, Any]:
    return _clock(books.clock())


def _money(books: Books, external_id: str, what: str, amount: str) -> Money:
    with naming(what):
        return Money.parse(amount, books.account(external_id).customer.currency)


def _changed(books: Books, change: Change) -> dict[str, Any]:
    return _account(books.account(change.account.id), books)


def _clock(clock: Clock) -> dict[str, Any]:
    return {"now": rfc3339(clock.now), "offset_seconds": int(clock.offset.total_seconds())}


def _account(account: Account, books: Books) -> dict[str, Any]:
    """Where the customer stands in billing, whatever the API shows."""
    invoices = sorted(account.invoices.values(), key=lambda invoice: invoice.age)
    return {
        "external_id": account.id,
        "i_customer": books.directory.customers.of(account.id),
        "status": account.collection.status.value,
        "outstanding": str(account.total_outstanding.amount),
        "overdue": str(account.total_overdue.amount),
        "currency": account.customer.currency,
        "invoices": [
            {
                "number": invoice.number,
                "i_invoice": books.directory.invoices.of(invoice.number),
                "status": invoice_status(invoice, account, account.today),
                "outstanding": str(invoice.outstanding.amount),
            }
            for invoice in invoices
        ],
        "commitments": [
            {"reference": one.reference, "service": one.service, "ends_on": one.ends_on.isoformat()}
            for one in account.commitments.values()
        ],
    }
