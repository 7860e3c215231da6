# SPDX-License-Identifier: LGPL-3.0-only
"""What the app's pages show when they are opened."""

from odoo.tests import tagged

from .common import BillingCase, a_customer, a_standing, an_entry, an_invoice, usd

STAGES = ["current", "due", "overdue", "limited", "suspended", "restored", "closed"]
NEED_ATTENTION = ["overdue", "limited", "suspended"]


@tagged("post_install", "-at_install")
class TestViews(BillingCase):
    def columns(self, domain):
        """Of the board: how many customers stand in which."""
        board = self.env["duebell.customer"].with_context(read_group_expand=True)
        groups = board.web_read_group(domain, ["stage"])["groups"]
        return {group["stage"]: group["__count"] for group in groups}

    def suspended(self, **customer):
        standing = a_standing(status="suspended", total_overdue=usd("30.00"))
        return an_entry("customer.suspended", standing=standing, reason="other", **customer)

    def test_the_board_has_a_column_for_each_stage_that_its_filter_lets_in(self):
        self.tell_one(self.suspended())
        for domain, stages in (
            ([], STAGES),
            ([("stage", "in", NEED_ATTENTION)], NEED_ATTENTION),
            ([("stage", "=", "suspended")], ["suspended"]),
            ([("stage", "in", NEED_ATTENTION), ("stage", "!=", "limited")], ["overdue", "suspended"]),
            (["|", ("stage", "=", "due"), ("stage", "=", "suspended")], ["due", "suspended"]),
            (["|", ("stage", "=", "limited"), ("total_overdue", ">", 0)], STAGES),
        ):
            with self.subTest(domain=domain):
                columns = self.columns(domain)
                self.assertEqual(list(columns), stages)
                self.assertEqual(columns.pop("suspended"), 1)
                self.assertFalse(any(columns.values()))

    def test_a_contact_with_several_customers_shows_them_all_whatever_needs_attention(self):
        self.tell(an_entry(), self.suspended(customer=a_customer(external_id="second")))
        customers = self.customer() | self.customer("second")
        partner = self.customer().partner_id
        customers.partner_id = partner
        action = partner.action_duebell_customers()
        self.assertEqual(self.env["duebell.customer"].search(action["domain"]), customers)
        self.assertFalse(action["context"])

    def test_a_report_on_messages_reads_no_events(self):
        """Else a report over millions of messages would read millions of events."""
        self.tell_one(an_entry(invoice=an_invoice()))
        for name, shown in (("duebell.message.report", "cost"), ("duebell.reminder.report", "paid_percent")):
            report = self.env[name]
            query = report._search([]).select(*(f"{report._table}.{one}" for one in ("channel", "event_type", shown)))
            plan = " ".join(line for (line,) in self.env.execute_query(self.explained(query)))
            with self.subTest(name):
                self.assertNotIn("duebell_event", plan)

    def explained(self, query):
        return type(query)("EXPLAIN %s", query)
