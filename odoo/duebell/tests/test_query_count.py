# SPDX-License-Identifier: LGPL-3.0-only
"""A call asks the database as often for a thousand events as for ten."""

from odoo.tests import tagged

from .common import BillingCase, a_customer, an_entry


def the_customers(count, of, **told):
    """So many; where what is told has a `%s`, each has his own."""
    return [
        a_customer(
            external_id=f"{of}-{number}",
            reference=f"{of}-{number}",
            **{name: value.replace("%s", f"{number:04}") for name, value in told.items()},
        )
        for number in range(count)
    ]


def entries_of(customers, *types):
    """One of each type for each customer."""
    return [an_entry(type_, customer=customer) for customer in customers for type_ in types]


@tagged("post_install", "-at_install")
class TestQueryCount(BillingCase):
    def known(self, customers):
        self.tell(*entries_of(customers, "invoice.generated"))
        self.env["duebell.message"].search([("state", "=", "waiting")])._advance("cancelled")
        return customers

    def queries(self, entries):
        """Of a call with these."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.tell(*entries)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def assert_as_many(self, entries_for, few, many, *, and_more):
        """`entries_for(count, of)` gives those of so many customers; what the first call of all asks doesn't count."""
        self.queries(entries_for(few, "warm"))
        by_few, by_many = (self.queries(entries_for(count, f"c{count}")) for count in (few, many))
        self.assertLessEqual(by_many, by_few + and_more, f"{by_few} queries for {few} customers, {by_many} for {many}")

    def test_a_thousand_events_cost_as_many_queries_as_ten(self):
        def overdue(count, of):
            return entries_of(self.known(the_customers(count, of)), "invoice.overdue")

        self.assert_as_many(overdue, 10, 1000, and_more=2)

    def test_what_is_no_longer_true_costs_a_statement_for_each_hundred_rows(self):
        """Odoo writes a hundred rows a statement: of messages, events, notes."""

        def overdue_and_paid(count, of):
            return entries_of(self.known(the_customers(count, of)), "invoice.overdue", "invoice.paid")

        self.assert_as_many(overdue_and_paid, 5, 500, and_more=500 // 100 * 10)

    def test_what_billing_changed_costs_a_statement_for_each_hundred_contacts(self):
        def changed(count, of):
            self.known(the_customers(count, of, invoice_contact="Accounts Payable"))
            told = {"phone": "+1202556%s", "email": "%s@example.com", "name": "Doe %s", "invoice_contact": "Dept %s"}
            return entries_of(the_customers(count, of, **told), "invoice.overdue")

        self.assert_as_many(changed, 10, 300, and_more=300 // 100 * 10)

    def test_a_new_form_of_every_phone_costs_a_statement_for_each_hundred_contacts(self):
        def changed(count, of):
            self.known(the_customers(count, of, phone="+1202556%s", invoice_contact="Accounts Payable"))
            told = {"phone": "+1 202-556-%s", "invoice_contact": "Accounts Payable"}
            return entries_of(the_customers(count, of, **told), "invoice.overdue")

        self.assert_as_many(changed, 10, 300, and_more=300 // 100 * 4)

    def test_a_new_customer_and_his_invoice_contact_cost_a_statement_for_each_hundred(self):
        def new(count, of):
            return entries_of(the_customers(count, of, invoice_contact="Accounts Payable"), "invoice.overdue")

        self.assert_as_many(new, 10, 300, and_more=300 // 100 * 6)
