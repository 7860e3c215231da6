# SPDX-License-Identifier: LGPL-3.0-only
"""Gateways that understood STOP in English alone understand the other languages after the upgrade."""

from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import tagged

from ..models.duebell_gateway_reply import STOP_WORDS
from .common import BillingCase

SCRIPT = Path(__file__).parent.parent / "migrations" / "19.0.1.3.0" / "post-stop-words.py"


@tagged("post_install", "-at_install")
class TestUpgradeOfGateways(BillingCase):
    def test_words_that_nobody_chose_are_those_of_all_languages(self):
        gateway = self.env["duebell.gateway"].create({"name": "Ours", "url": "http://127.0.0.1:9/"})
        for before, after in (("STOP END CANCEL UNSUBSCRIBE QUIT", STOP_WORDS), ("STOP GENUG", "STOP GENUG")):
            gateway.stop_words = before
            self.env.flush_all()
            load_script(str(SCRIPT), "post_stop_words").migrate(self.env.cr, "19.0.1.2.0")
            self.env.invalidate_all()
            self.assertEqual(gateway.stop_words, after)
