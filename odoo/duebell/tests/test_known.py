# SPDX-License-Identifier: LGPL-3.0-only
"""What the service learns after Odoo was restored from a backup: which of its events are here."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BillingCase, an_entry, replayed


@tagged("post_install", "-at_install")
class TestKnown(BillingCase):
    def test_only_what_was_made_effective_is_known_each_replay_by_itself(self):
        told, refused, untold = an_entry(), an_entry(company="Nobody Telecom"), an_entry()
        again = replayed(told, 1)
        self.tell(told, refused, again)
        keys = [untold["key"], again["key"], refused["key"], told["key"], replayed(told, 2)["key"]]
        self.assertEqual(self.billing.known(keys=keys), {"known": [again["key"], told["key"]]})

    def test_what_is_no_key_is_not_known(self):
        self.assertEqual(self.billing.known(keys=["", "/", "x/0", "%"]), {"known": []})

    def test_a_call_that_is_malformed_is_refused(self):
        for keys in ("text", [1], ["x/0"] * 1001, None):
            with (
                self.subTest(keys=str(keys)[:20]),
                self.assertRaisesRegex(UserError, "keys: must be a list of at most"),
            ):
                self.billing.known(keys=keys)

    def test_an_older_service_is_told_of_the_methods_all_the_same(self):
        self.assertLessEqual({"forget", "known"}, set(self.billing.status()["methods"]))
