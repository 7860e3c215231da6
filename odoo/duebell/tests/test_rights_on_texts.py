# SPDX-License-Identifier: LGPL-3.0-only
"""Billing's administrator edits what customers read, in all languages, and nobody else's texts; code he writes none."""

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import BillingCase, an_entry

CODE = "object.env['res.users'].search([])"
FARTHER = "object.customer_id.partner_id.vat"


@tagged("post_install", "-at_install")
class TestRightsOnTexts(BillingCase):
    def setUp(self):
        super().setUp()
        self.manager = new_test_user(self.env, "texts", groups="duebell.group_manager")
        self.colleague = new_test_user(self.env, "colleague", groups="duebell.group_user")
        self.sms = self.env.ref("duebell.sms_invoice_generated")
        self.mail = self.env.ref("duebell.mail_invoice_generated")

    def texts(self, model, user):
        return self.env[model].with_user(user).search([("model", "=", "duebell.event")])

    def test_each_shipped_text_can_be_edited_in_each_language(self):
        for model, names in (("sms.template", ["body"]), ("mail.template", ["subject", "body_html"])):
            for template in self.texts(model, self.manager):
                for lang in ("en_US", "es_ES"):
                    with self.subTest(template=template.name, lang=lang):
                        spoken = template.with_context(lang=lang)
                        spoken.write({name: f"{spoken[name]}!" for name in names})

    def test_what_the_manager_writes_is_what_customers_read(self):
        with Form(self.sms.with_user(self.manager)) as form:
            form.body = "You owe {{ object.invoice_outstanding }}."
        with Form(self.mail.with_user(self.manager)) as form:
            form.subject = "You owe {{ object.invoice_outstanding }}."
        entry = an_entry()
        self.assertEqual(self.text(entry), "You owe $30.00.")
        self.assertEqual(self.message(entry, "email").subject, "You owe $30.00.")

    def test_the_manager_makes_and_deletes_texts_of_billing(self):
        model = self.env["ir.model"]._get_id("duebell.event")
        for name, values in (("sms.template", {"body": "Hello"}), ("mail.template", {"subject": "Hello"})):
            text = self.env[name].with_user(self.manager).create({"name": "Ours", "model_id": model, **values})
            text.unlink()

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_the_manager_touches_no_text_of_another_app(self):
        contacts = self.env["ir.model"]._get_id("res.partner")
        for name, ours, values in (
            ("sms.template", self.sms, {"body": "Hello"}),
            ("mail.template", self.mail, {"subject": "Hello"}),
        ):
            theirs = self.env[name].create({"name": "Theirs", "model_id": contacts, **values})
            with self.subTest(model=name, way="theirs"), self.assertRaises(AccessError):
                theirs.with_user(self.manager).write(values)
            with self.subTest(model=name, way="delete"), self.assertRaises(AccessError):
                theirs.with_user(self.manager).unlink()
            with self.subTest(model=name, way="move"), self.assertRaises(AccessError), self.env.cr.savepoint():
                ours.with_user(self.manager).write({"model_id": contacts})
        with self.assertRaises(AccessError):
            self.env["sms.template"].with_user(self.manager).create(
                {"name": "New", "model_id": contacts, "body": "Hello"}
            )

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_who_only_sees_billing_edits_no_text(self):
        for text, values in ((self.sms, {"body": "Hello"}), (self.mail, {"subject": "Hello"})):
            with self.subTest(text=text), self.assertRaises(AccessError):
                text.with_user(self.colleague).write(values)

    def test_the_manager_writes_no_code_and_reaches_nothing_beyond_the_placeholders(self):
        for expression in (CODE, FARTHER):
            inline = f"{{{{ {expression} }}}}"
            for text, values in (
                (self.sms, {"body": inline}),
                (self.mail, {"subject": inline}),
                (self.mail, {"body_html": f'<p t-out="{expression}"/>'}),
                (self.mail, {"email_from": inline}),
                (self.mail, {"reply_to": inline}),
            ):
                with self.subTest(values=values), self.assertRaises(AccessError), self.env.cr.savepoint():
                    text.with_user(self.manager).write(values)
            with self.subTest(lang="es_ES"), self.assertRaises(AccessError), self.env.cr.savepoint():
                self.sms.with_user(self.manager).update_field_translations("body", {"es_ES": inline})
