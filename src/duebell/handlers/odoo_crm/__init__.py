"""The OdooCRM event handler: provisions events to Odoo's addon `duebell` through JSON-2."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime

from duebell.configuration.check import Check
from duebell.handlers.odoo_crm.client import Client
from duebell.handlers.odoo_crm.group import ODOO_CRM as GROUP
from duebell.handlers.odoo_crm.group import Settings
from duebell.handlers.odoo_crm.handler import OdooCRM
from duebell.handlers.odoo_crm.trial import send_test_text
from duebell.handlers.odoo_crm.verify import verify as _verify

__all__ = ["GROUP", "OdooCRM", "build", "send_test_text", "verify"]


def _real_clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - keys, certificates and Retry-After run on the real clock only


def build(values: Mapping[str, str], *, now: Callable[[], datetime] = _real_clock) -> OdooCRM:
    """Return the handler for the group's values.

    Raises:
        InvalidValue: a required option has no value.
    """
    settings = Settings.of(values)
    return OdooCRM(Client.of(settings), settings, now=now)


def verify(values: Mapping[str, str], *, now: Callable[[], datetime] = _real_clock) -> AsyncIterator[Check]:
    """Prove the group's values: the checks in order, each as it ends. It changes nothing in Odoo and never raises."""
    return _verify(values, now=now)
