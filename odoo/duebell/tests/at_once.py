# SPDX-License-Identifier: LGPL-3.0-only
"""Two at once in Odoo: real transactions of their own, and customers whom they leave nothing of."""

import time
from unittest.mock import patch

from odoo import api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name
from odoo.tools import mute_logger

from .common import a_customer, an_entry

DEADLINE_SECONDS = 60


class AtOnceCase(BaseCase):
    """What real transactions leave stays, unless `remove_all` takes it away."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.remove_all)
        # The thread that runs the tests holds this lock, so that no other could get at the registry.
        self.enterContext(patch.object(Registry, "_lock", DummyRLock()))

    def cursor(self):
        return db_connect(get_db_name()).cursor()

    def environment(self, cr):
        return api.Environment(cr, api.SUPERUSER_ID, {})

    def as_a_request(self, call):
        """What a call gives in a transaction of its own, which Odoo repeats if another was faster."""
        with self.cursor() as cr, mute_logger("odoo.sql_db", "odoo.service.model"):
            return retrying(lambda: call(cr), self.environment(cr))

    def wait_until_somebody_waits_for(self, cr, many=1):
        """So many others have come as far as the rows that the first one claimed."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        with self.cursor() as watching:
            while time.monotonic() < deadline:
                watching.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))",
                    [cr._cnx.info.backend_pid],
                )
                if watching.fetchone()[0] >= many:
                    return
                watching.rollback()
                time.sleep(0.02)
        self.fail("no other ever met the first")


class CustomersAtOnceCase(AtOnceCase):
    """Three customers, each with an overdue invoice that nobody has been told of yet."""

    def setUp(self):
        super().setUp()
        self.entries = [
            an_entry(
                "invoice.overdue",
                customer=a_customer(external_id=f"concurrent-{number}", name="Concurrent Customer", reference=None),
            )
            for number in range(3)
        ]
        self.allow_all_hours()

    def allow_all_hours(self):
        """Tests run at any."""
        with self.cursor() as cr:
            env = self.environment(cr)
            company = env.ref("duebell.user_integration").company_id
            env["duebell.settings"]._of(company).write({"from_hour": 0, "until_hour": 24})
            cr.commit()  # pylint: disable=invalid-commit

    def ingest(self, cr, entries=None):
        env = self.environment(cr)
        events = env["duebell.event"].with_user(env.ref("duebell.user_integration"))
        return events.ingest(contract=1, events=entries or self.entries)["results"]

    def remove_all(self):
        with self.cursor() as cr:
            cr.execute("SELECT id, partner_id FROM duebell_customer WHERE external_id LIKE 'concurrent-%'")
            found = cr.fetchall()
            customers, partners = [customer for customer, _partner in found], [partner for _customer, partner in found]
            cr.execute(
                """DELETE FROM sms_tracker
                    WHERE sms_uuid IN (SELECT uuid FROM duebell_message WHERE customer_id = ANY(%s))""",
                [customers],
            )
            cr.execute("DELETE FROM sms_sms WHERE partner_id = ANY(%s)", [partners])
            cr.execute("DELETE FROM mail_mail WHERE email_to LIKE '%Concurrent Customer%'")
            cr.execute("DELETE FROM duebell_message WHERE customer_id = ANY(%s)", [customers])
            cr.execute("DELETE FROM duebell_settings")
            cr.execute("DELETE FROM duebell_tally")
            cr.execute("DELETE FROM duebell_event WHERE customer_id = ANY(%s)", [customers])
            cr.execute("DELETE FROM duebell_customer WHERE id = ANY(%s)", [customers])
            cr.execute("DELETE FROM mail_message WHERE model = 'res.partner' AND res_id = ANY(%s)", [partners])
            cr.execute("DELETE FROM res_partner WHERE id = ANY(%s)", [partners])
            cr.commit()  # pylint: disable=invalid-commit
