# SPDX-License-Identifier: LGPL-3.0-only
"""Texts that wait in Odoo's queue while the addon is upgraded leave by their company's gateway, too."""

from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import tagged

from .common import BillingCase, an_entry

SCRIPT = Path(__file__).parent.parent / "migrations" / "19.0.1.3.0" / "post-sms-companies.py"


@tagged("post_install", "-at_install")
class TestUpgradeOfTexts(BillingCase):
    def test_a_text_in_the_queue_gets_its_messages_company(self):
        message = self.released(an_entry())
        ours = self.env["sms.sms"].search([("uuid", "=", message.uuid)])
        stranger = self.env["sms.sms"].create({"number": "+12025550166", "body": "not from billing"})
        ours.duebell_company_id = False
        self.env.flush_all()
        load_script(str(SCRIPT), "post_sms_companies").migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        self.assertEqual((ours.duebell_company_id, bool(stranger.duebell_company_id)), (self.company, False))
