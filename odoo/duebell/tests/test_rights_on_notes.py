# SPDX-License-Identifier: LGPL-3.0-only
"""Who reads billing's notes and activities on a contact: those who see billing, of their companies; and nobody's
reading breaks.
"""

from pathlib import Path

from odoo.exceptions import AccessError
from odoo.modules.migration import load_script
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import BillingCase, a_customer, an_entry

SCRIPT = Path(__file__).parent.parent / "migrations" / "19.0.1.3.0" / "post-activity-companies.py"
WORDS = "INV-2026-000001"


@tagged("post_install", "-at_install")
class TestRightsOnNotes(HttpCase, BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.another_company()
        # a contact of no company, customer of both: everybody may read the contact itself
        cls.contact = cls.env["res.partner"].create({"name": "Shared", "ref": "SHARED", "email": "s@example.com"})
        cls.outsider = cls.a_person("outsider", "base.group_user", cls.company)
        cls.colleague = cls.a_person("colleague", "duebell.group_user", cls.company)
        cls.theirs = cls.a_person("theirs", "duebell.group_user", cls.other)

    @classmethod
    def a_person(cls, login, group, company):
        groups = f"{group},base.group_partner_manager"
        return new_test_user(cls.env, login, groups, company_id=company.id, company_ids=[(6, 0, company.ids)])

    def setUp(self):
        super().setUp()
        entries = [
            an_entry(company=company, customer=a_customer(external_id=f"{number}", reference="SHARED"))
            for number, company in enumerate(("Example Telecom", "Other Telecom"))
        ]
        self.tell(*entries)
        self.notes = [self.event(entry)._notes()[self.event(entry)] for entry in entries]
        self.colleagues_own = self.contact.message_post(body="Called him.", author_id=self.colleague.partner_id.id)

    def thread(self, user):
        """The messages of the contact, as the web client fetches them."""
        self.authenticate(user.login, user.login)
        thread = {"thread_model": "res.partner", "thread_id": self.contact.id}
        fetched = self.make_jsonrpc_request("/mail/thread/messages", thread)
        self.assertEqual({one["id"] for one in fetched["data"]["mail.message"]}, set(fetched["messages"]))
        return self.env["mail.message"].browse(fetched["messages"])

    def test_the_web_client_shows_each_the_notes_that_are_for_him(self):
        ours, theirs = self.notes
        for user, sees in ((self.outsider, []), (self.colleague, [ours]), (self.theirs, [theirs])):
            with self.subTest(user=user.login):
                shown = self.thread(user)
                self.assertEqual([note for note in self.notes if note in shown], sees)
                self.assertIn(self.colleagues_own, shown)

    def test_who_works_in_both_companies_reads_of_those_that_he_has_chosen(self):
        ours, theirs = self.notes
        self.colleague.company_ids += self.other
        messages = self.env["mail.message"].with_user(self.colleague)
        for companies, sees in ((self.company, ours), (self.other, theirs), (self.company + self.other, ours + theirs)):
            chosen = messages.with_context(allowed_company_ids=companies.ids)
            self.assertEqual(chosen.search([("body", "like", WORDS)]), sees)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_no_other_way_leads_to_them(self):
        env = self.env(user=self.outsider)
        self.assertFalse(env["mail.message"].search([("body", "like", WORDS)]))
        self.assertFalse(env["mail.message"]._read_group([("body", "like", WORDS)], ["res_id"]))
        self.assertFalse(env["res.partner"].search([("message_ids.body", "like", WORDS)]))
        self.assertFalse(env["mail.notification"].search([("mail_message_id.body", "like", WORDS)]))
        self.assertEqual(env["res.partner"].browse(self.contact.id).message_ids & self.notes[0], env["mail.message"])
        for operation in (
            lambda note: note.read(["body"]),
            lambda note: note.write({"body": "?"}),
            lambda note: note.unlink(),
        ):
            with self.assertRaises(AccessError):
                operation(self.notes[0].with_env(env))

    def test_everybody_works_on_the_contact_as_ever(self):
        found = self.env["res.partner"].with_user(self.colleague).search([("message_ids.body", "like", WORDS)])
        self.assertEqual(found, self.contact)
        contact = self.contact.with_user(self.outsider)
        self.assertIn(self.colleagues_own, contact.message_ids)
        posted = contact.message_post(body="So did I.", message_type="comment")
        self.assertIn(posted, contact.message_ids)
        contact.write({"name": "Renamed"})
        self.authenticate("outsider", "outsider")
        thread = {"thread_model": "res.partner", "thread_id": self.contact.id}
        self.make_jsonrpc_request("/mail/thread/recipients", thread)
        asked = [["mail.thread", {**thread, "request_list": ["activities", "attachments", "followers"]}]]
        data = self.make_jsonrpc_request("/mail/data", {"fetch_params": asked})
        self.assertTrue(data["mail.thread"])

    def failed(self, user=None):
        """The activity on the contact, for the user, since our company's message didn't arrive."""
        self.contact.user_id = user
        message = self.env["duebell.message"].search([("company_id", "=", self.company.id)], limit=1)
        message._advance("failed", "The SMS was not delivered.")
        self.env["duebell.message"]._attend_some()
        return self.contact.activity_ids

    def readers(self, records):
        """Who finds the records, and may read them."""
        self.env.flush_all()  # as between two calls: Odoo asks for messages past the ORM
        people = (self.outsider, self.colleague, self.theirs)
        found = [one for one in people if records.with_user(one).search([("id", "in", records.ids)])]
        self.assertEqual(found, [one for one in people if records.with_user(one).has_access("read")])
        return found

    def test_an_activity_of_billing_is_for_those_who_see_that_companys_billing(self):
        activity = self.failed(user=self.colleague)
        self.assertEqual(self.readers(activity), [self.colleague])
        contacts = self.env["res.partner"].with_user(self.outsider)
        self.assertFalse(contacts.search([("activity_ids.note", "like", "not delivered")]))
        self.env.invalidate_all()
        seen = contacts.browse(self.contact.id).read(["activity_ids", "activity_state", "activity_summary"])
        self.assertEqual(seen[0]["activity_ids"], [])

    def test_who_is_asked_reads_what_he_is_asked_though_he_sees_nothing_else_of_billing(self):
        activity = self.failed(user=self.outsider)
        self.assertEqual(self.readers(activity), [self.outsider, self.colleague])
        activity.with_user(self.outsider).action_feedback(feedback="Called him.")

    def test_what_is_done_is_told_on_the_contact_to_the_same_people(self):
        self.failed(user=self.colleague).with_user(self.colleague).action_feedback(feedback="Called him.")
        told = self.contact.message_ids.filtered(lambda message: "not delivered" in message.body)
        self.assertEqual(self.readers(told), [self.colleague])
        own = self.contact.activity_schedule("mail.mail_activity_data_todo", user_id=self.colleague.id)
        own.with_user(self.colleague).action_feedback(feedback="Nothing of billing.")
        told = self.contact.message_ids.filtered(lambda message: "Nothing of billing" in message.body)
        self.assertEqual(self.readers(told), [self.outsider, self.colleague, self.theirs])

    def test_activities_from_before_the_upgrade_get_their_company(self):
        activity = self.failed(user=self.colleague)
        self.env["duebell.customer"].search([("company_id", "=", self.other.id)]).partner_id = self.other.partner_id
        activity.duebell_company_id = False
        self.env.flush_all()
        load_script(str(SCRIPT), "post_activity_companies").migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        self.assertEqual(activity.duebell_company_id, self.company)
