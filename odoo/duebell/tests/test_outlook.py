# SPDX-License-Identifier: LGPL-3.0-only
"""What a customer owes since when, what comes next, and what he promised."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BillingCase, a_commitment, a_customer, a_standing, an_entry, an_invoice, replayed, usd


def paid(number: str = "INV-2026-000001", **changes):
    invoice = an_invoice(number=number, paid=usd("30.00"), outstanding=usd("0.00"))
    return an_entry("invoice.paid", invoice=invoice, **changes)


def overdue(amount: str = "30.00", **changes):
    return a_standing(total_overdue=usd(amount), **changes)


@tagged("post_install", "-at_install")
class TestOutlook(BillingCase):
    def days_ago(self, days: int) -> str:
        return str(fields.Date.context_today(self.env["duebell.customer"]) - timedelta(days=days))

    def now(self) -> str:
        return f"{fields.Datetime.now():%Y-%m-%dT%H:%M:%SZ}"

    def since(self) -> str:
        return ", ".join(self.customer()._standing_lines())

    def test_of_a_debt_that_is_older_than_the_link_nobody_says_since_when(self):
        fresh = an_invoice(number="2", due_on="2099-11-15")
        self.tell_one(an_entry(standing=overdue("100.00"), invoice=fresh))
        customer = self.customer()
        self.assertEqual((customer.stage, str(customer.due_on)), ("overdue", "2099-11-15"))
        self.assertEqual(self.since(), "$100.00 overdue, since when is not known here")
        self.assertEqual((customer.overdue_since, customer.days_overdue), (False, 0))
        # when the new one is overdue, too, and nothing but it was told
        late = an_invoice(number="2", due_on=self.days_ago(10))
        self.tell_one(an_entry("invoice.overdue", standing=overdue("130.00"), invoice=late, at=self.now()))
        self.assertEqual(self.since(), "$130.00 overdue, since when is not known here")
        # when the old debt is paid, then it is known
        self.tell_one(an_entry("payment.received", standing=overdue("30.00"), at=self.now()))
        self.assertEqual(customer.days_overdue, 10)
        # when all is paid, then he is overdue since never
        self.tell_one(an_entry("payment.received", at=self.now()))
        self.assertFalse(customer.overdue_since)
        self.assertTrue(customer.due_on, "the invoice itself is open until billing says otherwise")

    def test_an_invoice_is_overdue_by_the_calendar_of_the_customer(self):
        """His day after the due date begins at midnight in Kyiv, when it is still the due date in UTC."""
        customer = a_customer(time_zone="Europe/Kyiv")
        at = "2026-11-15T22:00:00Z"
        self.tell_one(an_entry("invoice.overdue", customer=customer, standing=overdue(), at=at))
        self.assertEqual(str(self.customer().overdue_since), "2026-11-15")

    def test_a_rehearsal_whose_calendar_is_ahead_knows_since_when(self):
        invoice = an_invoice(due_on="2099-11-15")
        self.tell_one(an_entry("invoice.overdue", standing=overdue(), invoice=invoice, at="2099-11-16T09:00:00Z"))
        self.assertEqual(self.since(), "$30.00 overdue, due since November 15, 2099")
        self.assertEqual(self.customer().days_overdue, 0)

    def test_a_customer_is_due_from_the_oldest_invoice_that_is_open(self):
        self.tell(
            an_entry(invoice=an_invoice(number="2", due_on="2026-12-15")),
            an_entry(invoice=an_invoice(number="1", due_on="2026-11-15")),
        )
        self.assertEqual((self.customer().stage, str(self.customer().due_on)), ("due", "2026-11-15"))
        self.tell_one(paid("1"))
        self.assertEqual((self.customer().stage, str(self.customer().due_on)), ("due", "2026-12-15"))
        self.tell_one(an_entry("invoice.voided", invoice=an_invoice(number="2", due_on="2026-12-15")))
        self.assertEqual((self.customer().stage, self.customer().due_on), ("current", False))

    def test_an_invoice_is_as_the_newest_event_left_it(self):
        part = an_invoice(paid=usd("10.00"), outstanding=usd("20.00"), link="https://example.com/1")
        self.tell(an_entry(), an_entry("invoice.overdue", standing=overdue("20.00"), invoice=part))
        (invoice,) = self.customer().invoice_ids
        self.assertEqual((invoice.state, invoice.outstanding, invoice.link), ("open", 20.0, "https://example.com/1"))
        self.tell_one(an_entry("invoice.overdue", sequence=0, invoice=an_invoice()))
        self.assertEqual(invoice.outstanding, 20.0, "an older event changes nothing")
        self.tell_one(replayed(an_entry(), 1))
        self.assertEqual(invoice.outstanding, 20.0, "nor does a replay")

    def test_days_overdue_are_counted_from_the_due_day_and_can_be_searched(self):
        invoice = an_invoice(due_on=self.days_ago(10))
        self.tell(
            an_entry("invoice.overdue", standing=overdue(), invoice=invoice, at=self.now()),
            an_entry(customer=a_customer(external_id="fine"), invoice=invoice),
            an_entry(
                "customer.suspended", customer=a_customer(external_id="vague"), standing=overdue(), reason="other"
            ),
        )
        late, fine = self.customer(), self.customer("fine") | self.customer("vague")
        self.assertEqual(late.days_overdue, 10)
        self.assertEqual(fine.mapped("days_overdue"), [0, 0], "not overdue, says billing; or nobody knows since when")
        for operator, days, found in (
            (">", 9, late),
            (">", 10, late.browse()),
            (">=", 10, late),
            ("<", 10, fine),
            ("<=", 10, late | fine),
            (">=", 0, late | fine),
            ("=", 10, late),
            ("=", 0, fine),
            ("!=", 10, fine),
        ):
            with self.subTest(operator=operator, days=days):
                self.assertEqual(late.search([("days_overdue", operator, days)]), found)

    def test_a_sentence_tells_what_comes_next(self):
        for step, sentence in (
            ("overdue", "Overdue on December 3, 2026 unless paid."),
            ("limit", "Will be limited on December 3, 2026 unless paid."),
            ("suspend", "Will be suspended on December 3, 2026 unless paid."),
            ("terminate", "The contract ends on December 3, 2026 unless paid."),
        ):
            self.tell_one(an_entry(standing=overdue(next_step=step, next_step_on="2026-12-03")))
            self.assertEqual(self.customer().next_line, sentence)
        self.tell_one(an_entry(standing=a_standing(charge_on="2099-12-01")))
        self.assertEqual(self.customer().next_line, "Charged by itself on December 1, 2099.")
        self.tell_one(an_entry())
        self.assertFalse(self.customer().next_line)

    def test_a_customer_is_restored_until_the_next_event(self):
        self.tell(an_entry("customer.suspended", standing=overdue(status="suspended"), reason="non_payment"), paid())
        self.tell_one(an_entry("customer.suspension_removed", reason="paid"))
        self.assertEqual(self.customer().stage, "restored")
        self.tell_one(an_entry(invoice=an_invoice(number="2")))
        self.assertEqual(self.customer().stage, "due")

    def test_a_commitment_is_known_from_its_start_to_its_end(self):
        running = a_commitment(terminated_on=None, ends_on="2099-12-31")
        self.tell_one(an_entry("commitment.started", commitment=running))
        (commitment,) = self.customer().commitment_ids
        self.assertEqual(
            (commitment.service, str(commitment.ends_on), commitment.penalty, commitment.state),
            ("Internet", "2099-12-31", 50.0, "running"),
        )
        self.tell_one(an_entry("commitment.terminated", commitment={**running, "terminated_on": "2026-11-20"}))
        self.assertEqual((commitment.state, str(commitment.terminated_on)), ("terminated", "2026-11-20"))
        over = a_commitment(reference="K-2", ends_on="2026-01-31", terminated_on=None)
        self.tell_one(an_entry("commitment.ending", commitment=over))
        self.assertEqual(self.customer().commitment_ids.filtered(lambda one: one.reference == "K-2").state, "kept")

    def test_duebells_console_is_reached_once_its_address_is_known(self):
        self.tell_one(an_entry(customer=a_customer(external_id="a/b")))
        customer = self.customer("a/b")
        with self.assertRaisesRegex(UserError, "address of Duebell's console"):
            customer.action_open_console()
        self.env["ir.config_parameter"].set_param("duebell.console_url", "https://duebell.example.com")
        customer.invalidate_recordset(["console_link"])
        self.assertEqual(
            customer.action_open_console()["url"], "https://duebell.example.com/customers/a%2Fb?environment=Global"
        )

    def test_a_call_asks_the_database_as_often_for_many_events_as_for_few(self):
        def queries(count: int) -> int:
            entries = [
                an_entry(
                    "invoice.overdue",
                    standing=overdue(),
                    customer=a_customer(external_id=f"{count}-{number}", reference=None),
                )
                for number in range(count)
            ]
            customers = self.env["duebell.customer"]
            known = self.env.company
            incoming, refused = self.billing._read(entries, {None: known})
            self.assertFalse(refused)
            followed = customers.sudo()._follow(incoming, {None: known.id})
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            customers.sudo()._follow_debts(incoming, followed.customers, {None: known.id})
            return self.env.cr.sql_log_count - before

        queries(1)
        few, many = queries(10), queries(900)
        self.assertEqual(few, many)
