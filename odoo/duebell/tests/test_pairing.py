# SPDX-License-Identifier: LGPL-3.0-only
"""One Duebell and one database are a pair; a copy of either tells nobody."""

from uuid import uuid4

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.duebell_event_pairing import DATABASE, SENDER
from .at_once import AtOnceCase
from .common import BillingCase, an_entry

OURS = "0b5f4a92-ca5a-4d44-92ed-7f834c083e0b"
ANOTHER = "61ce4a92-ca5a-4d44-92ed-7f834c083e0b"


@tagged("post_install", "-at_install")
class TestPairing(BillingCase):
    def ingest(self, entry, **terms):
        return self.billing.ingest(contract=1, events=[entry], terms=terms)

    def refusal_of(self, **terms):
        entry = an_entry()
        answer = self.ingest(entry, **terms)
        self.assertNotIn("results", answer)
        self.assertFalse(self.event(entry))
        return answer["refused"], answer["because"]

    def database(self):
        return self.env["ir.config_parameter"].get_param("database.uuid")

    def test_before_the_first_pairing_events_of_anybody_are_taken(self):
        self.assertIsNone(self.billing.status()["paired_with"])
        self.assertIn("results", self.ingest(an_entry(), sender=OURS))
        self.assertIn("results", self.billing.ingest(contract=1, events=[an_entry()]))

    def test_a_paired_database_takes_the_events_of_its_own_duebell(self):
        self.assertEqual(self.billing.pair(sender=OURS), {"sender": OURS, "database_uuid": self.database()})
        self.assertEqual(self.billing.status()["paired_with"], OURS)
        self.assertIn("results", self.ingest(an_entry(), sender=OURS, database_uuid=self.database(), hold=False))

    def test_a_paired_database_refuses_the_events_of_another_duebell_and_of_nobody(self):
        self.billing.pair(sender=OURS)
        for terms in ({"sender": ANOTHER}, {}):
            kind, because = self.refusal_of(**terms)
            self.assertEqual(kind, "pairing")
            self.assertIn("paired with another Duebell", because)

    def test_events_that_are_meant_for_another_database_are_refused(self):
        self.billing.pair(sender=OURS)
        kind, because = self.refusal_of(sender=OURS, database_uuid=str(uuid4()))
        self.assertEqual(kind, "pairing")
        self.assertIn("it was copied", because)

    def test_a_call_without_events_is_answered_to_anybody_who_may_call(self):
        self.billing.pair(sender=OURS)
        self.assertEqual(self.billing.ingest(contract=1, events=[]), {"results": {}})

    def test_the_pair_may_be_changed(self):
        self.billing.pair(sender=OURS)
        self.billing.pair(sender=ANOTHER)
        self.assertIn("results", self.ingest(an_entry(), sender=ANOTHER))
        self.assertEqual(self.refusal_of(sender=OURS)[0], "pairing")

    def test_a_duplicate_that_odoo_makes_of_a_paired_database_is_paired_with_nobody(self):
        self.billing.pair(sender=OURS)
        self.env["ir.config_parameter"].set_param("database.uuid", str(uuid4()))  # as Odoo does to a duplicate
        self.assertIsNone(self.billing.status()["paired_with"])

    def test_only_a_uuid_is_a_sender(self):
        for sender in ("", "John", None, OURS.upper()):
            with self.subTest(sender=sender), self.assertRaisesRegex(UserError, "must be a UUID"):
                self.billing.pair(sender=sender)


@tagged("post_install", "-at_install")
class TestPairingAtOnce(AtOnceCase):
    def events(self, cr):
        env = self.environment(cr)
        return env["duebell.event"].with_user(env.ref("duebell.user_integration"))

    def test_who_asks_from_before_a_pairing_hides_it_from_nobody_who_asks_after(self):
        with self.cursor() as before, self.cursor() as pairing:
            before.execute("SELECT 1 FROM ir_config_parameter")  # it sees what was, from here on
            self.events(pairing).pair(sender=OURS)
            pairing.commit()  # pylint: disable=invalid-commit
            parameters = self.environment(before)["ir.config_parameter"]
            self.assertFalse(
                parameters.get_param(SENDER) or parameters.get_param(DATABASE), "Odoo's cache has that now"
            )
        with self.cursor() as after:
            self.assertEqual(self.events(after).status()["paired_with"], OURS)

    def remove_all(self):
        with self.cursor() as cr:
            self.events(cr).sudo()._part()
            cr.commit()  # pylint: disable=invalid-commit
