# SPDX-License-Identifier: LGPL-3.0-only
"""At which moment the next allowed hour of a customer begins, on his own clock."""

from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

from odoo.tests import BaseCase, tagged

from ..hours import AllowedHours, day_begins, leaving_time

NEW_YORK, BERLIN, KIRITIMATI = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Kiritimati")
WORKDAYS = frozenset(range(5))


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestAllowedHours(BaseCase):
    def test_a_moment_within_the_hours_is_the_moment_itself(self):
        for moment in ("2026-11-02T13:00", "2026-11-02T20:15", "2026-11-03T01:59:59"):
            self.assertEqual(AllowedHours().next(utc(moment), NEW_YORK), utc(moment), "8 to 21 in New York")

    def test_what_is_too_early_or_too_late_waits_for_eight_on_the_customers_clock(self):
        for moment, allowed in (
            ("2026-11-02T12:59:59", "2026-11-02T13:00"),
            ("2026-11-03T02:00", "2026-11-03T13:00"),
            ("2026-11-03T05:00", "2026-11-03T13:00"),
        ):
            self.assertEqual(AllowedHours().next(utc(moment), NEW_YORK), utc(allowed))

    def test_days_are_those_of_the_customer(self):
        """Saturday evening in Berlin is Sunday on an island at the date line."""
        sundays = AllowedHours(days=frozenset({6}))
        moment = utc("2026-11-07T20:00")
        self.assertEqual(sundays.next(moment, KIRITIMATI), moment)
        self.assertEqual(sundays.next(moment, BERLIN), utc("2026-11-08T07:00"))

    def test_a_friday_night_waits_for_monday_where_only_workdays_are_allowed(self):
        hours = AllowedHours(8.5, 17, WORKDAYS)
        self.assertEqual(hours.next(utc("2026-11-06T16:00"), BERLIN), utc("2026-11-09T07:30"))

    def test_one_day_a_week_may_be_a_week_away(self):
        mondays = AllowedHours(8, 9, frozenset({0}))
        self.assertEqual(mondays.next(utc("2026-11-02T08:00"), BERLIN), utc("2026-11-09T07:00"))

    def test_eight_is_eight_also_on_the_day_that_summer_time_begins_or_ends(self):
        for moment, allowed in (("2026-03-29T00:30", "2026-03-29T06:00"), ("2026-10-25T00:30", "2026-10-25T07:00")):
            self.assertEqual(AllowedHours().next(utc(moment), BERLIN), utc(allowed))

    def test_midnight_to_midnight_is_always(self):
        for hour in range(24):
            moment = utc(f"2026-10-25T{hour:02}:30")
            self.assertEqual(AllowedHours(0, 24).next(moment, BERLIN), moment)

    def test_what_must_leave_by_a_moment_does_not_wait_past_it(self):
        now, effective = utc("2026-12-02T22:00"), day_begins(date(2026, 12, 3), BERLIN)
        self.assertEqual(leaving_time(now, AllowedHours(), BERLIN, now), utc("2026-12-03T07:00"))
        self.assertEqual(leaving_time(now, AllowedHours(), BERLIN, now, effective), now)
        self.assertEqual(leaving_time(now, None, BERLIN, now), now)
