# SPDX-License-Identifier: LGPL-3.0-only
"""What the app's pages show when they are opened."""

from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

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

    def filtered(self, model, name, user=None):
        """What a filter of the model's search view finds, for a colleague."""
        (found,) = self.filters(model).xpath(f"//filter[@name='{name}']")
        user = user or self.env.user
        return self.env[model].with_user(user).search(safe_eval(found.get("domain"), {"uid": user.id}))

    def filters(self, model):
        return etree.fromstring(self.env[model].get_view(view_type="search")["arch"])

    def test_each_filter_and_group_of_the_app_can_be_chosen(self):
        self.tell_one(self.suspended())
        for model in ("duebell.customer", "duebell.event", "duebell.message"):
            records = self.env[model]
            for one in self.filters(model).xpath("//filter[@domain]"):
                with self.subTest(model=model, filter=one.get("name")):
                    records.search(safe_eval(one.get("domain"), {"uid": self.env.uid}))
            for one in self.filters(model).xpath("//filter[@context]"):
                with self.subTest(model=model, group=one.get("name")):
                    self.assertTrue(records.web_read_group([], [safe_eval(one.get("context"))["group_by"]])["groups"])

    def test_customers_are_found_by_what_people_ask_for(self):
        day = str(fields.Date.today() + timedelta(days=3))

        def told(name, **standing):
            return an_entry(customer=a_customer(external_id=name, reference=None), standing=a_standing(**standing))

        self.tell(
            told("fine"),
            told("left", status="closed"),
            told("debtor", status="closed", total_overdue=usd("30.00")),
            told("charged", charge_on=day),
            told("limit", next_step="limit", next_step_on=day),
            told("suspend", next_step="suspend", next_step_on=day),
            told("terminate", next_step="terminate", next_step_on=day),
            told("promised"),
            told("paused"),
            told("no longer"),
        )
        for name, kind, active in (
            ("promised", "promise", True),
            ("paused", "pause", True),
            ("no longer", "promise", False),
        ):
            self.env["duebell.rest"].create(
                {"customer_id": self.customer(name).id, "kind": kind, "until": day, "active": active}
            )
        for name, found in (
            ("attention", ["debtor"]),
            ("overdue_since_unknown", ["debtor"]),
            ("charged", ["charged"]),
            ("limited_soon", ["limit"]),
            ("suspended_soon", ["suspend"]),
            ("terminated_soon", ["terminate"]),
            ("promised", ["promised"]),
            ("resting", ["paused", "promised"]),
        ):
            with self.subTest(filter=name):
                customers = self.filtered("duebell.customer", name)
                self.assertEqual(sorted(customers.mapped("external_id")), found)

    def test_messages_are_found_by_salesperson_and_by_what_the_law_requires(self):
        seller = new_test_user(self.env, "seller", "duebell.group_user")
        warning = an_entry("customer.suspension_warning", reason="other", customer=a_customer(external_id="warned"))
        mine = an_entry(customer=a_customer(external_id="mine", reference=None))
        self.tell(warning, mine)
        self.customer("mine").partner_id.user_id = seller
        self.assertEqual(self.filtered("duebell.message", "required"), self.event(warning).message_ids)
        self.assertEqual(self.filtered("duebell.message", "mine", seller), self.event(mine).message_ids)

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
