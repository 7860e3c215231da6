"""The manual's story, in its own words, on a real Odoo 19 and a real PostgreSQL; only the mobile network is a stand-in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from crm import Crm
from duebell.demo.odoo import OwnOdoo
from duebell.demo.play import Seen
from duebell.demo.sandbox import Sandbox
from duebell.demo.stage import Stage
from duebell.demo.story import COMPANY, FIFTH, FOURTH, JOHN, PEOPLE, SECOND, STORY, THIRD, Person, Step
from real_odoo import Cluster


@pytest.fixture(scope="module")
def stage(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Everything that `make demo` brings up, on free ports."""
    with (
        Sandbox(sender=COMPANY) as sandbox,
        OwnOdoo(cluster.installation.run, sandbox, database="test_story") as odoo,
        Stage(tmp_path_factory.mktemp("story") / "demo", odoo, sandbox, print) as stage,
    ):
        stage.configure()
        *checks, end = stage.service.lines("/verify/Global/OdooCRM")
        assert end == {"passed": True, "applied": True, "kept": False}, [
            check for check in checks if check["result"] == "failed"
        ]
        stage.billing.begin()
        yield stage


@pytest.fixture(scope="module")
def steps() -> Sequence[Step]:
    return STORY


@pytest.mark.parametrize("number", range(len(STORY)), ids=[step.says for step in STORY])
def test_each_step_of_the_story_is_seen_on_the_phone_and_in_odoo(played: list[tuple[Step, list[Seen]]], number: int) -> None:
    _, seen = played[number]
    assert [one.wrong for one in seen if one.wrong] == []


def test_through_an_outage_and_a_kill_everything_arrives_once(stage: Stage, played: object) -> None:
    expected = sum(told.sms is not None for step in STORY for told in step.told)
    counts = stage.sandbox.counts()
    assert (counts["texts"], counts["uuids"], counts["repeated"], counts["doubled"]) == (expected, expected, 0, 0)


@pytest.mark.parametrize("person", PEOPLE, ids=[person.name for person in PEOPLE])
def test_each_customers_timeline_in_odoo_is_in_billings_order(
    stage: Stage, crm: Crm, played: object, person: Person
) -> None:
    recorded = [(row["type"], row["sequence"]) for row in stage.service.events_of(person)]
    in_odoo = crm.search("duebell.event", [("customer_id.external_id", "=", person.id)], ["type", "sequence"], order="id")
    assert [(row["type"], int(row["sequence"])) for row in in_odoo] == recorded
    assert [sequence for _, sequence in recorded] == list(range(1, len(recorded) + 1))


def test_a_notice_whose_invoice_was_paid_during_the_outage_is_marked_superseded_and_reaches_no_phone(
    stage: Stage, crm: Crm, played: object
) -> None:
    (overdue,) = [row for row in stage.service.events_of(FIFTH) if row["type"] == "invoice.overdue"]
    event = stage.service.event(overdue["id"])
    (owed,) = event["provisionings"]
    (paid,) = [row for row in stage.service.events_of(FIFTH) if row["type"] == "invoice.paid"]
    assert owed["superseded_by"] == paid["id"]
    assert event["messages"] == []
    assert not [text for text in stage.sandbox.texts(FIFTH.phone) if "overdue" in text]
    (partner,) = crm.search("res.partner", [("name", "=", FIFTH.name)], ["id"])
    notes = crm.search("mail.message", [("model", "=", "res.partner"), ("res_id", "=", partner["id"])], ["body"])
    assert [note for note in notes if "Not sent: paid" in note["body"]]


def test_in_odoo_each_customer_is_a_partner_with_its_billing_customer_and_a_visible_status(crm: Crm, played: object) -> None:
    fields = ["external_id", "stage", "partner_id"]
    rows = crm.search("duebell.customer", [], fields, order="external_id")
    stages = {row["external_id"]: row["stage"] for row in rows}
    paid = dict.fromkeys([SECOND.id, FOURTH.id, FIFTH.id], "current")
    assert stages == paid | dict.fromkeys([JOHN.id, THIRD.id], "restored")
    assert {row["partner_id"][1] for row in rows} == {person.name for person in PEOPLE}


def test_each_message_ends_delivered_in_odoo_and_on_the_billing_side(
    crm: Crm, played: list[tuple[Step, list[Seen]]]
) -> None:
    in_odoo = crm.search("duebell.message", [], ["channel", "state"], order="id")
    assert {(row["channel"], row["state"]) for row in in_odoo} == {("sms", "delivered"), ("email", "sent")}
    told = [one for _, seen in played for one in seen if one.told.sms]
    for one in told:
        states = {message["channel"]: message["state"] for message in one.event["messages"]}
        assert states == {"sms": "delivered", "email": "sent"}


def test_each_sms_has_its_e_mail(stage: Stage, played: list[tuple[Step, list[Seen]]]) -> None:
    for person in PEOPLE:
        texts = [one for _, seen in played for one in seen if one.told.person is person and one.told.sms]
        mails = stage.sandbox.mails(person.email)
        assert len(mails) == len(texts)
        assert all(COMPANY in mail["text"] or COMPANY in mail["subject"] for mail in mails)
