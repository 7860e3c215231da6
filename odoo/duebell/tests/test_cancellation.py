# SPDX-License-Identifier: LGPL-3.0-only
"""Nobody is told what is no longer true: a later event cancels what still waits."""

from odoo.tests import tagged

from ..still_true import SUPERSEDED_BY
from .common import BillingCase, a_commitment, a_customer, a_payment, an_entry, an_invoice

AT = "2026-11-01T19:02:00Z"
STATUS = {"reason": "other", "invoice": an_invoice()}
PAIRS = [(told, later) for told, laters in SUPERSEDED_BY.items() for later in laters]
OTHERS = {
    "invoice": {"invoice": an_invoice(number="INV-2026-000002")},
    "payment": {"payment": a_payment(reference="PAY-2")},
    "commitment": {"commitment": a_commitment(reference="K-2")},
}
"""Another subject, by what the event's type begins with."""
LEAVES = [
    ("invoice.overdue", "invoice.generated"),
    ("invoice.overdue", "customer.suspended"),
    ("customer.suspended", "invoice.paid"),
    ("customer.suspended", "customer.suspended"),
    ("commitment.terminated", "customer.terminated"),
    ("customer.suspension_warning", "payment.received"),
]


def an_event(type_, **changes):
    return an_entry(type_, **{**(STATUS if type_.startswith("customer.") else {}), **changes})


@tagged("post_install", "-at_install")
class TestCancellation(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rules = cls.env["duebell.message.rule"]
        told = set(rules.search([("case", "=", "any")]).mapped("event_type"))
        template = cls.env.ref("duebell.sms_customer_limited")
        for type_ in SUPERSEDED_BY.keys() - told:
            rules.create({"event_type": type_, "mode": "sms", "sms_template_id": template.id})

    def test_a_later_event_cancels_what_it_makes_untrue(self):
        for number, (told, later) in enumerate(PAIRS):
            with self.subTest(told=told, later=later):
                customer = a_customer(external_id=f"c-{number}", reference=None)
                earlier = an_event(told, customer=customer)
                self.tell_one(earlier)
                self.tell_one(an_event(later, customer=customer))
                self.assertEqual(set(self.event(earlier).message_ids.mapped("state")), {"superseded"})

    def test_a_later_event_about_something_else_leaves_what_waits(self):
        for number, (told, later) in enumerate(PAIRS):
            about = OTHERS.get(later.partition(".")[0])
            if about is None:
                continue  # what is said of the customer as a whole concerns all of his
            with self.subTest(told=told, later=later):
                customer = a_customer(external_id=f"c-{number}", reference=None)
                earlier = an_event(told, customer=customer)
                self.tell_one(earlier)
                self.tell_one(an_event(later, customer=customer, **about))
                self.assertEqual(set(self.event(earlier).message_ids.mapped("state")), {"waiting"})

    def test_a_warning_that_waits_overnight_is_not_given_to_who_paid_in_the_morning(self):
        rule = self.env["duebell.message.rule"].search([("event_type", "=", "customer.suspension_warning")], limit=1)
        self.assertTrue(rule.required)
        warning = an_event("customer.suspension_warning", effective_on="2026-11-09")
        self.tell_one(warning)
        self.tell_one(an_event("invoice.paid", at=AT))
        self.env["duebell.message"]._release_some()
        self.assertEqual(self.message(warning).because, "Not sent: paid 14:02.")

    def test_a_later_event_leaves_what_stays_true(self):
        for number, (told, later) in enumerate(LEAVES):
            with self.subTest(told=told, later=later):
                customer = a_customer(external_id=f"c-{number}", reference=None)
                earlier = an_event(told, customer=customer)
                self.tell_one(earlier)
                self.tell_one(an_event(later, customer=customer))
                self.assertEqual(set(self.event(earlier).message_ids.mapped("state")), {"waiting"})

    def test_it_says_why_in_plain_words_with_a_receipt(self):
        overdue = an_event("invoice.overdue")
        self.tell(overdue, an_event("invoice.paid", at=AT))
        self.assertEqual(self.message(overdue).because, "Not sent: paid 14:02.")
        self.assertIn("Not sent: paid 14:02.", self.note(overdue))
        receipts = self.billing.receipts(acknowledged=[])["receipts"]
        self.assertEqual({(r["state"], r["because"]) for r in receipts}, {("cancelled", "Not sent: paid 14:02.")})

    def test_another_invoice_and_another_customer_are_left(self):
        overdue = an_event("invoice.overdue")
        other_invoice = an_event("invoice.paid", invoice=an_invoice(number="INV-2026-000002"))
        other_customer = an_event("invoice.paid", customer=a_customer(external_id="another"))
        self.tell(overdue, other_invoice, other_customer)
        self.assertEqual(self.message(overdue).state, "waiting")

    def test_an_event_cancels_only_what_came_before_it(self):
        first, removed, second = (
            an_event("customer.suspended"),
            an_event("customer.suspension_removed"),
            an_event("customer.suspended"),
        )
        self.tell(first, removed, second)
        self.assertEqual(
            [self.message(entry).state for entry in (first, removed, second)], ["superseded", "superseded", "waiting"]
        )

    def test_an_older_event_cancels_nothing(self):
        overdue = an_event("invoice.overdue", sequence=2)
        self.tell_one(overdue)
        self.tell_one(an_event("invoice.paid", sequence=1))
        self.assertEqual(self.message(overdue).state, "waiting")

    def test_what_is_released_is_not_cancelled(self):
        overdue = an_event("invoice.overdue")
        message = self.released(overdue)
        self.tell_one(an_event("invoice.paid"))
        self.assertEqual(message.state, "released")
