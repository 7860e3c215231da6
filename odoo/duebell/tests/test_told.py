# SPDX-License-Identifier: LGPL-3.0-only
"""What the service is shown of what customers were told, when a person looks at an event."""

from odoo.tests import tagged

from .common import BillingCase, a_customer, an_entry, replayed


@tagged("post_install", "-at_install")
class TestTold(BillingCase):
    def told(self, *entries):
        """What is told of the entries, in their order."""
        keys = [entry["key"] for entry in entries]
        told = self.billing.told(keys=keys)["told"]
        self.assertEqual(list(told), keys)
        return list(told.values())

    def test_each_message_is_shown_in_its_words_with_its_state_and_the_contact(self):
        bill = an_entry()
        sms = self.released(bill)
        sms._advance("sent")
        sms._advance("delivered")
        (told,) = self.told(bill)
        partner = self.customer().partner_id
        self.assertEqual(told["link"], f"/odoo/billing-events/{self.event(bill).id}")
        self.assertEqual(
            told["partner"], {"id": partner.id, "name": "John Doe", "link": f"/odoo/contacts/{partner.id}"}
        )
        text, mail = told["messages"]
        self.assertEqual(
            text,
            {
                "channel": "sms",
                "recipient": "+12025550123",
                "subject": None,
                "text": sms.body,
                "state": "delivered",
                "because": None,
                "at": f"{sms.delivered_at:%Y-%m-%dT%H:%M:%SZ}",
            },
        )
        self.assertIn("30.00", sms.body)
        self.assertEqual((mail["channel"], mail["recipient"]), ("email", "john@example.com"))
        self.assertEqual(mail["subject"], self.message(bill, "email").subject)
        self.assertIn("30.00", mail["text"])
        self.assertNotIn("<", mail["text"])

    def test_a_message_that_failed_says_why_and_since_when(self):
        unreachable = an_entry(customer=a_customer(phone=None, email=None))
        self.tell_one(unreachable)
        (told,) = self.told(unreachable)
        sms = self.message(unreachable)
        self.assertEqual([one["state"] for one in told["messages"]], ["failed", "failed"])
        self.assertEqual(told["messages"][0]["because"], sms.because)
        self.assertEqual(told["messages"][0]["at"], f"{sms.write_date:%Y-%m-%dT%H:%M:%SZ}")
        self.assertEqual({(one["recipient"], one["text"]) for one in told["messages"]}, {(None, None)})

    def test_a_replay_is_shown_by_itself_and_what_is_not_here_is_left_out(self):
        bill, superseded = an_entry(), an_entry("invoice.overdue", notify_by="2020-01-01T00:00:00Z")
        again = replayed(bill, 1)
        self.tell(bill, superseded, again)
        keys = [again["key"], "", "x/0", superseded["key"], replayed(bill, 2)["key"], bill["key"]]
        told = self.billing.told(keys=keys)["told"]
        self.assertEqual(list(told), [again["key"], superseded["key"], bill["key"]])
        self.assertEqual([len(one["messages"]) for one in told.values()], [2, 0, 2])
        self.assertNotEqual(told[again["key"]]["link"], told[bill["key"]]["link"])

    def test_of_who_was_forgotten_no_word_and_no_address_is_left(self):
        bill = an_entry()
        self.tell_one(bill)
        self.billing.forget(environment="Global", external_id="john-doe")
        (told,) = self.told(bill)
        self.assertEqual(
            {(one["recipient"], one["subject"], one["text"], one["state"]) for one in told["messages"]},
            {(None, None, None, "cancelled")},
        )
        self.assertNotIn("John", str(told))

    def test_more_events_take_no_more_queries(self):
        entries = [an_entry(customer=a_customer(external_id=f"c-{number}")) for number in range(20)]
        self.tell(*entries)
        self.env.flush_all()
        counted = []
        for asked in (entries[:1], entries[:1], entries):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.told(*asked)
            counted.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counted[1], counted[2])
