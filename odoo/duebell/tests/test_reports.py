# SPDX-License-Identifier: LGPL-3.0-only
"""What the reports count."""

from datetime import timedelta
from types import SimpleNamespace

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..reasons import reason_of, reason_sql
from ..recipients import recipient_of
from .common import BillingCase, a_customer, an_entry, an_invoice

PAST = fields.Datetime.now().replace(microsecond=0) - timedelta(days=10)


@tagged("post_install", "-at_install")
class TestReports(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(cls.env, "colleague", "duebell.group_user")

    def reminded(self, who="john-doe", at=PAST, **changes):
        """An SMS of an overdue invoice that left then."""
        customer = a_customer(external_id=who, reference=who, **changes)
        entry = an_entry("invoice.overdue", customer=customer, invoice=an_invoice(number=f"INV-{who}"))
        self.tell_one(entry)
        message = self.message(entry)
        message._advance("released")
        message.write({"state": "sent", "released_at": at})
        self.message(entry, "email").unlink()
        return message

    def paid(self, who, at, number=None):
        customer = a_customer(external_id=who, reference=who)
        invoice = an_invoice(number=number or f"INV-{who}")
        self.tell_one(an_entry("invoice.paid", customer=customer, invoice=invoice, at=f"{at:%Y-%m-%dT%H:%M:%SZ}"))

    def share(self, message):
        return self.env["duebell.reminder.report"].with_user(self.colleague).browse(message.id).paid_percent

    def test_a_reminder_is_followed_if_its_invoice_is_paid_within_two_days(self):
        soon, late, never, other = (self.reminded(who) for who in ("soon", "late", "never", "other"))
        self.paid("soon", PAST + timedelta(hours=47))
        self.paid("late", PAST + timedelta(hours=49))
        self.paid("other", PAST + timedelta(hours=1), number="INV-another")
        self.assertEqual([self.share(one) for one in (soon, late, never, other)], [100.0, 0.0, 0.0, 0.0])

    def test_what_was_paid_before_the_reminder_is_not_its_merit(self):
        message = self.reminded()
        self.paid("john-doe", PAST - timedelta(minutes=1))
        self.assertEqual(self.share(message), 0.0)

    def test_a_reminder_says_when_it_was_paid_the_first_time(self):
        message = self.reminded()
        self.paid("john-doe", PAST + timedelta(hours=2))
        self.paid("john-doe", PAST + timedelta(hours=9))
        self.assertEqual(message.paid_at, PAST + timedelta(hours=2))

    def test_what_a_test_kept_from_customers_reminded_nobody(self):
        self.reminded().meant_for = "+12025550123"
        self.assertFalse(self.env["duebell.reminder.report"].search_count([]))

    def test_reminders_told_in_one_message_are_each_followed_by_their_own_invoice(self):
        # given two overdue invoices told in one text
        self.env["duebell.message.rule"].search([]).merge = True
        entries = [an_entry("invoice.overdue", invoice=an_invoice(number=number)) for number in ("I-1", "I-2")]
        self.tell(*entries)
        first, second = (self.message(entry) for entry in entries)
        (first | second)._merge()
        first._advance("released")
        first.write({"released_at": PAST})
        first._advance("sent")
        self.assertEqual((first.state, second.state), ("sent", "merged"))
        # when one of them is paid
        self.paid("john-doe", PAST + timedelta(hours=1), number="I-2")
        # then both are judged, each by its own
        self.assertEqual([self.share(one) for one in (first, second)], [0.0, 100.0])

    def test_shares_are_by_the_words_that_were_sent(self):
        message = self.reminded()
        words = self.message_rule("invoice.overdue").sudo().sms_template_id
        self.message_rule("invoice.overdue").sudo().sms_template_id = words.copy()
        report = self.env["duebell.reminder.report"].browse(message.id)
        self.assertEqual(report.sms_template_id, words)

    def test_shares_are_by_rule_and_language(self):
        spanish = {"language": "es-ES"}
        for who, changes in (("one", {}), ("two", {}), ("tres", spanish)):
            self.reminded(who, **changes)
        self.paid("one", PAST + timedelta(hours=1))
        report = self.env["duebell.reminder.report"].with_user(self.colleague)
        rows = report._read_group([], ["rule_id", "lang"], ["paid_percent:avg", "__count"])
        rule = self.message_rule("invoice.overdue")
        self.assertEqual(sorted(rows, key=lambda row: row[1]), [(rule, "en_US", 50.0, 2), (rule, "es_ES", 0.0, 1)])

    def message_rule(self, type_):
        return self.env["duebell.message.rule"]._by_event()[type_, "any", False, False].with_user(self.colleague)

    def test_a_reminder_younger_than_two_days_is_not_judged(self):
        self.reminded(at=fields.Datetime.now() - timedelta(hours=47))
        self.assertFalse(self.env["duebell.reminder.report"].search_count([]))

    def test_what_never_left_is_no_reminder(self):
        self.reminded().write({"state": "failed"})
        self.assertFalse(self.env["duebell.reminder.report"].search_count([]))

    def test_parts_and_cost_are_of_what_left_each_day(self):
        self.env["duebell.settings"]._of(self.company).sms_price = 0.07
        first, second = self.reminded("one"), self.reminded("two", at=PAST + timedelta(days=1))
        second.body = "Привіт"
        first.body = "a" * 161
        self.tell_one(an_entry())
        report = self.env["duebell.message.report"].with_user(self.colleague)
        rows = report._read_group([("parts", ">", 0)], ["day_at:day"], ["parts:sum", "cost:sum"])
        self.assertEqual([(parts, round(cost, 2)) for _day, parts, cost in rows], [(2, 0.14), (1, 0.07)])

    def test_a_new_price_leaves_what_left_at_its_cost(self):
        settings = self.env["duebell.settings"]._of(self.company)
        settings.sms_price = 0.07
        self.reminded()
        settings.sms_price = 0.5
        self.reminded("another", at=PAST + timedelta(days=1))
        rows = self.env["duebell.message.report"]._read_group([("parts", ">", 0)], ["day_at:day"], ["cost:sum"])
        self.assertEqual([round(cost, 2) for _day, cost in rows], [0.07, 0.5])

    def test_parts_are_counted_when_a_message_is_written(self):
        entry = an_entry()
        self.tell_one(entry)
        self.assertEqual(self.message(entry).parts, 1)
        self.assertEqual(self.message(entry, "email").parts, 0)

    def test_failures_are_counted_by_reason(self):
        for who in ("one", "two"):
            self.tell_one(an_entry(customer=a_customer(external_id=who, reference=who, phone=None)))
        report = self.env["duebell.message.report"].with_user(self.colleague)
        ((because, count),) = report._read_group([("state", "=", "failed")], ["because"], ["__count"])
        self.assertTrue(because)
        self.assertEqual(count, 2)

    def test_failures_of_one_kind_have_one_reason_whatever_number_or_server_it_was(self):
        for who, phone in (("one", "12"), ("two", "34")):
            self.tell_one(an_entry(customer=a_customer(external_id=who, reference=who, phone=phone)))
        self.reminded("three")._advance("failed", "The SMS gateway refused the SMS. (no route)")
        self.reminded("four")._advance("failed", "The SMS gateway refused the SMS. (busy (line 2)\nlater)")
        report = self.env["duebell.message.report"].with_user(self.colleague)
        self.assertEqual(
            report._read_group([("state", "=", "failed")], ["reason"], ["__count"]),
            [
                ("The SMS gateway refused the SMS.", 2),
                ("… is not a number that can be called: correct it in billing.", 2),
            ],
        )

    def test_a_reason_is_the_same_in_a_query_and_beside_it_in_each_language(self):
        languages = ("es_ES", "fr_FR", "de_DE", "uk_UA", "ar_001")
        sentences = []
        for lang in ("en_US", *languages):
            self.env["res.lang"]._activate_lang(lang)
            spoken = self.env(context={"lang": lang})
            sentences += [
                recipient_of(spoken, SimpleNamespace(phone=phone, email=None), "sms", "US").because
                for phone in ("12", None)
            ]
        for because in [*sentences, "The e-mail came back. (550 <a@b.c> said “no”)"]:
            ((reason,),) = self.env.execute_query(SQL("SELECT %s", reason_sql(SQL("%s", because))))
            self.assertEqual(reason_of(because), reason)
            self.assertNotIn("12", reason)

    def test_another_companys_are_in_no_report(self):
        message = self.reminded()
        message.company_id = self.another_company()
        message.flush_recordset()
        for model in ("duebell.reminder.report", "duebell.message.report"):
            self.assertFalse(self.env[model].with_user(self.colleague).search_count([]), model)
