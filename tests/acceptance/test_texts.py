"""All seven events that customers are told of, by SMS and by e-mail, in two languages, as a real Odoo renders and sends them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from crm import Crm
from duebell.configuration.server import GLOBAL
from duebell.demo.odoo import OwnOdoo
from duebell.demo.patience import until
from duebell.demo.sandbox import Sandbox
from duebell.espf.envelope import Happening
from duebell.events import (
    Commitment,
    CommitmentTerminated,
    Customer,
    CustomerLimited,
    CustomerLimitRemoved,
    CustomerStatus,
    CustomerSuspended,
    CustomerSuspensionRemoved,
    Fact,
    Invoice,
    InvoiceGenerated,
    InvoiceOverdue,
    Reason,
    Standing,
)
from duebell.instance import Instance
from duebell.money import Money
from duebell.settings import Settings
from real_odoo import Cluster

C = "Example Telecom"
ENGLISH = {
    "invoice.generated": f"{C}: invoice INV-7 of $1,230.00: $1,230.00 is due by November 15, 2026.",
    "invoice.overdue": f"{C}: invoice INV-7 is overdue: $1,230.00 was due on November 15, 2026. Please pay it to keep your service.",
    "customer.limited": f"{C}: your service has been limited because invoice INV-7 is overdue. Pay $1,230.00 to lift the limit.",
    "customer.limit_removed": f"{C}: thank you, your payment has arrived. The limit on your service has been lifted.",
    "customer.suspended": f"{C}: your service has been blocked because invoice INV-7 is overdue. Pay $1,230.00 to restore it.",
    "customer.suspension_removed": f"{C}: thank you, your payment has arrived. Your service works again.",
    "commitment.terminated": f"{C}: your commitment for Internet ended early on November 3, 2026. The early cancellation penalty is $50.00.",
}
SPANISH = {
    "invoice.generated": f"{C}: factura INV-7 de 1.230,00 €: 1.230,00 € a pagar hasta el 15 de noviembre de 2026.",
    "invoice.overdue": f"{C}: la factura INV-7 ha vencido: quedan por pagar 1.230,00 € desde el 15 de noviembre de 2026. "
    "Pague, por favor, para conservar el servicio.",
    "customer.limited": f"{C}: su servicio se ha limitado porque la factura INV-7 ha vencido. Pague 1.230,00 € para recuperarlo por completo.",
    "customer.limit_removed": f"{C}: gracias, su pago ha llegado. Su servicio vuelve a funcionar sin restricciones.",
    "customer.suspended": f"{C}: su servicio se ha bloqueado porque la factura INV-7 ha vencido. Pague 1.230,00 € para recuperarlo.",
    "customer.suspension_removed": f"{C}: gracias, su pago ha llegado. Su servicio vuelve a funcionar.",
    "commitment.terminated": f"{C}: su compromiso de Internet ha terminado antes de plazo el 3 de noviembre de 2026. "
    "El cargo por cancelar antes de plazo es de 50,00 €.",
}
TEXTS = {("en-US", "USD"): ENGLISH, ("es-ES", "EUR"): SPANISH}
CASES = [(language, currency, type_) for (language, currency), texts in TEXTS.items() for type_ in texts]


def customer(language: str, type_: str) -> Customer:
    name = f"{type_.replace('.', '-').replace('_', '-')}-{language[:2]}"
    number = [f"{case[0]} {case[2]}" for case in CASES].index(f"{language} {type_}")
    return Customer(
        external_id=name,
        name=name,
        phone=f"+120255501{number:02}",
        email=f"{name}@example.com",
        language=language,
        time_zone="Europe/Madrid",
    )


def fact(language: str, currency: str, type_: str) -> Fact:
    def money(amount: str) -> Money:
        return Money(Decimal(amount), currency)

    invoice = Invoice(
        number="INV-7",
        issued_on=date(2026, 11, 1),
        due_on=date(2026, 11, 15),
        total=money("1230"),
        paid=money("0"),
        outstanding=money("1230"),
    )
    commitment = Commitment(
        reference="COM-1",
        service="Internet",
        started_on=date(2026, 1, 1),
        ends_on=date(2027, 1, 1),
        terminated_on=date(2026, 11, 3),
        penalty=money("50"),
    )
    statuses = {"customer.limited": CustomerStatus.LIMITED, "customer.suspended": CustomerStatus.SUSPENDED}
    owes = type_ in {"invoice.overdue", *statuses}
    overdue = money("1230" if owes else "0")
    standing = Standing(status=statuses.get(type_, CustomerStatus.ACTIVE), total_overdue=overdue, amount_to_restore=overdue)
    common = {"customer": customer(language, type_), "standing": standing}
    match type_:
        case "invoice.generated":
            return InvoiceGenerated(**common, invoice=invoice)
        case "invoice.overdue":
            return InvoiceOverdue(**common, invoice=invoice)
        case "customer.limited":
            return CustomerLimited(**common, reason=Reason.NON_PAYMENT, invoice=invoice)
        case "customer.suspended":
            return CustomerSuspended(**common, reason=Reason.NON_PAYMENT, invoice=invoice)
        case "customer.limit_removed":
            return CustomerLimitRemoved(**common, reason=Reason.PAID)
        case "customer.suspension_removed":
            return CustomerSuspensionRemoved(**common, reason=Reason.PAID)
        case _:
            return CommitmentTerminated(**common, commitment=commitment, reason=Reason.CANCELLED_EARLY)


@dataclass
class Told:
    """What came of the events: the phones, the mailbox and Odoo."""

    sandbox: Sandbox
    crm: Crm


@pytest.fixture(scope="module")
def told(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with (
        Sandbox(sender=C) as sandbox,
        OwnOdoo(cluster.installation.run, sandbox, database="test_texts") as odoo,
    ):
        asyncio.run(_tell(tmp_path_factory.mktemp("texts"), odoo, sandbox))
        key = cluster.create_api_key(odoo.database, login="admin", name="test", days=1)
        yield Told(sandbox, Crm(odoo.url, odoo.database, key))


async def _tell(data: Path, odoo: OwnOdoo, sandbox: Sandbox) -> None:
    instance = Instance(Settings(data=data))
    try:
        options = {"API_URL": odoo.url, "Database": odoo.database, "API_Access_Key": odoo.key}
        await instance.configuration(lambda server: server.type(GLOBAL, "OdooCRM", options))
        await instance.apply(GLOBAL, "OdooCRM", options)
        now = datetime.now(UTC)
        await instance.record(
            [
                Happening(
                    environment=GLOBAL,
                    source="test",
                    source_id=f"{language} {type_}",
                    company=None,
                    occurred_at=now,
                    fact=fact(language, currency, type_),
                )
                for language, currency, type_ in CASES
            ]
        )
        async with instance.dispatching():
            await asyncio.to_thread(until, lambda: sandbox.counts()["texts"] >= len(CASES), "the texts")
            await asyncio.to_thread(until, lambda: sandbox.mail_count() >= len(CASES), "the mails")
    finally:
        instance.close()


@pytest.mark.parametrize(("language", "currency", "type_"), CASES)
def test_the_phone_shows_the_event_in_the_customers_language_and_format(
    told: Told, language: str, currency: str, type_: str
) -> None:
    assert told.sandbox.texts(customer(language, type_).phone or "") == [TEXTS[language, currency][type_]]


@pytest.mark.parametrize(("language", "currency", "type_"), CASES)
def test_the_e_mail_says_the_same(told: Told, language: str, currency: str, type_: str) -> None:
    (mail,) = told.sandbox.mails(customer(language, type_).email or "")
    said = " ".join(mail["text"].split())
    # the sentences of the SMS, without the sender before them: an e-mail has him elsewhere
    sentences = TEXTS[language, currency][type_].partition(": ")[2]
    figures = [word.strip(".,:") for word in sentences.split() if any(letter.isdigit() for letter in word)]
    assert [figure for figure in figures if figure not in said] == []
    assert mail["subject"]


def test_the_status_is_visible_in_odoo(told: Told) -> None:
    rows = told.crm.search("duebell.customer", [], ["external_id", "stage"])
    stages = {row["external_id"]: row["stage"] for row in rows}
    assert {stages[customer(language, "invoice.overdue").external_id] for language in ("en-US", "es-ES")} == {"overdue"}
    assert {stages[customer(language, "customer.limited").external_id] for language in ("en-US", "es-ES")} == {"limited"}
    assert {stages[customer(language, "customer.suspended").external_id] for language in ("en-US", "es-ES")} == {"suspended"}
    assert {stages[customer(language, "invoice.generated").external_id] for language in ("en-US", "es-ES")} == {"due"}


def test_the_partner_has_the_customers_language(told: Told) -> None:
    partners = told.crm.search("res.partner", [("name", "like", "invoice-generated-")], ["name", "lang"], order="name")
    assert [(row["name"], row["lang"]) for row in partners] == [
        ("invoice-generated-en", "en_US"),
        ("invoice-generated-es", "es_ES"),
    ]
