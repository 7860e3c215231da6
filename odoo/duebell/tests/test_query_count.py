# SPDX-License-Identifier: LGPL-3.0-only
"""A call asks the database as often for a thousand events as for ten."""

from odoo.tests import tagged

from .common import BillingCase, a_customer, an_entry


@tagged("post_install", "-at_install")
class TestQueryCount(BillingCase):
    def queries(self, count, *types, of):
        """Of a call with so many events, one of each type for each customer; the customers are known."""
        whose = [a_customer(external_id=f"{of}-{number}", reference=f"{of}-{number}") for number in range(count)]
        self.tell(*(an_entry(customer=customer) for customer in whose))
        self.env["duebell.message"].search([("state", "=", "waiting")])._advance("cancelled")
        entries = [an_entry(type_, customer=customer) for customer in whose for type_ in types]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.tell(*entries)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_thousand_events_cost_as_many_queries_as_ten(self):
        self.queries(10, "invoice.overdue", of="warm")
        few, many = (self.queries(count, "invoice.overdue", of=f"c{count}") for count in (10, 1000))
        self.assertLessEqual(many, few + 2, f"{few} queries for 10 events, {many} for 1000")

    def test_what_is_no_longer_true_costs_a_statement_for_each_hundred_rows(self):
        """Odoo writes a hundred rows a statement: of messages, events, notes."""
        overdue_and_paid = ("invoice.overdue", "invoice.paid")
        self.queries(5, *overdue_and_paid, of="warm")
        few, many = (self.queries(count, *overdue_and_paid, of=f"c{count}") for count in (5, 500))
        self.assertLessEqual(many, few + 500 // 100 * 10, f"{few} queries for 10 events, {many} for 1000")
