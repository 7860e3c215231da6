"""The manual's story, and what each step must lead to: the texts are what the phones have to show, word for word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from babel.dates import format_date

COMPANY = "Example Telecom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer of the story. `fee` is monthly, for the Internet service, in `currency`."""

    id: str
    name: str
    phone: str
    email: str
    language: str = "en-US"
    time_zone: str = "America/New_York"
    currency: str = "USD"
    customer_class: str = "standard"
    fee: str = "30.00"

    def day(self, iso: str | None) -> str:
        """A calendar day as the customer's texts have it."""
        return "" if iso is None else format_date(date.fromisoformat(iso), "long", locale=self.language.replace("-", "_"))


JOHN = Person(id="john-doe", name="John Doe", phone="+12025550101", email="john.doe@example.com")
SECOND = Person(id="customer-2", name="Second Customer", phone="+12025550102", email="second@example.com")
THIRD = Person(
    id="customer-3",
    name="Tercer Cliente",
    phone="+12025550103",
    email="tercero@example.com",
    language="es-ES",
    time_zone="Europe/Madrid",
    currency="EUR",
    customer_class="limited-first",
)
FOURTH = Person(id="customer-4", name="Fourth Customer", phone="+12025550104", email="fourth@example.com", fee="35.00")
FIFTH = Person(id="customer-5", name="Fifth Customer", phone="+12025550105", email="fifth@example.com")
PEOPLE = (JOHN, SECOND, THIRD, FOURTH, FIFTH)


class Billing(Protocol):
    """Embedded billing as the story uses it: the command line's `duebell billing …`. Days are billing's."""

    def add(self, person: Person) -> None: ...
    def commit(self, person: Person, *, discount: str, months: int, penalty: str) -> None: ...
    def invoice(self, person: Person) -> None: ...
    def pay(self, person: Person, amount: str) -> None: ...
    def cancel_commitment(self, person: Person) -> None: ...
    def advance(self, days: int) -> None: ...


class World(Protocol):
    """Billing, and what may be disturbed; where that isn't ours to disturb, it goes on."""

    @property
    def billing(self) -> Billing: ...

    def odoo_stopped(self) -> AbstractContextManager[None]:
        """Odoo is down for the length of the block."""

    def kill_service_in_mid_call(self, meanwhile: Callable[[], None]) -> None:
        """End the service with `kill -9` while the call that `meanwhile` leads to is out, and start it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an event of a customer must lead to: this SMS once, or no message at all when `sms` is None.

    `undisturbed` is the SMS where Odoo isn't ours to stop, if that changes it.
    """

    person: Person
    type: str
    sms: str | None
    undisturbed: str | None = None

    def text(self, data: dict[str, Any], *, disturbed: bool) -> str | None:
        """The SMS for the event's own data: numbers and days are the event's, amounts the story's."""
        sms = self.sms if disturbed else self.undisturbed or self.sms
        if sms is None:
            return None
        invoice, commitment = data.get("invoice", {}), data.get("commitment", {})
        return sms.format(
            number=invoice.get("number"),
            due=self.person.day(invoice.get("due_on")),
            ended=self.person.day(commitment.get("terminated_on")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what happens, in words; doing it; what must come of it."""

    says: str
    do: Callable[[World], None]
    told: Sequence[Told] = ()

    def from_portabilling(self) -> Step:
        """The step as PortaBilling tells of it."""
        return replace(self, told=[told for told in self.told if told.type not in UNAVAILABLE])


UNAVAILABLE = {"payment.received", "commitment.started"}
"""What PortaBilling tells nobody: see docs/portabilling.md."""

INVOICED = f"{COMPANY}: invoice {{number}} of $30.00: $30.00 is due by {{due}}."
INVOICED_ES = f"{COMPANY}: factura {{number}} de 30,00 €: 30,00 € a pagar hasta el {{due}}."
OVERDUE = f"{COMPANY}: invoice {{number}} is overdue: $30.00 was due on {{due}}. Please pay it to keep your service."
OVERDUE_ES = (
    f"{COMPANY}: la factura {{number}} ha vencido: quedan por pagar 30,00 € desde el {{due}}. "
    "Pague, por favor, para conservar el servicio."
)
OVERDUE_PARTIALLY = (
    f"{COMPANY}: invoice {{number}} is overdue and partially paid: $20.00 of $30.00 remaining, due since {{due}}. "
    "Please pay it to keep your service."
)
LIMITED_ES = f"{COMPANY}: su servicio se ha limitado porque la factura {{number}} ha vencido. Pague 30,00 € para recuperarlo por completo."
LIMIT_REMOVED_ES = f"{COMPANY}: gracias, su pago ha llegado. Su servicio vuelve a funcionar sin restricciones."
SUSPENDED = f"{COMPANY}: your service has been blocked because invoice {{number}} is overdue. Pay $30.00 to restore it."
RESTORED = f"{COMPANY}: thank you, your payment has arrived. Your service works again."
COMMITMENT_ENDED = (
    f"{COMPANY}: your commitment for Internet ended early on {{ended}}. The early cancellation penalty is $50.00."
)


# --- the acts ----------------------------------------------------------------------------------------------------------


def _everyone_is_invoiced(world: World) -> None:
    for person in PEOPLE:
        world.billing.add(person)
    world.billing.commit(FOURTH, discount="5.00", months=12, penalty="50.00")
    for person in PEOPLE:
        world.billing.invoice(person)


def _fourth_leaves(world: World) -> None:
    world.billing.advance(3)
    world.billing.pay(FOURTH, "30.00")
    world.billing.cancel_commitment(FOURTH)


def _second_pays_a_part(world: World) -> None:
    world.billing.advance(7)
    world.billing.pay(SECOND, "10.00")


def _due_date_passes(world: World) -> None:
    with world.odoo_stopped():
        world.billing.advance(5)
        world.billing.pay(FIFTH, "30.00")


def _second_pays_the_rest(world: World) -> None:
    world.billing.pay(SECOND, "20.00")


def _third_is_limited(world: World) -> None:
    world.billing.advance(4)


def _third_pays(world: World) -> None:
    world.billing.pay(THIRD, "30.00")


def _john_is_suspended(world: World) -> None:
    world.kill_service_in_mid_call(lambda: world.billing.advance(2))


def _john_pays(world: World) -> None:
    world.billing.advance(1)
    world.billing.pay(JOHN, "30.00")


STORY: Sequence[Step] = (
    Step(
        says="Five customers have Internet for 30 a month, one of them with a commitment. Their monthly invoices are generated.",
        do=_everyone_is_invoiced,
        told=[
            *(Told(person=person, type="invoice.generated", sms=INVOICED) for person in (JOHN, SECOND, FIFTH)),
            Told(person=THIRD, type="invoice.generated", sms=INVOICED_ES),
            Told(person=FOURTH, type="invoice.generated", sms=INVOICED),
            Told(person=FOURTH, type="commitment.started", sms=None),
        ],
    ),
    Step(
        says="The fourth customer pays, and leaves before the commitment ends: the early cancellation has a penalty.",
        do=_fourth_leaves,
        told=[
            Told(person=FOURTH, type="payment.received", sms=None),
            Told(person=FOURTH, type="invoice.paid", sms=None),
            Told(person=FOURTH, type="commitment.terminated", sms=COMMITMENT_ENDED),
        ],
    ),
    Step(
        says="The second customer pays 10 of his 30.",
        do=_second_pays_a_part,
        told=[Told(person=SECOND, type="payment.received", sms=None)],
    ),
    Step(
        says="Odoo is stopped. Meanwhile the due date passes: four customers are overdue. The fifth pays before Odoo is back.",
        do=_due_date_passes,
        told=[
            Told(person=JOHN, type="invoice.overdue", sms=OVERDUE),
            Told(person=SECOND, type="invoice.overdue", sms=OVERDUE_PARTIALLY),
            Told(person=THIRD, type="invoice.overdue", sms=OVERDUE_ES),
            Told(person=FIFTH, type="invoice.overdue", sms=None, undisturbed=OVERDUE),
            Told(person=FIFTH, type="payment.received", sms=None),
            Told(person=FIFTH, type="invoice.paid", sms=None),
        ],
    ),
    Step(
        says="The second customer pays the rest.",
        do=_second_pays_the_rest,
        told=[Told(person=SECOND, type="invoice.paid", sms=None)],
    ),
    Step(
        says="The third customer still hasn't paid: his service is limited.",
        do=_third_is_limited,
        told=[Told(person=THIRD, type="customer.limited", sms=LIMITED_ES)],
    ),
    Step(
        says="He pays: the limit is removed.",
        do=_third_pays,
        told=[Told(person=THIRD, type="customer.limit_removed", sms=LIMIT_REMOVED_ES)],
    ),
    Step(
        says="John Doe is suspended for non-payment. In mid-call to Odoo the service is killed (kill -9), then started again.",
        do=_john_is_suspended,
        told=[Told(person=JOHN, type="customer.suspended", sms=SUSPENDED)],
    ),
    Step(
        says="John pays: his service works again.",
        do=_john_pays,
        told=[
            Told(person=JOHN, type="invoice.paid", sms=None),
            Told(person=JOHN, type="customer.suspension_removed", sms=RESTORED),
        ],
    ),
)
