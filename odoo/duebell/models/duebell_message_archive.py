# SPDX-License-Identifier: LGPL-3.0-only
"""All messages of all companies as files: what is left of them where the addon goes."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from typing import Any

from odoo import api, models
from odoo.tools import SQL

from .duebell_message_notice import harmless, plain_text

AT_ONCE = 2000
"""Rows that are read at once: there may be tens of millions, and a body is as long as an e-mail."""
IN_A_FILE = 200_000
"""Some 30 MB packed; a file is in memory before it is an attachment."""

COLUMNS = {
    "environment": SQL("c.environment"),
    "external_id": SQL("c.external_id"),
    "customer": SQL("c.name"),
    "reference": SQL("c.reference"),
    "company": SQL("o.name"),
    "event": SQL("e.type"),
    "invoice": SQL("e.invoice_number"),
    "channel": SQL("m.channel"),
    "recipient": SQL("m.recipient"),
    "test_meant_for": SQL("m.meant_for"),
    "language": SQL("m.lang"),
    "subject": SQL("m.subject"),
    "text": SQL("m.body"),
    "queued_utc": SQL("m.create_date"),
    "released_utc": SQL("m.released_at"),
    "sent_utc": SQL("m.sent_at"),
    "delivered_utc": SQL("m.delivered_at"),
    "state": SQL("m.state"),
    "because": SQL("m.because"),
    "uuid": SQL("m.uuid"),
}
CHANNEL, TEXT = (list(COLUMNS).index(name) for name in ("channel", "text"))

Line = list[str]


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _archive(self) -> Iterator[bytes]:
        """Files of CSV in UTF-8, packed by gzip, each with a heading and the earliest first; none without messages."""
        lines = self._archive_lines()
        while first := next(lines, None):
            yield _packed(chain([first], islice(lines, IN_A_FILE - 1)))

    @api.model
    def _archive_lines(self) -> Iterator[Line]:
        after = 0
        while rows := self._archive_rows(after):
            yield from (_line(row) for _id, *row in rows)
            after = rows[-1][0]

    @api.model
    def _archive_rows(self, after: int) -> list[tuple[Any, ...]]:
        """The next rows: the message's id, and the columns."""
        for model in ("duebell.message", "duebell.event", "duebell.customer", "res.company"):
            self.env[model].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT m.id, %s
                  FROM duebell_message m
                  JOIN duebell_event e ON e.id = m.event_id
                  JOIN duebell_customer c ON c.id = m.customer_id
                  JOIN res_company o ON o.id = m.company_id
                 WHERE m.id > %s
                 ORDER BY m.id
                 LIMIT %s
                """,
                SQL(", ").join(COLUMNS.values()),
                after,
                AT_ONCE,
            )
        )


def _line(row: list[Any]) -> Line:
    row[TEXT] = plain_text(row[CHANNEL], row[TEXT])
    return [harmless(_cell(value)) for value in row]


def _cell(value: str | datetime | None) -> str:
    return value.isoformat(" ", "seconds") if isinstance(value, datetime) else value or ""


def _packed(lines: Iterable[Line]) -> bytes:
    out = io.BytesIO()
    with gzip.open(out, "wt", compresslevel=6, encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        writer.writerows(lines)
    return out.getvalue()
