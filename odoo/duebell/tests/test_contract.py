# SPDX-License-Identifier: LGPL-3.0-only
"""What `ingest` refuses: each bad field by its path, singly, and nothing besides."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BillingCase, a_customer, a_standing, an_entry, an_invoice, eur, usd


@tagged("post_install", "-at_install")
class TestContract(BillingCase):
    def test_an_amount_with_too_many_decimals_is_refused_with_its_path(self):
        because = self.refusal(an_entry(invoice=an_invoice(total=usd("30.001"))))
        self.assertEqual(
            because, "invoice.total.amount: '30.001' has too many decimals: USD has 2; round it in billing first"
        )

    def test_an_amount_may_have_fewer_decimals_than_its_currency(self):
        self.assertEqual(self.tell_one(an_entry(invoice=an_invoice(total=usd("30"))))["outcome"], "provisioned")

    def test_a_currency_without_minor_unit_takes_no_decimals(self):
        yen = {"amount": "100.5", "currency": "JPY"}
        standing = a_standing(total_overdue=yen, amount_to_restore={"amount": "0", "currency": "JPY"})
        self.assertIn("JPY has 0", self.refusal(an_entry("customer.suspended", standing=standing, reason="other")))

    def test_an_amount_that_is_a_number_is_refused(self):
        because = self.refusal(an_entry(invoice=an_invoice(paid={"amount": 10.0, "currency": "USD"})))
        self.assertEqual(because, "invoice.paid.amount: must be a text")

    def test_words_and_signs_are_no_amounts(self):
        for amount in ("$30", "30,00", "1e3", "NaN", "Infinity", " 30", "", "٣٠"):
            with self.subTest(amount=amount):
                self.assertIn("invoice.total.amount", self.refusal(an_entry(invoice=an_invoice(total=usd(amount)))))

    def test_an_unknown_currency_is_refused(self):
        because = self.refusal(an_entry(standing=a_standing(total_overdue={"amount": "1.00", "currency": "ZZZ"})))
        self.assertEqual(
            because,
            "standing.total_overdue.currency: 'ZZZ' is not a currency of this Odoo: use an ISO 4217 code such as USD",
        )

    def test_two_currencies_in_one_event_are_refused(self):
        self.assertIn("EUR, but other amounts", self.refusal(an_entry(invoice=an_invoice(total=eur("30.00")))))

    def test_a_wrong_day_is_refused(self):
        for day in ("2026-02-30", "20261115", "2026-W46-7", "15.11.2026", "2026-11-15T00:00:00Z"):
            with self.subTest(day=day):
                self.assertIn("invoice.due_on", self.refusal(an_entry(invoice=an_invoice(due_on=day))))

    def test_a_time_that_is_not_utc_is_refused(self):
        for moment in (
            "2026-11-01T09:00:00",
            "2026-11-01T09:00:00+01:00",
            "2026-11-01 09:00:00",
            "2026-11-01T25:00:00Z",
        ):
            with self.subTest(moment=moment):
                self.assertIn("time:", self.refusal(an_entry(at=moment)))

    def test_a_nul_is_refused_with_the_field_that_holds_it(self):
        because = self.refusal(an_entry(customer=a_customer(name="John\0Doe")))
        self.assertIn("customer.name: holds a character that can't be stored", because)

    def test_half_a_surrogate_pair_is_refused_and_a_whole_one_is_not(self):
        self.assertIn("customer.name", self.refusal(an_entry(customer=a_customer(name="John \ud83d"))))
        self.assertEqual(self.tell_one(an_entry(customer=a_customer(name="John \N{BELL}")))["outcome"], "provisioned")

    def test_a_missing_part_is_refused(self):
        entry = an_entry()
        del entry["event"]["data"]["invoice"]
        self.assertEqual(self.refusal(entry), "invoice: is missing")

    def test_a_status_event_needs_its_reason(self):
        self.assertEqual(self.refusal(an_entry("customer.suspended")), "reason: is missing")

    def test_an_unknown_type_is_refused(self):
        self.assertIn("type: 'invoice.lost' is none of", self.refusal(an_entry("invoice.lost")))

    def test_a_key_that_is_not_id_and_replay_is_refused(self):
        entry = {**an_entry(), "key": "something else"}
        self.assertIn("key: must be ", self.refusal(entry))

    def test_a_subject_that_is_not_the_customer_is_refused(self):
        entry = an_entry()
        entry["event"]["subject"] = "somebody else"
        self.assertEqual(self.refusal(entry), "subject: must be the customer's external_id")

    def test_an_unknown_company_is_refused(self):
        self.assertIn("company: 'Nowhere Telecom'", self.refusal(an_entry(company="Nowhere Telecom")))

    def test_an_overlong_text_is_refused(self):
        self.assertIn("customer.name: has 501 characters", self.refusal(an_entry(customer=a_customer(name="x" * 501))))

    def test_a_part_that_is_no_object_is_refused(self):
        self.assertEqual(self.refusal(an_entry(invoice="INV-1")), "invoice: must be an object")

    def test_a_bad_event_is_refused_singly(self):
        good, bad, later = an_entry(), an_entry(invoice=an_invoice(total=usd("x"))), an_entry("invoice.overdue")
        results = self.tell(good, bad, later)
        self.assertEqual(
            [results[entry["key"]]["outcome"] for entry in (good, bad, later)],
            ["provisioned", "refused", "provisioned"],
        )

    def test_another_version_of_the_contract_is_refused_as_a_whole(self):
        answer = self.billing.ingest(contract=2, events=[an_entry()])
        self.assertEqual((answer["refused"], answer["contracts"]), ("contract", [1]))
        self.assertFalse(self.env["duebell.event"].search_count([]))

    def test_an_entry_without_key_makes_the_call_malformed(self):
        for events in ([{}], ["text"], [None], "text", {"events": []}):
            with self.subTest(events=events), self.assertRaises(UserError):
                self.billing.ingest(contract=1, events=events)

    def test_more_than_a_thousand_events_are_not_taken(self):
        with self.assertRaisesRegex(UserError, "at most 1000"):
            self.billing.ingest(contract=1, events=[{}] * 1001)

    def test_no_events_are_no_problem(self):
        self.assertEqual(self.billing.ingest(contract=1, events=[]), {"results": {}})
