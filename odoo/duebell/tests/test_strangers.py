# SPDX-License-Identifier: LGPL-3.0-only
"""Customers of whom nobody has said which contact they are: their events wait, and run once somebody does."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import BillingCase, a_customer, a_standing, an_entry, an_invoice, replayed, usd


class StrangerCase(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(cls.env, "colleague", "duebell.group_user,base.group_partner_manager")

    def tell(self, *entries, unmatched="wait"):
        return self.billing.ingest(contract=1, events=list(entries), terms={"unmatched": unmatched})["results"]

    def stranger(self, external_id="john-doe"):
        strangers = self.env["duebell.stranger"].search([("external_id", "=", external_id)])
        return strangers.with_user(self.colleague)

    def a_contact(self, **values):
        return self.env["res.partner"].create({"name": "J. Doe", **values})

    def link(self, partner, external_id="john-doe"):
        stranger = self.stranger(external_id)
        stranger._link({stranger.id: partner.id})


@tagged("post_install", "-at_install")
class TestWaiting(StrangerCase):
    def test_the_events_of_a_stranger_wait_and_nothing_else_is_made(self):
        contacts = self.env["res.partner"].search_count([])
        result = self.tell_one(entry := an_entry())
        self.assertEqual(
            result,
            {
                "outcome": "provisioned",
                "already": False,
                "reference": f"duebell.stranger,{self.stranger().id}",
                "link": f"/odoo/billing-to-link/{self.stranger().id}",
                "told": [],
                "untold": "unmatched",
            },
        )
        self.assertEqual(self.env["res.partner"].search_count([]), contacts)
        self.assertFalse(self.customer())
        self.assertFalse(self.event(entry))
        self.assertEqual((self.stranger().state, self.stranger().waiting_count), ("waiting", 1))

    def test_the_same_event_again_waits_once(self):
        self.tell_one(entry := an_entry())
        self.assertTrue(self.tell_one(entry)["already"])
        self.assertEqual(self.stranger().waiting_count, 1)

    def test_the_same_id_with_other_content_is_refused(self):
        self.tell_one(entry := an_entry())
        other = an_entry(event_id=entry["event"]["id"], invoice=an_invoice(number="INV-2026-000002"))
        self.assertIn("other content", self.tell_one(other)["because"])

    def test_a_stranger_is_shown_as_billing_told_last(self):
        self.tell_one(an_entry())
        self.tell_one(an_entry("invoice.overdue", customer=a_customer(phone="+12025550177")))
        self.assertRecordValues(self.stranger(), [{"phone": "+12025550177", "last_event_type": "invoice.overdue"}])
        self.assertEqual(self.stranger().waiting_count, 2)

    def test_once_linked_the_events_run_in_order_and_the_billing_id_is_learned(self):
        self.tell(
            generated := an_entry(),
            overdue := an_entry("invoice.overdue", standing=a_standing(total_overdue=usd("30.00"))),
        )
        self.link(partner := self.a_contact(phone="+12025550199"))
        self.assertEqual(self.customer().partner_id, partner)
        self.assertEqual((self.customer().stage, partner.phone), ("overdue", "+12025550199"))
        self.assertEqual(self.message(generated).state, "superseded", "the later of the two made it untrue")
        self.assertEqual((self.message(overdue).state, self.message(overdue).recipient), ("waiting", "+12025550123"))
        self.assertIn("is overdue", self.note(overdue))
        self.assertFalse(self.stranger().waiting_ids)
        later = an_entry("invoice.paid", customer=a_customer(reference="C-2002"))
        self.assertEqual(self.tell_one(later)["reference"], f"duebell.event,{self.event(later).id}")
        self.assertEqual(self.event(later).partner_id, partner)

    def test_what_is_too_late_or_superseded_reaches_the_timeline_only(self):
        paid = an_entry("invoice.paid")["event"]
        later = {"id": paid["id"], "type": "invoice.paid", "time": "2026-11-01T14:02:00Z"}
        self.tell(
            late := an_entry(notify_by="2020-01-01T00:00:00Z"),
            superseded := an_entry("invoice.overdue", superseded_by=later),
        )
        self.link(self.a_contact())
        self.assertEqual((self.event(late).untold, self.event(superseded).untold), ("too late", "superseded"))
        self.assertFalse(self.event(late).message_ids + self.event(superseded).message_ids)

    def test_an_event_that_came_out_of_turn_changes_nothing(self):
        self.tell(
            newer := an_entry(
                "customer.suspended", standing=a_standing(status="suspended"), reason="other", sequence=9000002
            ),
            older := an_entry(
                "customer.limited", standing=a_standing(status="limited"), reason="other", sequence=9000001
            ),
        )
        self.link(self.a_contact())
        self.assertEqual((self.customer().status, self.event(older).untold), ("suspended", "older"))
        self.assertTrue(self.message(newer))

    def test_a_replay_that_waits_tells_beside_the_first(self):
        self.tell(entry := an_entry(), again := replayed(entry, 1))
        self.link(self.a_contact())
        self.assertEqual((len(self.event(entry)), len(self.event(again))), (1, 1))
        self.assertTrue(self.message(again))

    def test_whom_the_reference_leads_to_is_linked_by_himself_with_what_has_waited(self):
        self.tell_one(first := an_entry())
        partner = self.a_contact(ref="C-1001")
        self.assertEqual(self.tell_one(second := an_entry("invoice.overdue"))["told"], ["sms", "email"])
        self.assertEqual(self.customer().partner_id, partner)
        self.assertLess(self.event(first).id, self.event(second).id)
        self.assertEqual(self.stranger().state, "linked")

    def test_with_contacts_made_again_the_next_event_takes_along_what_has_waited(self):
        self.tell_one(first := an_entry())
        self.tell(an_entry("invoice.overdue"), unmatched="create")
        self.assertEqual(self.event(first).customer_id, self.customer())
        self.assertEqual(self.customer().partner_id.ref, "C-1001")

    def test_with_refusal_the_next_event_is_refused_and_what_waits_stays(self):
        self.tell_one(an_entry())
        entry = an_entry("invoice.overdue")
        self.assertEqual(self.tell(entry, unmatched="refuse")[entry["key"]]["outcome"], "refused")
        self.assertEqual(self.stranger().waiting_count, 1)

    def test_the_service_learns_what_became_of_messages_by_receipts(self):
        self.tell_one(entry := an_entry(customer=a_customer(phone=None)))
        self.link(self.a_contact())
        receipts = self.billing.receipts(acknowledged=[])["receipts"]
        told = [(one["event"], one["channel"], one["state"]) for one in receipts]
        self.assertIn((entry["event"]["id"], "sms", "failed"), told)

    def test_what_waits_is_known_after_a_restore(self):
        self.tell_one(entry := an_entry())
        self.assertEqual(self.billing.known([entry["key"], "x/0"]), {"known": [entry["key"]]})

    def test_who_is_forgotten_waits_no_more(self):
        self.tell_one(an_entry())
        answer = self.billing.forget("Global", "john-doe")
        self.assertEqual(answer, {"found": True, "events": 1, "messages": 0, "left": []})
        self.assertFalse(self.stranger())
        self.assertFalse(self.env["duebell.waiting.event"].search([]))

    def test_who_is_forgotten_after_he_was_linked_leaves_no_trace_in_the_inbox(self):
        self.tell_one(an_entry())
        self.link(self.a_contact())
        self.assertEqual(self.billing.forget("Global", "john-doe")["events"], 1)
        self.assertFalse(self.stranger())

    def test_linking_many_takes_no_more_queries_than_linking_few(self):
        def queries(count):
            ids = [f"many-{count}-{number}" for number in range(count)]
            self.tell(*[an_entry(customer=a_customer(external_id=id_, reference=None)) for id_ in ids])
            strangers = self.env["duebell.stranger"].search([("external_id", "in", ids)])
            partners = self.env["res.partner"].create([{"name": id_} for id_ in ids])
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            strangers.with_user(self.colleague)._link(dict(zip(strangers.ids, partners.ids, strict=True)))
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(1)
        self.assertLess(queries(300), queries(10) + 10)


@tagged("post_install", "-at_install")
class TestDeciding(StrangerCase):
    def test_a_contact_is_made_as_billing_knows_him(self):
        self.tell(an_entry(), an_entry(customer=a_customer(phone="+12025550177")))
        self.stranger().action_create_contacts()
        partner = self.customer().partner_id
        self.assertEqual((partner.name, partner.ref, partner.phone), ("John Doe", "C-1001", "+12025550177"))

    def test_strangers_of_one_reference_become_one_contact(self):
        self.tell(an_entry(), an_entry(customer=a_customer(external_id="mobile")))
        self.tell(an_entry(customer=a_customer(external_id="second-mobile")))
        (self.stranger() | self.stranger("mobile")).action_create_contacts()
        self.stranger("second-mobile").action_create_contacts()
        self.assertEqual(self.customer().partner_id.duebell_customer_count, 3)

    def test_who_is_ignored_is_kept_all_the_same_whatever_is_to_become_of_strangers(self):
        self.tell_one(an_entry())
        self.stranger().action_ignore()
        for unmatched in ("wait", "create", "refuse"):
            entry = an_entry()
            self.assertEqual(self.tell(entry, unmatched=unmatched)[entry["key"]]["untold"], "unmatched")
        self.assertEqual((self.stranger().state, self.stranger().waiting_count), ("ignored", 4))
        self.stranger().action_consider()
        self.link(self.a_contact())
        self.assertEqual(len(self.customer().event_ids), 4)

    def test_who_was_linked_meanwhile_is_not_linked_again(self):
        self.tell_one(an_entry())
        self.link(self.a_contact())
        with self.assertRaisesRegex(UserError, "linked meanwhile"):
            self.link(self.a_contact())
        with self.assertRaisesRegex(UserError, "linked meanwhile"):
            self.stranger().action_ignore()

    def test_a_contact_may_be_many_customers(self):
        self.tell(an_entry(), an_entry(customer=a_customer(external_id="second")))
        partner = self.a_contact()
        self.link(partner)
        self.link(partner, "second")
        self.assertEqual(partner.duebell_customer_count, 2)

    def test_another_companys_contact_is_refused(self):
        self.tell_one(an_entry())
        other = self.another_company()
        self.colleague.company_ids += other
        partner = self.a_contact(company_id=other.id)
        self.env.invalidate_all()
        stranger = self.stranger().with_context(allowed_company_ids=[self.company.id, other.id])
        with self.assertRaisesRegex(UserError, "is a contact of Other Telecom"):
            stranger._link({stranger.id: partner.id})

    def test_a_colleague_of_another_company_neither_sees_nor_links(self):
        self.another_company()
        self.tell_one(an_entry(company="Other Telecom"))
        self.assertFalse(self.env["duebell.stranger"].with_user(self.colleague).search([]))
        with self.assertRaises(AccessError):
            self.stranger().action_create_contacts()

    def test_events_run_for_the_company_that_they_were_sent_for_by_whatever_name(self):
        other = self.another_company()
        self.colleague.company_ids += other
        self.tell_one(entry := an_entry(company="Other Telecom"))
        other.name = "Renamed Telecom"
        stranger = self.stranger().with_context(allowed_company_ids=other.ids)
        stranger._link({stranger.id: self.a_contact().id})
        self.assertEqual((self.customer().company_id, self.event(entry).company_id), (other, other))

    def test_an_outsider_links_nobody(self):
        self.tell_one(an_entry())
        outsider = new_test_user(self.env, "outsider", "base.group_user")
        with self.assertRaises(AccessError):
            self.stranger().with_user(outsider).action_create_contacts()


@tagged("post_install", "-at_install")
class TestAnotherContact(StrangerCase):
    def test_the_timeline_goes_with_a_customer_who_was_linked_to_the_wrong_contact(self):
        self.tell(entry := an_entry(), unmatched="create")
        wrong, right = self.customer().partner_id, self.a_contact()
        self.customer().partner_id = right
        note = self.env["mail.message"].search([("message_id", "=", self.event(entry)._note_id())])
        self.assertEqual(note.res_id, right.id)
        self.assertFalse(wrong.duebell_customer_ids)

    def test_what_colleagues_wrote_stays_where_it_was(self):
        self.tell(an_entry(), unmatched="create")
        wrong = self.customer().partner_id
        theirs = wrong.message_post(body="Called back.")
        self.customer().partner_id = self.a_contact()
        self.assertEqual(theirs.res_id, wrong.id)

    def test_another_companys_contact_is_refused(self):
        self.tell(an_entry(), unmatched="create")
        other = self.another_company()
        with self.assertRaisesRegex(UserError, "is a contact of Other Telecom"):
            self.customer().partner_id = self.a_contact(company_id=other.id)

    def test_merging_contacts_keeps_the_customer_his_timeline_and_what_comes(self):
        self.tell(entry := an_entry(), unmatched="create")
        merged, kept = self.customer().partner_id, self.a_contact()
        self.env["base.partner.merge.automatic.wizard"]._merge((merged | kept).ids, kept)
        self.env.invalidate_all()
        self.assertEqual(self.customer().partner_id, kept)
        note = self.env["mail.message"].search([("message_id", "=", self.event(entry)._note_id())])
        self.assertEqual(note.res_id, kept.id)
        self.tell_one(an_entry("invoice.overdue"))
        self.assertEqual(len(self.customer().event_ids), 2)
