"""Laws that hold whatever is done in whatever order: money is conserved, and what was told agrees with what is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise

from books import john_doe
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from duebell.billing.account import Account
from duebell.billing.billing import Billing
from duebell.billing.invoice import InvoiceStatus, total_of
from duebell.billing.ledger import MemoryLedger
from duebell.espf.envelope import Happening
from duebell.events import CommitmentTerminated, CustomerStatus, Fact, InvoiceFact, PaymentFact, Reason
from duebell.money import Money

WHO = "john-doe"
amounts = st.integers(1, 20_000).map(lambda cents: Money(Decimal(cents).scaleb(-2), "USD"))
ZERO = Money.zero("USD")


CHANGES = {
    "customer.limited": ({CustomerStatus.ACTIVE}, CustomerStatus.LIMITED),
    "customer.suspended": ({CustomerStatus.ACTIVE, CustomerStatus.LIMITED}, CustomerStatus.SUSPENDED),
    "customer.limit_removed": ({CustomerStatus.LIMITED}, CustomerStatus.ACTIVE),
    "customer.suspension_removed": ({CustomerStatus.SUSPENDED}, CustomerStatus.ACTIVE),
}
"""From which statuses an event leads to which."""
COLLECTING = {"invoice.overdue", "customer.suspension_warning", "customer.limited", "customer.suspended"}


def collects(fact: Fact) -> bool:
    """Whether it comes of collection, which a hold stops."""
    if isinstance(fact, CommitmentTerminated):
        return fact.reason is Reason.NON_PAYMENT
    return fact.type in COLLECTING


class OneCustomer(RuleBasedStateMachine):
    """Anything that can be done to one customer, and days between."""

    @initialize(
        zone=st.sampled_from(["America/New_York", "Asia/Tokyo"]),
        customer_class=st.sampled_from(["standard", "limited-first", "patient", "charged"]),
        days=st.integers(0, 1100),
        fee=amounts,
    )
    def begin(self, zone: str, customer_class: str, days: int, fee: Money) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=days)
        self.happenings: list[Happening] = []
        self.charged = ZERO
        self.received = ZERO
        self.billing = Billing(MemoryLedger(), self.happenings.extend, lambda: self.now, "Global")
        self.billing.add_customer(john_doe(time_zone=zone, customer_class=customer_class))
        self.billing.add_fee(WHO, "Internet", fee)

    @rule(hours=st.integers(1, 24 * 45))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.billing.run()

    @rule(amount=amounts, now=st.booleans())
    def a_charge(self, amount: Money, now: bool) -> None:
        self.billing.charge(WHO, "a thing", amount, invoice_now=now)

    @rule(amount=amounts)
    def a_payment(self, amount: Money) -> None:
        self.billing.pay(WHO, amount)
        self.received += amount

    @precondition(lambda self: self.account.total_overdue)
    @rule()
    def all_that_is_overdue_is_paid(self) -> None:
        self.a_payment(self.account.total_overdue)

    @precondition(lambda self: any(not i.voided_on for i in self.account.invoices.values()))
    @rule(data=st.data())
    def an_invoice_is_voided(self, data: st.DataObject) -> None:
        standing = [i.number for i in self.account.invoices.values() if not i.voided_on]
        self.billing.void(WHO, data.draw(st.sampled_from(standing)))

    @precondition(lambda self: not self.account.overdue_invoices and not self.committed)
    @rule(days=st.integers(1, 90), share=st.integers(1, 100))
    def a_commitment(self, days: int, share: int) -> None:
        self.billing.run()
        if self.account.overdue_invoices:
            return
        cents = max(1, self.account.fees["Internet"].amount.minor * share // 100)
        self.billing.commit(WHO, "Internet", Money.from_minor(cents, "USD"), self.today + timedelta(days=days))

    @precondition(lambda self: self.committed)
    @rule()
    def a_commitment_is_cancelled(self) -> None:
        (bound,) = self.committed
        self.billing.cancel_commitment(WHO, bound)

    @rule(days=st.integers(0, 40))
    def a_hold(self, days: int) -> None:
        self.billing.put_on_hold(WHO, self.today + timedelta(days=days), "asked for it")
        assert self.account.collection.status is CustomerStatus.ACTIVE

    @precondition(lambda self: self.account.hold)
    @rule()
    def a_release(self) -> None:
        self.billing.run()
        if self.account.hold and self.account.hold.in_force(self.today):
            self.billing.release(WHO)

    @property
    def account(self) -> Account:
        return self.billing.customer(WHO)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.account.customer.zone).date()

    @property
    def committed(self) -> list[str]:
        return [c.reference for c in self.account.commitments.values() if c.active_on(self.today)]

    # --- the laws -----------------------------------------------------------------------------------------------------

    @invariant()
    def money_is_conserved(self) -> None:
        account = self.account
        invoices = account.invoices.values()
        valid = [invoice for invoice in invoices if not invoice.voided_on]
        applied = total_of((invoice.paid for invoice in invoices), "USD")
        assert self.received == applied + account.credit
        assert total_of((i.total for i in valid), "USD") == applied + account.total_outstanding
        assert all(invoice.total == total_of((line.amount for line in invoice.lines), "USD") for invoice in invoices)
        assert all(ZERO <= invoice.outstanding <= invoice.total for invoice in invoices)
        assert account.credit.amount >= 0
        assert not (account.credit and account.total_outstanding), "credit is spent before anything stays owed"

    @invariant()
    def the_oldest_is_paid_first(self) -> None:
        owing = False
        for invoice in sorted(self.account.invoices.values(), key=lambda invoice: invoice.age):
            if not invoice.voided_on and invoice.total:
                assert not (owing and invoice.paid), "an older one is still owed"
                owing = owing or bool(invoice.outstanding)

    @invariant()
    def numbers_have_no_gaps(self) -> None:
        for year in {invoice.issued_on.year for invoice in self.account.invoices.values()}:
            numbers = sorted(number for number in self.account.invoices if f"-{year}-" in number)
            assert numbers == [f"INV-{year}-{count:06d}" for count in range(1, len(numbers) + 1)]

    @invariant()
    def what_was_told_of_invoices_agrees_with_what_they_are(self) -> None:
        told: dict[str, list[str]] = {}
        for happening in self.happenings:
            if isinstance(happening.fact, InvoiceFact):
                told.setdefault(happening.fact.invoice.number, []).append(happening.fact.type)
        for number, invoice in self.account.invoices.items():
            types = told[number]
            assert len(set(types)) == len(types), "each is told once"
            assert types[0] == "invoice.generated"
            assert ("invoice.voided" in types) == (invoice.status is InvoiceStatus.VOIDED)
            assert ("invoice.overdue" in types) == (invoice.overdue_on is not None)
            if invoice.status is InvoiceStatus.PAID:
                assert types[-1] == "invoice.paid"
            elif invoice.status is not InvoiceStatus.VOIDED:
                assert "invoice.paid" not in types

    @invariant()
    def what_was_told_of_the_status_leads_from_one_to_the_next(self) -> None:
        told = CustomerStatus.ACTIVE
        for _, of_one_moment in groupby(self.happenings, key=lambda happening: happening.occurred_at):
            for happening in of_one_moment:
                if happening.fact.type in CHANGES:
                    before, after = CHANGES[happening.fact.type]
                    assert told in before
                    told = after
            assert happening.fact.standing.status is told
        assert told is self.account.collection.status

    @invariant()
    def nothing_is_collected_while_a_hold_holds(self) -> None:
        zone = self.account.customer.zone
        collected_on = {h.occurred_at.astimezone(zone).date() for h in self.happenings if collects(h.fact)}
        for hold in self.account.holds.values():
            assert not [day for day in collected_on if hold.began_on < day <= hold.last_day]

    @invariant()
    def holds_do_not_overlap(self) -> None:
        holds = list(self.account.holds.values())
        assert all(hold.began_on <= hold.last_day <= hold.until for hold in holds)
        assert all(one.last_day < next_one.began_on for one, next_one in pairwise(holds))

    @invariant()
    def what_comes_next_is_still_to_come(self) -> None:
        next_on = self.account.standing.next_step_on
        assert next_on is None or next_on >= self.account.today

    @invariant()
    def snapshots_are_complete_and_consistent(self) -> None:
        for happening in self.happenings:
            standing = happening.fact.standing
            restricted = standing.status is not CustomerStatus.ACTIVE
            assert standing.amount_to_restore == (standing.total_overdue if restricted else ZERO)
            assert (standing.next_step is None) == (standing.next_step_on is None)

    @invariant()
    def every_payment_is_told(self) -> None:
        payments = [h.fact.payment.amount for h in self.happenings if isinstance(h.fact, PaymentFact)]
        assert total_of(payments, "USD") == self.received

    @invariant()
    def events_are_in_order_and_have_names_of_their_own(self) -> None:
        moments = [happening.occurred_at for happening in self.happenings]
        assert moments == sorted(moments)
        assert len({happening.id for happening in self.happenings}) == len(self.happenings)


OneCustomer.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestOneCustomer = OneCustomer.TestCase
