# SPDX-License-Identifier: LGPL-3.0-only
"""Who may do what: the integration its own methods and nothing else; others never those."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BillingCase, an_entry


@tagged("post_install", "-at_install")
class TestRights(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(cls.env, "colleague", "duebell.group_user")
        cls.outsider = new_test_user(cls.env, "outsider", "base.group_user")

    def test_only_the_integration_may_call_its_methods(self):
        for user in (self.colleague, self.outsider, self.env.ref("base.user_admin"), self.env.ref("base.public_user")):
            events = self.env["duebell.event"].with_user(user)
            for call in (
                events.status,
                events.rotate_key,
                lambda events=events: events.ingest(contract=1, events=[an_entry()]),
                lambda events=events: events.receipts(acknowledged=[]),
                lambda events=events: events.known(keys=[]),
                lambda events=events: events.told(keys=[]),
                lambda events=events: events.forget(environment="Global", external_id="john-doe"),
                lambda events=events: events.pair(sender="0b5f4a92-ca5a-4d44-92ed-7f834c083e0b"),
                lambda events=events: events.hold(because="a test"),
                events.release,
                events.revoke_key,
            ):
                with self.subTest(user=user.login), self.assertRaisesRegex(AccessError, "Billing Integration"):
                    call()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_the_integration_reads_nothing(self):
        self.tell_one(an_entry())
        for model in (
            "res.partner",
            "duebell.event",
            "duebell.customer",
            "duebell.invoice",
            "duebell.commitment",
            "duebell.message",
            "duebell.receipt",
            "sms.sms",
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.user).search([]).read()

    def test_the_integration_user_has_no_password_and_is_nobodys_colleague(self):
        self.assertTrue(self.user.share)
        self.assertFalse(self.user._is_internal())
        self.env.cr.execute("SELECT password FROM res_users WHERE id = %s", [self.user.id])
        self.assertFalse(self.env.cr.fetchone()[0])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_a_colleague_reads_all_and_writes_nothing(self):
        self.tell_one(an_entry())
        for model in (
            "duebell.customer",
            "duebell.invoice",
            "duebell.event",
            "duebell.message",
            "duebell.message.rule",
        ):
            records = self.env[model].with_user(self.colleague).search([])
            self.assertTrue(records.read(), model)
            with self.subTest(model=model), self.assertRaises(AccessError):
                records.unlink()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_an_outsider_sees_nothing_of_billing_on_the_contact(self):
        self.tell_one(an_entry())
        partner = self.customer().partner_id.with_user(self.outsider)
        self.assertTrue(partner.name)
        with self.assertRaises(AccessError):
            partner.read(["duebell_customer_ids"])

    def test_colleagues_see_only_their_companies(self):
        self.another_company()
        self.tell_one(an_entry(company="Other Telecom"))
        for model in ("duebell.customer", "duebell.event", "duebell.message"):
            self.assertFalse(self.env[model].with_user(self.colleague).search([]), model)

    def test_the_integration_tells_only_for_its_companies(self):
        self.env["res.company"].create({"name": "Other Telecom"})
        self.assertIn("is no company of the integration user", self.refusal(an_entry(company="Other Telecom")))
