"""The client of PortaBilling's API: sessions, both styles of calls, at most so many at once, and what its faults mean."""

from __future__ import annotations

from duebell.portabilling.api.client import Client
from duebell.portabilling.api.ending import end_of
from duebell.portabilling.api.faults import PortaBillingError
from duebell.portabilling.api.lists import customers, invoices
from duebell.portabilling.api.shape import record

__all__ = ["Client", "PortaBillingError", "customers", "end_of", "invoices", "record"]
