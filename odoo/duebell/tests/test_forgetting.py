# SPDX-License-Identifier: LGPL-3.0-only
"""A customer who is to be forgotten: nothing tells who it was any more; ids, amounts and dates stay."""

from typing import Any

from odoo.tests import tagged

from .common import BillingCase, Json, a_customer, a_standing, an_entry, an_invoice, replayed, usd

PERSONAL = (
    *("John", "Doe", "2025550123", "john@example.com", "Doe Ltd", "ES12345"),
    *("Jane Doe", "Visa", "invoice-link", "New_York"),
)


def someone(**changes: Any) -> Json:
    known = {"company_name": "Doe Ltd", "vat_number": "ES12345", "invoice_contact": "Jane Doe", **changes}
    return a_customer(**known)


def an_overdue_notice(**changes: Any) -> Json:
    return an_entry(
        "invoice.overdue",
        customer=someone(**changes),
        standing=a_standing(total_overdue=usd("30.00"), payment_method="Visa 4242"),
        invoice=an_invoice(link="https://example.com/invoice-link", pay_link="https://example.com/invoice-link"),
    )


@tagged("post_install", "-at_install")
class TestForgetting(BillingCase):
    def forget(self, external_id: str = "john-doe") -> Json:
        return self.billing.forget(environment="Global", external_id=external_id)

    def traces(self) -> set[tuple[str, str]]:
        """Each row of the database, whatever its model, in which something of the person stands."""
        self.env.flush_all()
        tables = "SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
        self.env.cr.execute(f"{tables} AND table_schema = 'public'")
        found = set()
        for (table,) in self.env.cr.fetchall():
            self.env.cr.execute(f'SELECT t::text FROM "{table}" t WHERE t::text ~ %s', ["|".join(PERSONAL)])
            found |= {(table, row) for (row,) in self.env.cr.fetchall()}
        return found

    def setUp(self) -> None:
        super().setUp()
        self.before = self.traces()

    def left(self) -> set[tuple[str, str]]:
        return self.traces() - self.before

    def test_nothing_in_the_database_tells_who_it_was(self):
        # given messages that left, wait and failed
        sent, waiting = an_overdue_notice(), an_overdue_notice()
        failed = an_overdue_notice(phone="+1 2025550123 ext. none", email="john@example.com@example.com")
        self.released(sent)
        self.tell(waiting, failed)
        written = {"duebell_customer", "duebell_event", "duebell_message", "mail_message", "res_partner", "sms_sms"}
        self.assertLess(written, {table for table, _row in self.left()})
        answer = self.forget()
        self.assertEqual(self.left(), set())
        self.assertEqual((answer["found"], answer["events"], answer["messages"]), (True, 3, 6))
        self.assertRegex(answer["left"][0], r"/odoo/contacts/\d+ was emptied of what billing had written")

    def test_ids_amounts_and_dates_stay(self):
        entry = an_overdue_notice()
        self.tell(entry)
        note = self.note(entry)
        self.forget()
        event, customer = self.event(entry), self.customer()
        self.assertEqual(
            (event.event_id, event.invoice_number, event.epoch), (entry["event"]["id"], "INV-2026-000001", 1)
        )
        self.assertEqual((event.invoice_outstanding, str(event.occurred_at)), ("$30.00", "2026-11-01 09:00:00"))
        self.assertEqual(
            (customer.external_id, customer.reference, customer.total_overdue), ("john-doe", "C-1001", 30.0)
        )
        self.assertEqual((customer.name, customer.partner_id.name, event.customer_name), ("(erased)",) * 3)
        self.assertTrue(note.startswith(self.note(entry)), "of the note its first line stays")
        self.assertIn("$30.00", self.note(entry))

    def test_what_waits_is_not_sent_and_what_was_queued_neither(self):
        queued, waiting = an_overdue_notice(), an_entry("payment.failed", customer=someone(), payment=a_payment())
        self.released(queued)
        self.tell(waiting)
        self.forget()
        messages = (self.event(queued) | self.event(waiting)).message_ids
        self.assertEqual(set(messages.mapped("state")), {"cancelled"})
        self.assertEqual(set(messages.mapped("because")), {"Not sent: the customer was forgotten."})
        self.assertFalse(self.env["sms.sms"].search([("uuid", "in", messages.mapped("uuid"))]))
        self.assertFalse(self.env["mail.mail"].search([("duebell_message_id", "in", messages.ids)]))

    def test_the_same_event_again_is_known_and_brings_nothing_back(self):
        entry = an_overdue_notice()
        self.tell(entry)
        self.forget()
        self.assertTrue(self.tell_one(entry)["already"])
        self.assertEqual(self.left(), set())

    def test_forgetting_again_or_somebody_unknown_does_no_harm(self):
        self.tell(an_overdue_notice())
        self.assertEqual(self.forget()["events"], self.forget()["events"])
        self.assertEqual(self.forget("nobody-here"), {"found": False, "events": 0, "messages": 0, "left": []})

    def test_a_contact_that_people_made_is_theirs(self):
        partner = self.env["res.partner"].create({"name": "John Doe", "ref": "C-1001", "email": "john@example.com"})
        self.tell(an_overdue_notice())
        self.assertEqual(self.customer().partner_id, partner)
        (left,) = self.forget()["left"]
        self.assertRegex(left, rf"The contact /odoo/contacts/{partner.id} was not made by billing: erase it")
        self.assertEqual((partner.name, partner.email), ("John Doe", "john@example.com"))

    def test_a_contact_of_two_customers_is_emptied_with_the_last_of_them(self):
        self.tell(an_overdue_notice())
        self.tell(an_entry(customer=someone(external_id="john-doe-2")))
        first, second = self.customer(), self.customer("john-doe-2")
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertRegex(self.forget()["left"][0], "is another billing customer's too and was left as it is")
        self.assertEqual(first.partner_id.email, "john@example.com")
        self.forget("john-doe-2")
        self.assertEqual((first.partner_id.name, first.partner_id.email, self.left()), ("(erased)", False, set()))

    def test_others_are_left_alone(self):
        other = an_entry(customer=a_customer(external_id="jane-roe", name="Jane Roe", reference="C-1002"))
        self.tell(other, an_overdue_notice())
        self.forget()
        self.assertEqual((self.customer("jane-roe").name, self.message(other).state), ("Jane Roe", "waiting"))
        self.assertIn("Jane Roe", self.message(other, "email").body + self.message(other, "email").customer_id.name)

    def test_a_replay_told_later_is_about_nobody(self):
        entry = an_overdue_notice()
        self.tell(entry)
        self.forget()
        nobody = {"external_id": "john-doe", "name": "(erased)", "reference": "C-1001"}
        again = an_entry("invoice.overdue", event_id=entry["event"]["id"], customer=nobody)
        self.assertEqual(self.tell_one(replayed(again, 1))["outcome"], "provisioned")
        self.assertEqual(self.left(), set())


def a_payment() -> Json:
    return {"reference": "P-1", "amount": usd("30.00"), "method": "Visa 4242"}
