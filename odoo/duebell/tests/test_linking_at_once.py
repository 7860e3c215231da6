# SPDX-License-Identifier: LGPL-3.0-only
"""A colleague links a customer while his events arrive, in transactions of their own: none is lost, none told twice."""

import threading

from odoo.tests import tagged

from .at_once import DEADLINE_SECONDS, AtOnceCase
from .common import a_customer, an_entry

STRANGER = a_customer(external_id="linked-at-once", name="Linked At Once", reference=None)


@tagged("post_install", "-at_install")
class TestLinkingAtOnce(AtOnceCase):
    def setUp(self):
        super().setUp()
        self.first, self.second = an_entry(customer=STRANGER), an_entry("invoice.overdue", customer=STRANGER)
        with self.cursor() as cr:
            self.tell(cr, self.first)
            cr.commit()  # pylint: disable=invalid-commit

    def tell(self, cr, entry):
        env = self.environment(cr)
        events = env["duebell.event"].with_user(env.ref("duebell.user_integration"))
        return events.ingest(contract=1, events=[entry], terms={"unmatched": "wait"})["results"][entry["key"]]

    def link(self, cr):
        env = self.environment(cr)
        env["duebell.stranger"].search([("external_id", "=", STRANGER["external_id"])]).action_create_contacts()

    def test_an_event_that_arrives_while_he_is_linked_is_told_after_the_others(self):
        result = self.at_once(self.link, lambda cr: self.tell(cr, self.second))
        self.assertEqual(result["told"], ["sms", "email"])
        self.assertEqual(self.told(), ["invoice.generated", "invoice.overdue"])

    def test_who_is_linked_while_an_event_arrives_takes_that_along(self):
        self.at_once(lambda cr: self.tell(cr, self.second), self.link)
        self.assertEqual(self.told(), ["invoice.generated", "invoice.overdue"])

    def at_once(self, first, second):
        """What the second, which begins before the first has ended, gives."""
        answers = []

        def meanwhile():
            answers.append(self.as_a_request(second))

        with self.cursor() as cr:
            first(cr)
            other = threading.Thread(target=meanwhile)
            other.start()
            self.wait_until_somebody_waits_for(cr)
            cr.commit()  # pylint: disable=invalid-commit
        other.join(DEADLINE_SECONDS)
        return answers[0]

    def told(self):
        """The types of the customer's events in order; nothing waits any more, and each has its two messages."""
        with self.cursor() as cr:
            cr.execute("SELECT count(*) FROM duebell_waiting_event")
            self.assertEqual(cr.fetchone(), (0,))
            cr.execute(
                """SELECT event.type, count(*)
                     FROM duebell_event event
                     JOIN duebell_message message ON message.event_id = event.id
                     JOIN duebell_customer customer ON customer.id = event.customer_id
                    WHERE customer.external_id = %s
                    GROUP BY event.id ORDER BY event.id""",
                [STRANGER["external_id"]],
            )
            found = cr.fetchall()
            self.assertEqual({count for _type, count in found}, {2})
            return [type_ for type_, _count in found]

    def remove_all(self):
        with self.cursor() as cr:
            env = self.environment(cr)
            env["duebell.stranger"].search([("external_id", "=", STRANGER["external_id"])]).unlink()
            customer = env["duebell.customer"].search([("external_id", "=", STRANGER["external_id"])])
            partner = customer.partner_id
            env["duebell.receipt"].search([("message_id", "in", customer.message_ids.ids)]).unlink()
            customer.message_ids.unlink()
            customer.event_ids.unlink()
            customer.unlink()
            partner.unlink()
            cr.commit()  # pylint: disable=invalid-commit
