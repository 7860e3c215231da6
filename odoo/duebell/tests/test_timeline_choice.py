# SPDX-License-Identifier: LGPL-3.0-only
"""Notes on the contact, switched off by type of event."""

from odoo.tests import tagged

from ..contract import EVENT_TYPES
from .common import BillingCase, an_entry


@tagged("post_install", "-at_install")
class TestTimelineChoice(BillingCase):
    def choice(self, type_):
        return self.env["duebell.timeline.choice"].search([("event_type", "=", type_)])

    def test_every_type_leaves_a_note_unless_somebody_chose_otherwise(self):
        choices = self.env["duebell.timeline.choice"].search([])
        self.assertEqual(sorted(choices.mapped("event_type")), sorted(EVENT_TYPES))
        self.assertTrue(all(choices.mapped("noted")))

    def test_an_event_of_a_type_switched_off_tells_the_customer_and_leaves_no_note(self):
        self.choice("invoice.generated").noted = False
        quiet, loud = an_entry("invoice.generated"), an_entry("invoice.overdue")
        self.tell(quiet, loud)
        self.assertFalse(self.event(quiet)._notes())
        self.assertTrue(self.event(loud)._notes())
        self.assertEqual(self.message(quiet).event_id, self.event(quiet))

    def test_a_message_cancelled_later_needs_no_note(self):
        self.choice("invoice.overdue").noted = False
        entry = an_entry("invoice.overdue")
        self.tell_one(entry)
        self.assertEqual(self.tell_one(an_entry("invoice.paid"))["outcome"], "provisioned")
        self.assertEqual(self.message(entry).state, "superseded")

    def test_a_type_without_a_choice_leaves_a_note(self):
        self.choice("invoice.generated").unlink()
        entry = an_entry()
        self.tell_one(entry)
        self.assertTrue(self.event(entry)._notes())
