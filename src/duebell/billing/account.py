"""A customer's account: what he is charged, owes and has paid, and how far collection has gone with him."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection as Group
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count

from duebell import events
from duebell.billing.collection import Collection, CollectionPolicy, Step, overdue_step
from duebell.billing.commitment import Commitment
from duebell.billing.customer import BillingCustomer
from duebell.billing.fee import Fee
from duebell.billing.hold import LONGEST, Hold
from duebell.billing.invoice import Invoice, InvoiceLine, InvoiceStatus, invoice_number, total_of
from duebell.billing.occurrence import Occurrence, Situation
from duebell.billing.payment import Payment, settle
from duebell.billing.wording import check_amount, one_line
from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.events import CustomerStatus, Reason
from duebell.money import Money

NextNumber = Callable[[int], int]
"""Counts the invoices of the year that it is given, in one line for all customers."""


@dataclass(slots=True, kw_only=True)
class Account:
    """Everything of one customer, in his currency.

    Whatever is done happens at `as_of` (aware), to which `billing_run.advance` brings the account. `charges` are lines that
    wait for the next invoice, `credit` is money that had nothing to settle, `holds` are in order by their numbers, `news`
    are the facts that came of changes.
    """

    customer: BillingCustomer
    policy: CollectionPolicy
    as_of: datetime
    credit: Money
    collection: Collection = field(default_factory=Collection)
    fees: dict[str, Fee] = field(default_factory=dict)
    charges: list[InvoiceLine] = field(default_factory=list)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    commitments: dict[str, Commitment] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    news: list[Occurrence] = field(default_factory=list, compare=False)

    @classmethod
    def opened(cls, customer: BillingCustomer, policy: CollectionPolicy, now: datetime) -> Account:
        """A new customer's account."""
        return cls(customer=customer, policy=policy, as_of=now, credit=Money.zero(customer.currency))

    def copy(self) -> Account:
        """An account that changes on its own, without news; the records in it never change and are shared."""
        return replace(
            self,
            fees=dict(self.fees),
            charges=list(self.charges),
            invoices=dict(self.invoices),
            payments=dict(self.payments),
            commitments=dict(self.commitments),
            holds=dict(self.holds),
            news=[],
        )

    # --- where it stands ----------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The customer's external id."""
        return self.customer.external_id

    @property
    def today(self) -> date:
        """The customer's calendar day."""
        return self.as_of.astimezone(self.customer.zone).date()

    @property
    def outstanding_invoices(self) -> list[Invoice]:
        """Those of which something is owed, the oldest first."""
        return sorted((i for i in self.invoices.values() if i.outstanding), key=lambda invoice: invoice.age)

    @property
    def overdue_invoices(self) -> list[Invoice]:
        """Those that are overdue, the oldest first."""
        return [invoice for invoice in self.outstanding_invoices if invoice.overdue_on]

    @property
    def total_outstanding(self) -> Money:
        """What is owed on all invoices, due or not."""
        return total_of((invoice.outstanding for invoice in self.outstanding_invoices), self.customer.currency)

    @property
    def total_overdue(self) -> Money:
        """What is owed on overdue invoices."""
        return total_of((invoice.outstanding for invoice in self.overdue_invoices), self.customer.currency)

    @property
    def hold(self) -> Hold | None:
        """The hold that is in force today."""
        return next((hold for hold in self.holds.values() if hold.in_force(self.today)), None)

    @property
    def ladder(self) -> list[Step]:
        """The steps against the customer that are still to come if nothing is paid."""
        return self.collection.ladder(self.policy, self.overdue_invoices, self.commitments.values(), self.holds.values())

    @property
    def steps(self) -> list[Step]:
        """All that collection does if nothing is paid, the next step first."""
        overdue = overdue_step(self.policy, self.outstanding_invoices, self.holds.values())
        return sorted([*self.ladder, overdue] if overdue else self.ladder)

    @property
    def standing(self) -> events.Standing:
        """As events tell of it."""
        next_step = next(iter(self.steps), None)
        restricted = self.collection.status is not CustomerStatus.ACTIVE
        return events.Standing(
            status=self.collection.status,
            total_overdue=self.total_overdue,
            amount_to_restore=self.total_overdue if restricted else Money.zero(self.customer.currency),
            payment_method=self.customer.payment_method,
            charge_on=self.policy.charge_on(self.outstanding_invoices, self.today),
            next_step=next_step.step if next_step else None,
            next_step_on=next_step.on if next_step else None,
        )

    # --- what people do to it -----------------------------------------------------------------------------------------

    def add_fee(self, service: str, amount: Money, first_charged_on: date | None = None) -> None:
        """Charge `amount` each month, first on `first_charged_on` (today, if None).

        Raises:
            InvalidValue: the service's name, the amount, or a first day that has passed.
            NotPossible: the service has a fee already.
        """
        service = one_line(service, "service")
        check_amount(amount, self.customer.currency, "amount")
        first = first_charged_on or self.today
        if first < self.today:
            raise InvalidValue(f"first_charged_on: {first} has passed; give {self.today} (today) or a later day.")
        if service in self.fees:
            raise NotPossible(f"{self.id} has a fee for {service} already: give the other service another name.")
        self.fees[service] = Fee(service=service, amount=amount, first_charged_on=first, next_charge_on=first)

    def charge(self, text: str, amount: Money) -> None:
        """Put a one-off charge on the next invoice.

        Raises:
            InvalidValue: the text or the amount.
        """
        check_amount(amount, self.customer.currency, "amount")
        self.charges.append(InvoiceLine(text=one_line(text, "text"), amount=amount))

    def invoice_now(self, next_number: NextNumber) -> None:
        """Issue an invoice for what waits for one, today's fees included.

        Raises:
            NotPossible: nothing waits.
        """
        self.charge_fees()
        if not self.charges:
            raise NotPossible(f"{self.id} has nothing to invoice: add a charge first, or let the next fee come.")
        self.issue(next_number)

    def pay(self, amount: Money, reference: str | None = None, method: str | None = None) -> None:
        """Book a payment: it settles the oldest invoice first, and what is left is credit for the next one.

        Raises:
            InvalidValue: the amount, the reference or the method.
            NotPossible: a payment of that reference is booked already.
        """
        check_amount(amount, self.customer.currency, "amount")
        payment = Payment(
            reference=one_line(reference, "reference") if reference else _free("PAY", self.payments),
            amount=amount,
            received_at=self.as_of,
            method=one_line(method, "method") if method else self.customer.payment_method,
        )
        if payment.reference in self.payments:
            raise NotPossible(
                f"Payment {payment.reference} of {self.id} is booked already; another one needs another reference."
            )
        self.payments[payment.reference] = payment
        settled = self._spend(self.credit + amount)
        lifted = self._end_collection()
        self.news.append(self.situation.of_payment(events.PaymentReceived, payment))
        self._tell_paid(settled)
        self._tell_lifted(lifted, Reason.PAID)

    def void(self, number: str) -> None:
        """Withdraw an invoice; what was paid on it settles others or is credit.

        Raises:
            Unknown: the customer has no such invoice.
            NotPossible: it is voided already.
        """
        invoice = self.invoices.get(number)
        if invoice is None:
            raise Unknown(f"{self.id} has no invoice {number!r}: `duebell billing customer show {self.id}` lists them.")
        if invoice.voided_on:
            raise NotPossible(f"Invoice {number} of {self.id} was voided on {invoice.voided_on} already.")
        voided = self.put(invoice.voided(self.today))
        self._take_discounts_back(invoice)
        settled = self._spend(self.credit + invoice.paid)
        lifted = self._end_collection()
        self.news.append(self.situation.of_invoice(events.InvoiceVoided, voided))
        self._tell_paid(settled)
        self._tell_lifted(lifted, Reason.OTHER)

    def put_on_hold(self, until: date, because: str) -> None:
        """Collect nothing through `until`; a limit or suspension is lifted until then, and comes back the day after unless paid.

        A hold that counts today is changed to that.

        Raises:
            InvalidValue: the reason, or a day that has passed or is more than `hold.LONGEST` ahead.
        """
        because = one_line(because, "because")
        if not self.today <= until <= self.today + LONGEST:
            raise InvalidValue(f"until: {until} can't be: give {self.today} (today) or a later day, at most a year ahead.")
        latest = next(reversed(self.holds.values()), None)
        if latest and latest.last_day >= self.today:
            hold = replace(latest, until=until, because=because, released_on=None)
        else:
            hold = Hold(number=len(self.holds) + 1, began_on=self.today, until=until, because=because)
        self.holds[hold.number] = hold
        self._tell_lifted(self._lift(), Reason.DELAYED)

    def release(self) -> None:
        """End the hold: collection goes on tomorrow.

        Raises:
            NotPossible: none is in force.
        """
        hold = self.hold
        if hold is None:
            raise NotPossible(f"Collection from {self.id} is not on hold: there is nothing to release.")
        self.holds[hold.number] = replace(hold, released_on=self.today)

    def commit(self, service: str, discount: Money, ends_on: date, penalty: Money | None = None) -> None:
        """Take `discount` off each charge of the service from today through `ends_on`.

        `penalty` is what ending that earlier costs; None: the discounts applied by then.

        Raises:
            InvalidValue: the discount, the penalty or the end.
            Unknown: the service has no fee.
            NotPossible: the service has a commitment already, or something is overdue.
        """
        self._check_commitment(service, discount, ends_on, penalty)
        commitment = Commitment(
            reference=_free("COM", self.commitments),
            service=service,
            discount=discount,
            started_on=self.today,
            ends_on=ends_on,
            applied=Money.zero(discount.currency),
            agreed_penalty=penalty,
        )
        self.commitments[commitment.reference] = commitment
        self.news.append(self.situation.of_commitment(events.CommitmentStarted, commitment))

    def cancel_commitment(self, reference: str) -> None:
        """End a commitment before its time; its penalty goes on the next invoice.

        Raises:
            Unknown: the customer has no such commitment.
            NotPossible: it doesn't bind any more.
        """
        commitment = self.commitments.get(reference)
        if commitment is None:
            raise Unknown(f"{self.id} has no commitment {reference!r}; he has {', '.join(self.commitments) or 'none'}.")
        if not commitment.active_on(self.today):
            ended_on = commitment.terminated_on or commitment.ends_on
            raise NotPossible(f"Commitment {reference} of {self.id} ended on {ended_on}: there is nothing to cancel.")
        self.terminate(commitment, Reason.CANCELLED_EARLY)

    def _check_commitment(self, service: str, discount: Money, ends_on: date, penalty: Money | None) -> None:
        fee = self.fees.get(service)
        if fee is None:
            raise Unknown(f"{self.id} has no fee for {service!r} to take a discount off: add the fee first.")
        check_amount(discount, self.customer.currency, "discount")
        if penalty is not None:
            check_amount(penalty, self.customer.currency, "penalty")
        if fee.amount < discount:
            raise InvalidValue(f"discount: {discount} is more than the fee of {fee.amount}.")
        if ends_on <= self.today:
            raise InvalidValue(f"ends_on: {ends_on} is not after today ({self.today}).")
        if any(c.service == service and c.active_on(self.today) for c in self.commitments.values()):
            raise NotPossible(f"{self.id} has a commitment for {service} already: cancel it, or let it end.")
        if self.overdue_invoices:
            raise NotPossible(f"{self.id} has {self.total_overdue} overdue: that is to be paid before a commitment starts.")

    # --- what people and the billing run do alike ---------------------------------------------------------------------

    def charge_fees(self) -> bool:
        """Turn the fees that have come due into charges; whether there were any."""
        due = [self.fees[service] for service in sorted(self.fees) if self.fees[service].next_charge_on <= self.today]
        for fee in due:
            self.charges.append(fee.line())
            self._take_discount_off(fee)
            self.fees[fee.service] = fee.charged()
        return bool(due)

    def issue(self, next_number: NextNumber) -> None:
        """Make an invoice of the charges that wait, and let credit settle it."""
        issued = Invoice(
            number=invoice_number(self.today.year, next_number(self.today.year)),
            issued_on=self.today,
            due_on=self.today + timedelta(days=self.policy.net_days),
            remind_on=self.policy.reminder(self.today),
            lines=tuple(self.charges),
            total=total_of((line.amount for line in self.charges), self.customer.currency),
            paid=Money.zero(self.customer.currency),
        )
        self.charges = []
        self.put(issued)
        self._spend(self.credit)
        issued = self.invoices[issued.number]
        self.news.append(self.situation.of_invoice(events.InvoiceGenerated, issued))
        self._tell_paid([issued])

    def restrict(self, status: CustomerStatus, kind: type[events.StatusFact]) -> None:
        """Limit or suspend the customer."""
        changes = self.collection.status_changes + 1
        self.collection = replace(self.collection, status=status, status_changes=changes)
        behind = self.overdue_invoices[0]
        self.news.append(self.situation.of_status(kind, str(changes), Reason.NON_PAYMENT, behind))

    def terminate(self, commitment: Commitment, reason: Reason) -> None:
        """End a commitment before its time; its penalty waits for the next invoice."""
        terminated = commitment.terminated(self.today)
        self.commitments[terminated.reference] = terminated
        if terminated.penalty:
            self.charges.append(terminated.penalty_line())
        self.news.append(self.situation.of_commitment(events.CommitmentTerminated, terminated, reason))

    def put(self, invoice: Invoice) -> Invoice:
        """Keep an invoice as it is now."""
        self.invoices[invoice.number] = invoice
        return invoice

    def _take_discount_off(self, fee: Fee) -> None:
        for commitment in list(self.commitments.values()):
            if commitment.service == fee.service and commitment.active_on(fee.next_charge_on):
                line = commitment.line()
                self.charges.append(line)
                self.commitments[commitment.reference] = commitment.granted(line)

    def _take_discounts_back(self, voided: Invoice) -> None:
        for line in voided.lines:
            commitment = self.commitments.get(line.commitment or "")
            if commitment is not None and commitment.terminated_on is None:
                self.commitments[commitment.reference] = commitment.taken_back(line)

    def _spend(self, money: Money) -> list[Invoice]:
        """Settle invoices and keep the rest as credit; the invoices that got some."""
        settled, self.credit = settle(self.outstanding_invoices, money)
        return [self.put(invoice) for invoice in settled]

    def _end_collection(self) -> CustomerStatus | None:
        """End collection if nothing overdue is left to collect; the status that this ends."""
        if self.collection.since is None or self.policy.collects(self.total_overdue):
            return None
        before = self.collection
        restricted = before.status is not CustomerStatus.ACTIVE
        self.collection = Collection(status_changes=before.status_changes + restricted)
        return before.status

    def _lift(self) -> CustomerStatus:
        """Make the customer active again while collection stays as far as it is; the status that this ends."""
        before = self.collection
        restricted = before.status is not CustomerStatus.ACTIVE
        self.collection = replace(before, status=CustomerStatus.ACTIVE, status_changes=before.status_changes + restricted)
        return before.status

    # --- what it tells ------------------------------------------------------------------------------------------------

    @property
    def situation(self) -> Situation:
        """What facts are told with now."""
        return Situation(self.as_of, self.customer, self.standing)

    def _tell_paid(self, invoices: Group[Invoice]) -> None:
        for invoice in invoices:
            if invoice.status is InvoiceStatus.PAID:
                self.news.append(self.situation.of_invoice(events.InvoicePaid, invoice))

    def _tell_lifted(self, status: CustomerStatus | None, reason: Reason) -> None:
        """Only what was in force is removed: a suspension took the place of a limit."""
        kind: type[events.StatusFact]
        match status:
            case CustomerStatus.LIMITED:
                kind = events.CustomerLimitRemoved
            case CustomerStatus.SUSPENDED:
                kind = events.CustomerSuspensionRemoved
            case _:
                return
        self.news.append(self.situation.of_status(kind, str(self.collection.status_changes), reason))

    def take_news(self) -> list[Occurrence]:
        """The facts since the last time, oldest first."""
        taken, self.news = self.news, []
        return taken


def _free(prefix: str, taken: Group[str]) -> str:
    """The first reference with that prefix that isn't taken."""
    return next(name for number in count(len(taken) + 1) if (name := f"{prefix}-{number}") not in taken)
