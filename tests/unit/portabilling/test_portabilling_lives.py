"""Random lives of a customer, read now and then: what was told always leads to how he stands, and tells nothing else."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pydantic import TypeAdapter
from watched import LADDER, MADRID, a_raw, november, the_options, usd

from duebell.events import InvoiceFact, StatusFact
from duebell.portabilling.known import Known, Told
from duebell.portabilling.meaning import meaning
from duebell.portabilling.next_look import next_look_at
from duebell.portabilling.raw import RawEvent
from duebell.portabilling.reading import customer_reading, invoice_reading
from duebell.portabilling.readings import Reading

KNOWN = TypeAdapter(Known)
ZONE = ZoneInfo(MADRID)
TOTAL = Decimal(30)
OPEN, PAID, VOIDED, OVERDUE = "invoice.generated", "invoice.paid", "invoice.voided", "invoice.overdue"
STATUS_TOLD = {
    "customer.limited": "limited",
    "customer.suspended": "suspended",
    "customer.limit_removed": "active",
    "customer.suspension_removed": "active",
    "customer.terminated": "closed",
}
STATUS_SHOWN = {"active": "active", "delayed": "active", "limited": "limited", "suspended": "suspended", "closed": "closed"}
ANSWERED = {
    "active": {"bill_status": "O"},
    "delayed": {"bill_status": "O", "bill_suspension_delayed": "Y"},
    "limited": {"bill_status": "O", "status": "limited"},
    "suspended": {"bill_status": "S"},
    "closed": {"bill_status": "C"},
    "blocked": {"bill_status": "O", "blocked": 1},
}


@dataclass
class LivedInvoice:
    """An invoice as PortaBilling has it. `left_alone` is the word for which nobody is told anything while it stands."""

    i_invoice: str
    issued_at: datetime
    due_on: str
    paid: Decimal = Decimal(0)
    is_overdue: bool = False
    is_voided: bool = False
    left_alone: str | None = None

    @property
    def is_open(self) -> bool:
        return not self.is_voided and self.paid < TOTAL

    @property
    def told_as(self) -> str:
        """The event that has to be the last one about it."""
        if self.is_voided:
            return VOIDED
        if not self.is_open:
            return PAID
        return OVERDUE if self.is_overdue else OPEN

    def answer(self, *, says_partly: bool) -> dict[str, object]:
        word = {VOIDED: "do not pay", PAID: "Paid", OVERDUE: "OVERDUE", OPEN: "Unpaid"}[self.told_as]
        if self.paid and self.is_open and (says_partly or not self.is_overdue):
            word = "partially_paid"
        return {
            "i_invoice": int(self.i_invoice),
            "invoice_number": f"No {self.i_invoice}",
            "issue_date": str(self.issued_at.astimezone(ZONE).date()),
            "due_date": self.due_on,
            "amount_net": f"{TOTAL:.5f}",
            "amount_paid": f"{self.paid:.5f}",
            "status": self.left_alone or word,
        }


class OneLife(RuleBasedStateMachine):
    """Things happen to a customer, and now and then somebody reads him."""

    def __init__(self) -> None:
        super().__init__()
        self.now = november(1)
        self.invoices: list[LivedInvoice] = []
        self.condition = "active"
        self.causes: list[RawEvent] = []
        self.known = Known()
        self.told: list[Told] = []
        self.stood: dict[str, str] = {}
        """What was the last event about each invoice when it was last read, and read to be told of."""
        self.status = "active"
        self.options = the_options(Collection_Ladder=LADDER, Time_Zones=f"*={MADRID}")

    @initialize()
    def he_is_first_read(self) -> None:
        self.look(data=None)

    # --- what happens -------------------------------------------------------------------------------------------------

    @rule(hours=st.integers(1, 96))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self._lateness_is_found()

    @rule(days=st.integers(1, 14), word=st.sampled_from([None, None, "under review", "do not collect"]))
    def an_invoice_is_issued(self, days: int, word: str | None) -> None:
        due_on = (self.now + timedelta(days=days)).date()
        self.invoices.append(LivedInvoice(str(len(self.invoices) + 1), self.now, str(due_on), left_alone=word))
        self._cause("Invoice/New", self.invoices[-1])

    @precondition(lambda self: self.of("is_open"))
    @rule(data=st.data(), euros=st.sampled_from([1, 10, 30]))
    def he_pays(self, data: st.DataObject, euros: int) -> None:
        invoice = data.draw(st.sampled_from(self.of("is_open")))
        invoice.paid = min(TOTAL, invoice.paid + euros)
        self._lateness_is_found()
        self._cause("Invoice/AmountPaid/Changed", invoice)

    @precondition(lambda self: self.of("paid"))
    @rule(data=st.data())
    def a_payment_is_taken_back(self, data: st.DataObject) -> None:
        invoice = data.draw(st.sampled_from(self.of("paid")))
        invoice.paid = Decimal(0)
        self._cause("Invoice/Updated", invoice)

    @precondition(lambda self: self.of("is_open"))
    @rule(data=st.data())
    def one_is_overdue(self, data: st.DataObject) -> None:
        invoice = data.draw(st.sampled_from(self.of("is_open")))
        self.now = max(self.now, datetime.fromisoformat(f"{invoice.due_on} 23:30:00+00:00") + timedelta(days=1))
        invoice.is_overdue = True
        self._lateness_is_found()
        self._cause("Invoice/Status/Changed", invoice)

    @precondition(lambda self: self.invoices)
    @rule(data=st.data(), word=st.sampled_from([None, "under review", "do not collect"]))
    def it_is_reviewed_or_released(self, data: st.DataObject, word: str | None) -> None:
        data.draw(st.sampled_from(self.invoices)).left_alone = word

    @precondition(lambda self: self.of("is_open"))
    @rule(data=st.data())
    def one_is_withdrawn(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.of("is_open"))).is_voided = True

    @precondition(lambda self: self.condition != "closed")  # nothing is told of one who comes back
    @rule(condition=st.sampled_from(sorted(ANSWERED)))
    def the_status_changes(self, condition: str) -> None:
        self.condition = condition
        self.causes.append(a_raw("Customer/Status/Changed", self.now))

    # --- what is read -------------------------------------------------------------------------------------------------

    @rule(data=st.data())
    def somebody_looks(self, data: st.DataObject) -> None:
        self.look(data)

    @rule(data=st.data())
    def somebody_looks_twice(self, data: st.DataObject) -> None:
        self.look(data)
        assert not self.look(data)

    def look(self, data: st.DataObject | None) -> list[Told]:
        """Read all of him, for some of the events that came since."""
        causes = [cause for cause in self.causes if data and data.draw(st.booleans())]
        customer = customer_reading(
            {"i_customer": "5", "name": "c", "iso_4217": "USD", "i_time_zone": 1, **ANSWERED[self.condition]}, self.options
        )
        answers = [one.answer(says_partly=bool(data and data.draw(st.booleans()))) for one in self.invoices]
        invoices = [invoice_reading(answer, customer, self.options) for answer in answers]
        reading = Reading(began_at=self.now, customer=customer, invoices=invoices)
        meant = meaning(self.known, reading, causes, self.now, self.options)
        self.known = KNOWN.validate_json(KNOWN.dump_json(meant.known))
        self.told += meant.facts
        self.stood |= {one.i_invoice: one.told_as for one in self.invoices if not one.left_alone}
        self.status = STATUS_SHOWN.get(self.condition, self.status)
        self.causes.clear()
        self.judge(list(meant.facts))
        return list(meant.facts)

    def judge(self, facts: list[Told]) -> None:
        """Whatever is told holds at this very moment, but for what leads there."""
        lived = {f"No {one.i_invoice}": one for one in self.invoices}
        for place, told in enumerate(facts):
            assert told.occurred_at <= self.now
            later = [one.fact for one in facts[place + 1 :]]
            match told.fact:
                case InvoiceFact() as fact:
                    assert lived[fact.invoice.number].left_alone is None
                    if not any(isinstance(one, InvoiceFact) and one.invoice == fact.invoice for one in later):
                        expected = {lived[fact.invoice.number].told_as}
                        assert fact.type in expected | ({"invoice.due_soon"} if OPEN in expected else set())
                case StatusFact() as fact if fact.type in STATUS_TOLD:
                    if not any(one.type in STATUS_TOLD for one in later):
                        assert STATUS_TOLD[fact.type] == STATUS_SHOWN[self.condition]
                case StatusFact() as fact:
                    assert fact.effective_on is not None
                    assert fact.effective_on > self.now.astimezone(ZONE).date()
                    assert fact.standing.total_overdue
            owed = [TOTAL - one.paid for one in self.invoices if one.told_as == OVERDUE and not one.left_alone]
            assert told.fact.standing.total_overdue == usd(str(sum(owed, Decimal(0))))

    # --- the laws -----------------------------------------------------------------------------------------------------

    @invariant()
    def what_was_told_leads_to_how_each_invoice_stands(self) -> None:
        for i_invoice, stood in self.stood.items():
            told = self._types(i_invoice)
            assert (told[-1:] or [VOIDED]) == [stood], "one that was withdrawn before anybody was told tells nobody"

    @invariant()
    def what_was_told_leads_to_the_customers_status(self) -> None:
        told = "active"
        for one in self.told:
            if one.fact.type in STATUS_TOLD:
                assert STATUS_TOLD[one.fact.type] != told
                told = STATUS_TOLD[one.fact.type]
        assert told == self.status

    @invariant()
    def nothing_is_told_twice(self) -> None:
        assert len({told.source_id for told in self.told}) == len(self.told)
        for invoice in self.invoices:
            types = self._types(invoice.i_invoice)
            assert all(earlier != later for earlier, later in pairwise(types))
            assert types[:1] in ([], [OPEN])

    @invariant()
    def the_next_look_is_ahead(self) -> None:
        at = next_look_at(self.known, self.options)
        assert at is None or self.known.customer is None or at > self.known.customer.read_at

    def of(self, what: str) -> list[LivedInvoice]:
        return [invoice for invoice in self.invoices if getattr(invoice, what) and not invoice.is_voided]

    def _types(self, i_invoice: str) -> list[str]:
        """What was told of it, but for reminders, which change nothing."""
        facts = [told.fact for told in self.told if isinstance(told.fact, InvoiceFact)]
        return [f.type for f in facts if f.invoice.number == f"No {i_invoice}" and f.type != "invoice.due_soon"]

    def _lateness_is_found(self) -> None:
        """PortaBilling may not say of a partly paid invoice that it is late; from the second day on it is all the same."""
        for invoice in self.of("is_open"):
            late_on = date.fromisoformat(invoice.due_on) + timedelta(days=2)
            invoice.is_overdue |= bool(invoice.paid) and self.now.astimezone(ZONE).date() >= late_on

    def _cause(self, type_: str, invoice: LivedInvoice) -> None:
        self.causes.append(a_raw(type_, self.now, i_invoice=invoice.i_invoice))


OneLife.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestOneLife = OneLife.TestCase
