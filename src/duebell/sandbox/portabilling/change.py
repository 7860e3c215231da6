"""What changed in billing, as PortaBilling's events tell of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from duebell.billing.account import Account
from duebell.billing.commitment import Commitment
from duebell.billing.invoice import Invoice
from duebell.events import CustomerStatus
from duebell.portabilling.names import COMMITMENT_FIELDS
from duebell.sandbox.portabilling.directory import Directory
from duebell.sandbox.portabilling.shown import balance, invoice_status

COMMITMENT_TERMINATED = "Account/Commitment/Terminated"
"""Ours: the vendor publishes no name of this event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change, at a moment of billing's clock (aware), by the newest native name of its type.

    `before` and `after` are values that changed, by name; `variables` is what else is told.
    """

    type: str
    at: datetime
    i_customer: str
    i_invoice: str | None = None
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


class Comparison:
    """One customer's account before (None: there was none) and after something happened, at one moment."""

    def __init__(self, before: Account | None, after: Account, directory: Directory, commitment_type: str) -> None:
        self._before = before
        self._after = after
        self._directory = directory
        self._commitment_type = commitment_type

    def changes(self) -> Iterator[Change]:
        """In the order in which PortaBilling would queue them: invoices, balance, status, commitments."""
        if self._before is None:
            yield self._change("Customer/New")
        else:
            yield from self._since(self._before)

    def _since(self, before: Account) -> Iterator[Change]:
        after = self._after
        for number, invoice in after.invoices.items():
            if before.invoices.get(number) is not invoice:
                yield from self._of_invoice(invoice, before)
        if balance(before) != balance(after):
            yield self._change("Customer/BalanceChanged", balance=(str(balance(before).amount), str(balance(after).amount)))
        if before.collection.status is not after.collection.status:
            yield self._of_status(before.collection.status, after.collection.status)
        for commitment in after.commitments.values():
            known = before.commitments.get(commitment.reference)
            if commitment.terminated_on and not (known and known.terminated_on):
                yield self._of_commitment(commitment)

    def _of_invoice(self, invoice: Invoice, account_before: Account) -> Iterator[Change]:
        number, today = invoice.number, self._after.today
        before = account_before.invoices.get(number)
        if before is None:
            yield self._change("Invoice/New", number)
            return
        if before.paid != invoice.paid:
            paid = str(before.paid.amount), str(invoice.paid.amount)
            yield self._change("Invoice/AmountPaid/Changed", number, amount_paid=paid)
        status = invoice_status(before, account_before, today), invoice_status(invoice, self._after, today)
        if status[0] != status[1]:
            yield self._change("Invoice/Status/Changed", number, status=status)

    def _of_status(self, before: CustomerStatus, after: CustomerStatus) -> Change:
        match before, after:
            case _, CustomerStatus.SUSPENDED:
                kind = "Customer/Status/Suspended"
            case _, CustomerStatus.LIMITED:
                kind = "Customer/Status/Limited"
            case CustomerStatus.SUSPENDED, _:
                kind = "Customer/Status/SuspensionRemoved"
            case _:
                kind = "Customer/Status/Changed"
        return self._change(kind, status=(before.value, after.value))

    def _of_commitment(self, commitment: Commitment) -> Change:
        told = commitment.snapshot()
        values = {
            "i_account": self._directory.accounts.of((self._after.id, commitment.service)),
            "reference": told.reference,
            "service": told.service,
            "started_on": told.started_on.isoformat(),
            "ends_on": told.ends_on.isoformat(),
            "terminated_on": told.terminated_on.isoformat() if told.terminated_on else "",
            "penalty": str(told.penalty.amount) if told.penalty else "",
            "reason": "dunning" if self._after.collection.status is CustomerStatus.CLOSED else "left by himself",
        }
        variables = {COMMITMENT_FIELDS[name]: value for name, value in values.items()}
        return Change(type=self._commitment_type, at=self._after.as_of, i_customer=self._i_customer, variables=variables)

    def _change(self, kind: str, number: str | None = None, **changed: tuple[str, str]) -> Change:
        return Change(
            type=kind,
            at=self._after.as_of,
            i_customer=self._i_customer,
            i_invoice=None if number is None else self._directory.invoices.of(number),
            before={name: values[0] for name, values in changed.items()},
            after={name: values[1] for name, values in changed.items()},
        )

    @property
    def _i_customer(self) -> str:
        return self._directory.customers.of(self._after.id)
