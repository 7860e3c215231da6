# SPDX-License-Identifier: LGPL-3.0-only
"""Invoices and commitments were not kept before: they are made from the events that told of them."""

from __future__ import annotations

from odoo import SUPERUSER_ID
from odoo.sql_db import Cursor

_NEWEST = """
    SELECT DISTINCT ON (event.customer_id, part ->> '{key}')
           event.customer_id, event.company_id, event.type, part, currency.id AS currency_id
      FROM duebell_event event
     CROSS JOIN LATERAL (SELECT event.payload::jsonb -> 'data' -> '{part}' AS part) parts
      JOIN duebell_customer customer ON customer.id = event.customer_id
      JOIN res_currency currency
        ON currency.name = COALESCE(part -> '{money}' ->> 'currency',
                                    event.payload::jsonb -> 'data' -> 'standing' -> 'total_overdue' ->> 'currency')
     WHERE event.replay = 0 AND jsonb_typeof(part) = 'object' AND (event.type LIKE '{part}.%%' OR '{part}' = 'invoice')
     ORDER BY event.customer_id, part ->> '{key}', event.epoch DESC, event.sequence DESC
"""
# ruff: noqa: S608 - both queries are whole literals of this file
_INVOICES = f"""
    INSERT INTO duebell_invoice (customer_id, company_id, number, issued_on, due_on, currency_id, total, paid,
                                 outstanding, state, link, pay_link, create_uid, create_date, write_uid, write_date)
    SELECT customer_id, company_id, part ->> 'number', (part ->> 'issued_on')::date, (part ->> 'due_on')::date,
           currency_id, (part -> 'total' ->> 'amount')::numeric, (part -> 'paid' ->> 'amount')::numeric,
           (part -> 'outstanding' ->> 'amount')::numeric,
           CASE WHEN type = 'invoice.voided' THEN 'voided'
                WHEN type = 'invoice.paid' OR (part -> 'outstanding' ->> 'amount')::numeric <= 0 THEN 'paid'
                ELSE 'open' END,
           part ->> 'link', part ->> 'pay_link', %(uid)s, now(), %(uid)s, now()
      FROM ({_NEWEST.format(part="invoice", key="number", money="total")}) newest
        ON CONFLICT (customer_id, number) DO NOTHING
"""
_COMMITMENTS = f"""
    INSERT INTO duebell_commitment (customer_id, company_id, reference, service, started_on, ends_on, terminated_on,
                                    currency_id, penalty, create_uid, create_date, write_uid, write_date)
    SELECT customer_id, company_id, part ->> 'reference', part ->> 'service', (part ->> 'started_on')::date,
           (part ->> 'ends_on')::date, (part ->> 'terminated_on')::date, currency_id,
           (part -> 'penalty' ->> 'amount')::numeric, %(uid)s, now(), %(uid)s, now()
      FROM ({_NEWEST.format(part="commitment", key="reference", money="penalty")}) newest
        ON CONFLICT (customer_id, reference) DO NOTHING
"""
_DUE = """
    UPDATE duebell_customer customer
       SET due_on = oldest.due_on
      FROM (SELECT customer_id, min(due_on) AS due_on FROM duebell_invoice WHERE state = 'open' GROUP BY 1) oldest
     WHERE oldest.customer_id = customer.id
"""
_STAGES = """
    UPDATE duebell_customer
       SET stage = CASE WHEN last_event_type IN ('customer.limit_removed', 'customer.suspension_removed')
                        THEN 'restored' ELSE 'due' END
     WHERE stage = 'current'
       AND (due_on IS NOT NULL OR last_event_type IN ('customer.limit_removed', 'customer.suspension_removed'))
"""
_SUPERSEDED_INDEX = "DROP INDEX IF EXISTS duebell_customer__stage_index"


def migrate(cr: Cursor, version: str | None) -> None:
    """`version`: the addon's before; none where it is installed anew, without events."""
    if not version:
        return
    for query in (_INVOICES, _COMMITMENTS, _DUE, _STAGES, _SUPERSEDED_INDEX):
        cr.execute(query, {"uid": SUPERUSER_ID})
