# SPDX-License-Identifier: LGPL-3.0-only
"""Calls of `ingest` at the same time, in real transactions: each event is effective once, the newest counts."""

import threading

from odoo.tests import tagged

from .at_once import DEADLINE_SECONDS, CustomersAtOnceCase
from .common import a_standing, an_entry


@tagged("post_install", "-at_install")
class TestIngestAtOnce(CustomersAtOnceCase):
    def test_the_same_call_from_four_at_once_is_effective_once(self):
        answers = []

        def another_call():
            answers.append(self.as_a_request(self.ingest))

        others = [threading.Thread(target=another_call) for _ in range(3)]
        with self.cursor() as cr:
            first = self.ingest(cr)
            for other in others:
                other.start()
            self.wait_until_somebody_waits_for(cr, many=3)
            cr.commit()  # pylint: disable=invalid-commit
        for other in others:
            other.join(DEADLINE_SECONDS)

        self.assertEqual({result["already"] for result in first.values()}, {False})
        self.assertEqual([{result["already"] for result in answer.values()} for answer in answers], [{True}] * 3)
        self.assertEqual(self.counts(), (3, 3, 3, 6))
        self.assertEqual(self.contacts(), 3)

    def two_calls_at_once(self, first_entry, second_entry):
        """The results of two calls, of which the second begins before the first has ended."""
        answers = []

        def second_call():
            results = self.as_a_request(lambda cr: self.ingest(cr, [second_entry]))
            answers.append(results[second_entry["key"]])

        with self.cursor() as cr:
            first = self.ingest(cr, [first_entry])[first_entry["key"]]
            second = threading.Thread(target=second_call)
            second.start()
            self.wait_until_somebody_waits_for(cr)
            cr.commit()  # pylint: disable=invalid-commit
        second.join(DEADLINE_SECONDS)
        return first, answers[0]

    def test_two_events_of_one_known_customer_at_once_are_both_effective_in_either_order(self):
        """Each changes the customer's row: the second waits, Odoo repeats it, it starts from what the first left."""
        for number, turned in ((0, False), (1, True)):
            with self.subTest(turned=turned):
                customer = self.entries[number]["event"]["data"]["customer"]
                with self.cursor() as cr:
                    self.ingest(cr, [self.entries[number]])
                    cr.commit()  # pylint: disable=invalid-commit
                suspended = an_entry(
                    "customer.suspended", customer=customer, standing=a_standing(status="suspended"), reason="other"
                )
                restored = an_entry(
                    "customer.suspension_removed", customer=customer, standing=a_standing(), reason="paid"
                )
                calls = (restored, suspended) if turned else (suspended, restored)
                first, second = self.two_calls_at_once(*calls)
                self.assertEqual((first["already"], first["untold"]), (False, None))
                self.assertEqual((second["already"], second["untold"]), (False, "older" if turned else None))
                self.assertEqual(
                    self.customer_is(customer), ("active", 3), "the newest event counts, and each is there"
                )

    def customer_is(self, customer):
        """His status, and how many events he has."""
        with self.cursor() as cr:
            cr.execute(
                """SELECT customer.status, count(event.id)
                     FROM duebell_customer customer
                     JOIN duebell_event event ON event.customer_id = customer.id
                    WHERE customer.external_id = %s
                    GROUP BY customer.id""",
                [customer["external_id"]],
            )
            return cr.fetchone()

    def counts(self):
        """Of (customers, contacts, events, messages)."""
        with self.cursor() as cr:
            cr.execute(
                """SELECT count(DISTINCT customer.id), count(DISTINCT customer.partner_id),
                          count(DISTINCT event.id), count(message.id)
                     FROM duebell_customer customer
                     JOIN duebell_event event ON event.customer_id = customer.id
                     JOIN duebell_message message ON message.event_id = event.id
                    WHERE customer.external_id LIKE 'concurrent-%'"""
            )
            return cr.fetchone()

    def contacts(self):
        with self.cursor() as cr:
            cr.execute("SELECT count(*) FROM res_partner WHERE name = 'Concurrent Customer'")
            return cr.fetchone()[0]
