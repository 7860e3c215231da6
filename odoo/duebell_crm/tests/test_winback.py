# SPDX-License-Identifier: LGPL-3.0-only
"""Which ended commitments become opportunities."""

from datetime import datetime, timedelta, timezone

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.duebell.tests.common import (
    BillingCase,
    a_commitment,
    a_customer,
    a_standing,
    an_entry,
    replayed,
    usd,
)

TODAY = datetime.now(timezone.utc).date()


@tagged("post_install", "-at_install")
class TestWinback(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["crm.team"].create({"name": "Win-back", "company_id": cls.company.id})
        cls.settings = cls.env["duebell.settings"]._of(cls.company)
        cls.settings.write({"winback_team_id": cls.team.id, "winback": True})

    def ended(self, *, day=TODAY, reason="cancelled_early", **changes):
        """A commitment that ended on the day."""
        changes.setdefault("commitment", a_commitment(terminated_on=str(day)))
        return an_entry("commitment.terminated", at=f"{day}T00:00:00Z", reason=reason, **changes)

    def leads(self):
        self.env["duebell.winback"]._open_waiting()
        return self.env["crm.lead"].search([("team_id", "=", self.team.id)])

    def test_a_commitment_that_the_customer_ended_opens_an_opportunity_with_the_facts(self):
        self.tell_one(self.ended())
        lead = self.leads()
        self.assertRecordValues(
            lead,
            [
                {
                    "name": "Win back: Internet",
                    "type": "opportunity",
                    "partner_id": self.customer().partner_id.id,
                    "company_id": self.company.id,
                }
            ],
        )
        for fact in ("John Doe (C-1001)", "Internet, K-1", "Penalty: $50.00", "until December 31, 2027"):
            self.assertIn(fact, lead.description)

    def test_none_is_opened_unless_the_company_wants_it(self):
        self.settings.winback = False
        self.tell_one(self.ended())
        self.settings.winback = True
        self.assertFalse(self.leads())

    def test_none_is_opened_for_any_other_reason_or_none(self):
        for number, reason in enumerate(("non_payment", "other", None)):
            self.tell_one(self.ended(reason=reason, customer=a_customer(external_id=f"one-{number}")))
        self.assertFalse(self.leads())

    def test_none_is_opened_for_who_is_overdue_limited_or_suspended(self):
        for number, standing in enumerate(
            (
                a_standing(total_overdue=usd("0.01")),
                a_standing(status="suspended"),
                a_standing(status="limited"),
            )
        ):
            self.tell_one(self.ended(standing=standing, customer=a_customer(external_id=f"one-{number}")))
        self.assertFalse(self.leads())
        self.assertFalse(self.env["duebell.winback"].search([]), "nothing waits for them either")

    def test_none_is_opened_for_who_comes_to_owe_before_it_is(self):
        self.tell_one(self.ended())
        self.tell_one(an_entry("invoice.overdue", standing=a_standing(total_overdue=usd("30.00"))))
        self.assertFalse(self.leads())
        self.assertEqual(self.customer().winback_ids.state, "dropped")

    def test_none_is_opened_for_who_owes_as_another_billing_customer(self):
        for number, standing in enumerate((a_standing(total_overdue=usd("0.01")), a_standing(status="suspended"))):
            line, mobile = (a_customer(external_id=f"{kind}-{number}", reference=f"R-{number}") for kind in "lm")
            self.tell_one(an_entry(customer=mobile, standing=standing))
            self.tell_one(self.ended(customer=line))
            self.assertFalse(self.leads())
            self.assertEqual(self.customer(f"l-{number}").winback_ids.dropped_because, "owes")

    def test_none_is_opened_for_a_department_of_a_company_that_owes(self):
        self.tell_one(an_entry("invoice.overdue", standing=a_standing(total_overdue=usd("30.00"))))
        self.tell_one(self.ended(customer=a_customer(external_id="branch", reference="R-2")))
        self.customer("branch").partner_id.parent_id = self.customer().partner_id
        self.assertFalse(self.leads())

    def test_others_of_the_same_moment_are_opened(self):
        self.tell_one(an_entry("invoice.overdue", standing=a_standing(total_overdue=usd("30.00"))))
        self.tell_one(self.ended(customer=a_customer(external_id="second")))
        self.tell_one(self.ended(customer=a_customer(external_id="other", reference="R-2")))
        self.assertEqual(self.leads().partner_id, self.customer("other").partner_id)

    def test_none_is_opened_where_the_company_wants_none_any_more(self):
        self.tell_one(self.ended())
        self.settings.winback = False
        self.assertFalse(self.leads())
        self.assertEqual(self.customer().winback_ids.dropped_because, "unwanted")

    def test_asking_who_owes_costs_the_same_for_few_and_for_many(self):
        def queries(count):
            people = [a_customer(external_id=f"{count}-{n}", reference=f"{count}-{n}") for n in range(count)]
            self.tell(*(self.ended(customer=person) for person in people))
            self.env.flush_all()
            self.env.invalidate_all()
            waiting = self.env["duebell.winback"].search([("state", "=", "waiting")])
            before = self.env.cr.sql_log_count
            self.assertFalse(waiting._owing())
            asked = self.env.cr.sql_log_count - before
            waiting.unlink()
            return asked

        self.assertEqual(queries(5), queries(50))

    def test_a_customer_has_one_a_month(self):
        first = TODAY.replace(day=1)
        before = first - timedelta(days=1)
        self.tell_one(self.ended(day=before))
        self.tell(
            self.ended(day=first),
            self.ended(day=first, commitment=a_commitment(reference="K-2", terminated_on=str(first))),
        )
        recent = 2 if (TODAY - before).days <= 30 else 1
        self.assertEqual(len(self.leads()), recent)

    def test_a_replay_opens_none(self):
        self.tell_one(entry := self.ended())
        self.leads().unlink()
        self.tell_one(replayed(entry, 1))
        self.assertFalse(self.leads())

    def test_what_is_no_longer_true_opens_none(self):
        other = an_entry()["event"]["id"]
        superseded_by = {"id": other, "type": "commitment.started", "time": "2026-11-01T14:02:00Z"}
        self.tell_one(self.ended(superseded_by=superseded_by))
        self.assertFalse(self.leads())

    def test_what_happened_long_ago_opens_none(self):
        self.tell_one(self.ended(day=TODAY - timedelta(days=40)))
        self.assertFalse(self.leads())

    def test_each_company_has_a_rule_of_its_own(self):
        other = self.another_company()
        self.tell_one(self.ended(company="Other Telecom"))
        self.assertFalse(self.leads())
        with self.assertRaisesRegex(ValidationError, "another company's team"):
            self.env["duebell.settings"]._of(other).write({"winback_team_id": self.team.id, "winback": True})

    def test_the_rule_needs_a_team(self):
        with self.assertRaisesRegex(ValidationError, "which team"):
            self.settings.winback_team_id = False

    def test_who_forgets_a_customer_is_told_of_the_opportunity(self):
        self.tell_one(self.ended())
        lead = self.leads()
        self.assertIn(f"/odoo/crm/{lead.id} ", " ".join(self.billing.forget("Global", "john-doe")["left"]))
