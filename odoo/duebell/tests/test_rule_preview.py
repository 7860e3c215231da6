# SPDX-License-Identifier: LGPL-3.0-only
"""What a rule shows of its words before anybody is told, and the test that goes to oneself."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import BillingCase, a_customer, an_entry, an_invoice


@tagged("post_install", "-at_install")
class TestRulePreview(BillingCase):
    def setUp(self):
        super().setUp()
        self.manager = new_test_user(
            self.env, "texts", groups="duebell.group_manager", email="texts@example.com", phone="+12025550188"
        )
        self.rule = self.env.ref("duebell.rule_invoice_overdue").with_user(self.manager)

    def test_it_shows_the_last_events_customer_in_his_language(self):
        self.tell(an_entry("invoice.overdue"))
        self.assertEqual(
            self.rule.preview_sms,
            "Example Telecom: invoice INV-2026-000001 is overdue: $30.00 was due on November 15, 2026. "
            "Please pay it to keep your service.",
        )
        spanish = a_customer(external_id="es", name="Example Customer", language="es-ES", reference=None)
        self.tell(an_entry("invoice.overdue", customer=spanish, at="2026-11-02T09:00:00Z"))
        self.rule.invalidate_recordset()
        self.assertEqual(self.rule.preview_customer_id.name, "Example Customer")
        self.assertIn("15 de noviembre de 2026", self.rule.preview_sms)
        self.assertIn("Un saludo", self.rule.preview_mail)
        self.assertIn("INV-2026-000001", self.rule.preview_subject)

    def test_it_counts_the_parts_and_says_what_makes_them_dear(self):
        self.tell(an_entry("invoice.overdue"))
        self.assertEqual(self.rule.preview_sms_size, "1 SMS: 125 places in GSM-7.")
        self.rule.sms_template_id.body = "“{{ object.invoice_number }}” " + "x" * 60
        self.assertEqual(self.rule.preview_sms_size, "2 SMS: 78 places in UCS-2. Without “ ” it would take fewer.")

    def test_it_changes_while_the_rule_is_edited(self):
        self.tell(an_entry(), an_entry("invoice.overdue"))
        other = self.env.ref("duebell.sms_invoice_generated")
        with Form(self.rule) as form:
            form.sms_template_id = other
            self.assertIn("is due by November 15, 2026", form.preview_sms)
            form.event_type = "invoice.voided"
            self.assertFalse(form.preview_sms)
            form.event_type = "invoice.overdue"

    def test_a_case_shows_an_event_of_the_case(self):
        self.tell(an_entry("invoice.overdue", invoice=an_invoice(number="PLAIN")))
        rule = self.env.ref("duebell.rule_invoice_overdue_charged").with_user(self.manager)
        self.assertFalse(rule.preview_event_id)
        self.assertFalse(rule.preview_sms)

    def test_another_companys_customers_are_not_shown(self):
        self.another_company()
        self.tell(an_entry("invoice.overdue", company="Other Telecom"))
        self.assertFalse(self.rule.preview_event_id)

    @mute_logger("odoo.addons.mail.models.mail_render_mixin", "odoo.addons.duebell.rendering")
    def test_words_that_fail_say_why(self):
        self.tell(an_entry("invoice.overdue"))
        self.rule.sms_template_id.sudo().body = "{{ 1 / 0 }}"
        rule = self.rule.with_user(self.env.ref("base.user_admin"))
        self.assertIn("division by zero", rule.preview_sms)
        self.assertFalse(rule.preview_sms_size)

    def test_a_test_goes_to_oneself_and_the_customer_is_told_nothing(self):
        self.tell(an_entry("invoice.overdue"))
        messages = self.env["duebell.message"].search([]).mapped("state")
        self.send_test()
        sms = self.env["sms.sms"].search([("number", "=", "+12025550188")])
        mail = self.env["mail.mail"].search([("email_to", "=", "texts@example.com")])
        self.assertEqual((sms.body, sms.state), (self.rule.preview_sms, "outgoing"))
        self.assertEqual((mail.subject, mail.state), (self.rule.preview_subject, "outgoing"))
        self.assertIn("is overdue", mail.body_html)
        self.assertEqual(self.env["duebell.message"].search([]).mapped("state"), messages)
        self.assertFalse(self.env["sms.sms"].search([("number", "=", "+12025550123")]))

    def test_a_test_goes_by_the_rules_channels_only(self):
        self.tell(an_entry("invoice.overdue"))
        self.rule.mode = "email"
        self.send_test()
        self.assertFalse(self.env["sms.sms"].search([("number", "=", "+12025550188")]))

    def test_a_test_comes_from_whom_the_customer_would_get_it(self):
        self.tell(an_entry("invoice.overdue"))
        server = self.env["ir.mail_server"].create({"name": "loopback", "smtp_host": "127.0.0.1"})
        self.rule.sudo().mail_template_id.write(
            {"email_from": "{{ object.company_id.email }}", "reply_to": "help@example.com", "mail_server_id": server.id}
        )
        self.send_test()
        mail = self.env["mail.mail"].search([("email_to", "=", "texts@example.com")])
        self.assertEqual((mail.email_from, mail.reply_to), ("billing@example.com", "help@example.com"))
        self.assertEqual((mail.mail_server_id, mail.record_company_id), (server, self.company))

    def test_while_stop_holds_everything_no_test_leaves_either(self):
        self.tell(an_entry("invoice.overdue"))
        self.env["duebell.message"]._hold("a test")
        with self.assertRaisesRegex(UserError, "STOP holds everything"):
            self.send_test()
        self.assertFalse(self.env["sms.sms"].search([("number", "=", "+12025550188")]))

    def test_a_test_without_event_or_address_says_what_to_do(self):
        with self.assertRaisesRegex(UserError, "nothing to send"):
            self.send_test()
        self.tell(an_entry("invoice.overdue"))
        for values, because in (
            ({"phone": False, "email": False}, "Type a number or an address"),
            ({"phone": "12345"}, "“12345” is not a number that can be called"),
            ({"email": "nobody"}, "“nobody” is not an e-mail address"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, because):
                self.send_test(**values)

    def test_who_only_reads_sends_no_tests(self):
        self.tell(an_entry("invoice.overdue"))
        reader = new_test_user(self.env, "reader", groups="duebell.group_user")
        with self.assertRaises(AccessError):
            self.env["duebell.message.test"].with_user(reader).create({"rule_id": self.rule.id})

    def send_test(self, **values):
        self.rule.invalidate_recordset()
        action = self.rule.action_send_test()
        test = self.env["duebell.message.test"].with_user(self.manager).with_context(**action["context"])
        return test.create(values).action_send()
