# SPDX-License-Identifier: LGPL-3.0-only
"""The service's key is changed by itself: a new one, then an end for the old one; over real HTTP, as it comes."""

import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestRotation(HttpCase):
    def setUp(self):
        super().setUp()
        self.user = self.env.ref("duebell.user_integration")
        self.keys = self.env["res.users.apikeys"].with_user(self.user)
        self.old = self.keys.sudo()._generate(None, "pasted", fields.Datetime.now() + timedelta(days=90))

    def call(self, key, method):
        return self.url_open(
            f"/json/2/duebell.event/{method}",
            data=json.dumps({}),
            headers={"Content-Type": "application/json", "Authorization": f"bearer {key}"},
        )

    def is_good(self, key):
        return self.keys._check_credentials(scope="rpc", key=key) == self.user.id

    def rotated(self, key):
        return self.call(key, "rotate_key").json()["key"]

    def test_a_new_key_is_as_long_lived_as_the_group_allows_and_the_old_one_stays_good(self):
        answer = self.call(self.old, "rotate_key").json()
        self.assertTrue(self.is_good(answer["key"]))
        self.assertTrue(self.is_good(self.old))
        lasts = fields.Datetime.to_datetime(answer["expires_on"]) - fields.Datetime.now()
        self.assertAlmostEqual(lasts / timedelta(days=1), 365, delta=1)

    def test_a_key_ends_itself_and_no_other(self):
        new = self.rotated(self.old)
        self.assertEqual(self.call(self.old, "revoke_key").json(), {"revoked": True})
        self.assertFalse(self.is_good(self.old))
        self.assertTrue(self.is_good(new))
        self.assertEqual(self.call(self.old, "revoke_key").status_code, 401)

    def test_a_key_that_nobody_got_ends_with_the_next_one(self):
        lost = self.rotated(self.old)
        new = self.rotated(self.old)
        self.assertFalse(self.is_good(lost))
        self.assertTrue(self.is_good(new))
        self.assertTrue(self.is_good(self.old))

    def test_the_key_in_use_does_not_end_though_it_was_made_so(self):
        first = self.rotated(self.old)
        second = self.rotated(first)
        self.assertTrue(self.is_good(first))
        self.assertTrue(self.is_good(second))

    def test_a_key_that_a_person_made_does_not_end_with_the_next_one(self):
        made = self.keys.sudo()._generate(None, "Duebell", fields.Datetime.now() + timedelta(days=90))
        self.rotated(self.old)
        self.assertTrue(self.is_good(made))

    def test_a_call_without_a_key_has_none_to_revoke(self):
        with self.assertRaisesRegex(UserError, "without an API key"):
            self.env["duebell.event"].with_user(self.user).revoke_key()
