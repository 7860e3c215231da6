# SPDX-License-Identifier: LGPL-3.0-only
"""What is offered to whoever uninstalls, and what the addon takes along or leaves."""

import csv
import gzip
import io
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..hooks import PROOF, uninstall_hook
from ..models import duebell_message_archive
from .common import BillingCase, a_customer, an_entry, an_invoice


@tagged("post_install", "-at_install")
class TestUninstalling(BillingCase):
    def wizard(self, module="duebell"):
        modules = self.env["ir.module.module"].search([("name", "=", module)])
        return self.env["base.module.uninstall"].create({"module_ids": [(6, 0, modules.ids)]})

    def left(self):
        return self.env["ir.attachment"].search([("name", "=like", "proof-of-notice-%")])

    def lines(self, attachment):
        return list(csv.DictReader(io.StringIO(gzip.decompress(attachment.raw).decode())))

    def test_everything_that_was_told_is_offered(self):
        self.tell_one(an_entry())
        for module in ("duebell", "sms"):
            self.assertEqual(self.wizard(module).duebell_message_count, 2, module)
        wizard = self.wizard()
        action = wizard.action_duebell_proof()
        attachment = self.env["ir.attachment"].search([("res_model", "=", wizard._name), ("res_id", "=", wizard.id)])
        self.assertIn(f"/web/content/{attachment.id}", action["url"])
        lines = self.lines(attachment)
        self.assertEqual([line["recipient"] for line in lines], ["+12025550123", "john@example.com"])
        self.assertEqual({line["customer"] for line in lines}, {"John Doe"})

    def test_what_does_not_fit_into_a_file_is_in_the_next(self):
        self.tell(*(an_entry() for _ in range(4)))
        limits = {"AT_ONCE": 2, "IN_A_FILE": 3}
        with patch.multiple(duebell_message_archive, **limits):
            action = self.wizard().action_duebell_proof()
        files = self.env["ir.attachment"].search(action["domain"], order="id")
        self.assertEqual(files.mapped("name"), [PROOF.format(number=number) for number in (1, 2, 3)])
        told = [line["uuid"] for file in files for line in self.lines(file)]
        self.assertEqual(told, self.env["duebell.message"].search([], order="id").mapped("uuid"))

    def test_the_files_have_the_words_that_were_read_and_no_formula(self):
        self.tell_one(an_entry(customer=a_customer(name="=HYPERLINK(1)"), invoice=an_invoice(number="+1+1")))
        uninstall_hook(self.env)
        sms, email = self.lines(self.left())
        self.assertEqual((sms["customer"], sms["invoice"]), ("'=HYPERLINK(1)", "'+1+1"))
        self.assertEqual(sms["recipient"], "+12025550123")
        self.assertIn("$30.00 is due by", email["text"])
        self.assertNotIn("<", email["text"])

    def test_the_files_say_what_was_a_test(self):
        settings = self.env["duebell.settings"]._of(self.company)
        settings.write({"delivery": "test", "test_phone": "+12025550199", "test_email": "tester@example.com"})
        self.released(an_entry())
        uninstall_hook(self.env)
        sms = self.lines(self.left())[0]
        self.assertEqual((sms["recipient"], sms["test_meant_for"]), ("+12025550199", "+12025550123"))

    def test_nothing_is_offered_to_whoever_uninstalls_something_else(self):
        self.tell_one(an_entry())
        self.assertFalse(self.wizard("crm").duebell_message_count)

    def test_the_proof_is_left_for_administrators_only(self):
        self.tell_one(an_entry())
        uninstall_hook(self.env)
        colleague = new_test_user(self.env, "colleague", "duebell.group_user")
        with self.assertRaises(AccessError):
            self.left().with_user(colleague).read(["raw"])

    def test_an_addon_that_told_nobody_leaves_no_proof(self):
        uninstall_hook(self.env)
        self.assertFalse(self.left())

    def test_what_was_not_sent_yet_never_is(self):
        queued, waiting = an_entry(), an_entry(customer=a_customer(external_id="later", reference=None))
        self.released(queued)
        self.tell_one(waiting)
        uninstall_hook(self.env)
        messages = self.message(queued) + self.message(waiting)
        self.assertEqual(messages.mapped("because"), ["Not sent: the addon was uninstalled."] * 2)
        self.assertFalse(self.env["sms.sms"].search([("uuid", "in", messages.mapped("uuid"))]))
        self.assertFalse(self.env["mail.mail"].search([("duebell_message_id", "!=", False)]))
        self.assertEqual({line["state"] for line in self.lines(self.left())}, {"cancelled"})

    def test_neither_pairing_nor_hold_nor_open_activity_is_left(self):
        self.tell_one(an_entry(customer=a_customer(phone=None)))
        self.billing.pair(sender="0b5f6b1e-6f5c-4f0e-9a3c-2d8f4b1a7c55")
        self.billing.hold(because="For now.")
        self.env["duebell.message"]._attend_some()
        type_ = self.env.ref("duebell.activity_type_message_failed")
        activities = self.env["mail.activity"].with_context(active_test=False)
        open_one = activities.search([("activity_type_id", "=", type_.id)])
        done = open_one.copy()
        done.action_archive()
        uninstall_hook(self.env)
        self.assertFalse(open_one.exists())
        self.assertEqual(done.activity_type_id, self.env.ref("mail.mail_activity_data_todo"))
        self.assertFalse(self.env["ir.config_parameter"].search([("key", "=like", "duebell.%")]))
