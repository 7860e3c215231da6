# SPDX-License-Identifier: LGPL-3.0-only
"""Reads what `ingest` is given: pure Python without Odoo, so that it can be tried and timed by itself.

The shape is told in the project's docs/contract.md. A field that can't be used raises `Refused`, which names it and
says what to do. Amounts become Decimals of the event's one currency, moments become aware datetimes in UTC.
"""

from .incoming import (
    EVENT_TYPES,
    MAX_EVENTS,
    VERSIONS,
    Commitment,
    Customer,
    Incoming,
    Invoice,
    Standing,
    Superseding,
)
from .part import Refused
from .reading import Known, MalformedCall, key_of, read
