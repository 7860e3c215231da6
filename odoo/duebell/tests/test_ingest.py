# SPDX-License-Identifier: LGPL-3.0-only
"""What an event leaves behind, once, and in the customer's order."""

import copy

from odoo.tests import tagged

from .common import BillingCase, a_customer, a_standing, an_entry, an_invoice, eur, replayed, usd


@tagged("post_install", "-at_install")
class TestIngest(BillingCase):
    def test_an_event_reaches_its_customer_the_timeline_and_the_outbox(self):
        entry = an_entry("invoice.overdue", standing=a_standing(total_overdue=usd("30.00")))
        result = self.tell_one(entry)

        event = self.event(entry)
        self.assertEqual(
            result,
            {
                "outcome": "provisioned",
                "already": False,
                "reference": f"duebell.event,{event.id}",
                "link": f"/odoo/billing-events/{event.id}",
                "told": ["sms", "email"],
                "untold": None,
            },
        )
        self.assertEqual(self.customer().stage, "overdue")
        self.assertEqual(self.customer().total_overdue, 30.0)
        self.assertEqual(self.message(entry).state, "waiting")
        self.assertEqual(self.message(entry).recipient, "+12025550123")
        self.assertIn("Invoice INV-2026-000001 is overdue: $30.00 of $30.00", self.note(entry))

    def test_the_note_is_an_internal_note_of_the_billing_user_on_the_contact(self):
        entry = an_entry()
        self.tell_one(entry)
        event = self.event(entry)
        note = event._notes()[event]
        self.assertIn(note, event.partner_id.message_ids)
        self.assertEqual(note.author_id, self.user.partner_id)
        self.assertTrue(note.is_internal)
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))
        self.assertEqual(note.record_company_id, self.company)

    def test_each_paragraph_of_a_note_runs_in_the_direction_of_its_own_words(self):
        entry = an_entry()
        self.tell_one(entry)
        event = self.event(entry)
        event._add_to_notes("One more.")
        body = str(event._notes()[event].body)
        self.assertEqual(body.count("<p "), body.count('dir="auto"'))
        self.assertGreater(body.count('dir="auto"'), 2)

    def test_what_billing_wrote_is_not_html_on_the_timeline(self):
        entry = an_entry(customer=a_customer(name="<b>John</b>"), invoice=an_invoice(number="<script>1</script>"))
        self.tell_one(entry)
        event = self.event(entry)
        self.assertNotIn("<script>", event._notes()[event].body)
        self.assertNotIn("<b>", self.message(entry, "email").body)

    def test_the_same_call_twice_has_the_effect_of_one(self):
        entries = [an_entry(), an_entry("invoice.overdue")]
        first = self.tell(*entries)
        second = self.tell(*entries)
        self.assertEqual({key: {**result, "already": True} for key, result in first.items()}, second)
        self.assertEqual(self.env["duebell.event"].search_count([]), 2)
        self.assertEqual(self.env["duebell.message"].search_count([]), 4)
        self.assertEqual(len(self.customer().partner_id.message_ids.filtered("is_internal")), 2)

    def test_an_event_twice_in_one_call_is_effective_once(self):
        entry = an_entry()
        self.assertEqual(self.tell(entry, copy.deepcopy(entry))[entry["key"]]["outcome"], "provisioned")
        self.assertEqual(self.env["duebell.event"].search_count([]), 1)

    def test_the_same_id_with_other_content_is_refused_and_the_first_kept(self):
        entry = an_entry()
        self.tell_one(entry)
        other = copy.deepcopy(entry)
        other["event"]["data"]["invoice"]["total"] = usd("31.00")
        self.assertIn("id: was recorded before with other content", self.refusal(other))
        self.assertEqual(self.event(entry).invoice_total, "$30.00")

    def test_the_same_id_with_other_content_in_one_call_leaves_nothing(self):
        entry = an_entry()
        other = copy.deepcopy(entry)
        other["event"]["data"]["invoice"]["total"] = usd("31.00")
        self.assertEqual(self.tell(entry, other)[entry["key"]]["outcome"], "refused")
        self.assertFalse(self.env["duebell.event"].search_count([]))

    def test_when_an_event_was_recorded_is_not_its_content(self):
        entry = an_entry()
        self.tell_one(entry)
        restored = copy.deepcopy(entry)
        restored["event"].update(recordedtime="2026-12-01T00:00:00Z", sequence="99")
        restored["event"]["data"]["invoice"]["link"] = None
        self.assertEqual(self.tell_one(restored)["already"], True)

    def test_events_of_one_customer_take_effect_in_the_order_of_the_call(self):
        suspended = a_standing(status="suspended", total_overdue=usd("30.00"), amount_to_restore=usd("30.00"))
        self.tell(
            an_entry("invoice.overdue", standing=a_standing(total_overdue=usd("30.00"))),
            an_entry("customer.suspended", standing=suspended, reason="non_payment", invoice=an_invoice()),
            an_entry("customer.suspension_removed", standing=a_standing(), reason="paid"),
        )
        customer = self.customer()
        self.assertEqual((customer.status, customer.stage, customer.total_overdue), ("active", "restored", 0.0))
        self.assertEqual(customer.last_event_type, "customer.suspension_removed")

    def test_a_customer_goes_through_the_stages_that_people_see(self):
        for status, overdue, stage in (
            ("active", "0.00", "due"),
            ("active", "0.01", "overdue"),
            ("limited", "30.00", "limited"),
            ("suspended", "30.00", "suspended"),
            ("closed", "30.00", "closed"),
        ):
            self.tell_one(an_entry(standing=a_standing(status=status, total_overdue=usd(overdue))))
            self.assertEqual(self.customer().stage, stage)

    def test_an_older_event_changes_nothing_and_tells_nobody(self):
        self.tell_one(
            an_entry("customer.suspended", sequence=9, standing=a_standing(status="suspended"), reason="other")
        )
        older = an_entry("invoice.overdue", sequence=8, standing=a_standing(total_overdue=usd("30.00")))
        result = self.tell_one(older)
        self.assertEqual((result["outcome"], result["told"], result["untold"]), ("provisioned", [], "older"))
        self.assertEqual(self.customer().status, "suspended")
        self.assertIn("Not sent: something newer is known.", self.note(older))

    def test_a_later_epoch_is_newer_whatever_its_sequence(self):
        self.tell_one(an_entry(epoch=1, sequence=900))
        self.assertIsNone(self.tell_one(an_entry("invoice.overdue", epoch=2, sequence=1))["untold"])

    def test_sequences_are_compared_as_numbers(self):
        self.tell_one(an_entry(sequence=9))
        short = an_entry("invoice.overdue")
        short["event"]["sequence"] = "10"
        self.assertIsNone(self.tell_one(short)["untold"])

    def test_a_superseded_event_reaches_the_timeline_marked_and_tells_nobody(self):
        entry = an_entry(
            "invoice.overdue",
            superseded_by={
                "id": "5f0f64a8-9a0f-4c52-9a4e-000000000001",
                "type": "invoice.paid",
                "time": "2026-11-01T19:02:00Z",
            },
        )
        result = self.tell_one(entry)
        self.assertEqual((result["told"], result["untold"]), ([], "superseded"))
        self.assertFalse(self.event(entry).message_ids)
        self.assertIn("Not sent: paid 14:02.", self.note(entry), "in the customer's time zone")

    def test_an_event_past_its_time_reaches_the_timeline_only(self):
        entry = an_entry("invoice.overdue", notify_by="2020-01-01T00:00:00Z")
        result = self.tell_one(entry)
        self.assertEqual((result["told"], result["untold"]), ([], "too late"))
        self.assertIn("Not sent: too late.", self.note(entry))

    def test_a_type_without_rule_reaches_the_timeline_only(self):
        entry = an_entry("payment.received", payment={"reference": "P-1", "amount": usd("30.00"), "method": "cash"})
        self.assertEqual(self.tell_one(entry)["untold"], "no rule")
        self.assertEqual(self.event(entry).untold, "no rule")
        self.assertIn("A payment of $30.00 came in.", self.note(entry))

    def test_a_replay_tells_again_once_and_changes_no_status(self):
        entry = an_entry("customer.suspended", standing=a_standing(status="suspended"), reason="other")
        self.tell(entry, an_entry("customer.suspension_removed", reason="paid"))
        replay = replayed(entry, 1)
        self.assertEqual(self.tell_one(replay)["told"], ["sms", "email"])
        self.assertEqual(self.tell_one(replay)["already"], True)
        self.assertEqual(len(self.message(replay)), 1)
        self.assertNotEqual(self.message(replay).uuid, self.message(entry).uuid)
        self.assertEqual(self.customer().status, "active")

    def test_a_customer_known_by_a_replay_alone_follows_any_event(self):
        self.tell_one(replayed(an_entry(sequence=500), 1))
        self.assertIsNone(self.tell_one(an_entry("invoice.overdue", epoch=0, sequence=1))["untold"])

    def test_nothing_is_lost_of_a_full_call(self):
        entries = [
            an_entry(customer=a_customer(external_id=f"c-{number}", name=f"Customer {number}", reference=f"R-{number}"))
            for number in range(1000)
        ]
        results = self.tell(*entries)
        self.assertEqual(len(results), 1000)
        self.assertEqual({result["outcome"] for result in results.values()}, {"provisioned"})
        self.assertEqual(self.env["duebell.message"].search_count([("state", "=", "waiting")]), 2000)
        self.assertEqual(self.env["duebell.customer"].search_count([]), 1000)

    def test_a_currency_that_odoo_has_not_activated_is_taken(self):
        self.env.ref("base.EUR").active = False
        standing = a_standing(total_overdue=eur("12.50"), amount_to_restore=eur("0"))
        self.tell_one(an_entry("customer.limited", standing=standing, reason="other"))
        self.assertEqual(self.customer().currency_id.name, "EUR")
        self.assertEqual(self.customer().total_overdue, 12.5)

    def test_the_release_is_asked_for_at_once(self):
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.env.ref("duebell.cron_release").id)])
        self.tell_one(an_entry())
        self.assertGreater(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.env.ref("duebell.cron_release").id)]),
            triggers,
        )
