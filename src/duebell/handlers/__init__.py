"""The event handlers' types, in one table."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from duebell.configuration.check import Check
from duebell.configuration.group import Group
from duebell.espf.handler import EventHandler
from duebell.handlers import odoo_crm, webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerType:
    """What the composition root needs of a type. Both functions take the group's completed values."""

    group: Group
    build: Callable[[Mapping[str, str]], EventHandler]
    verify: Callable[[Mapping[str, str]], AsyncIterator[Check]]
    calls_in_flight: Callable[[Mapping[str, str]], int]


TYPES: dict[str, HandlerType] = {
    "OdooCRM": HandlerType(
        group=odoo_crm.GROUP,
        build=odoo_crm.build,
        verify=odoo_crm.verify,
        calls_in_flight=odoo_crm.calls_in_flight,
    ),
    "Webhook": HandlerType(
        group=webhook.GROUP,
        build=webhook.build,
        verify=webhook.verify,
        calls_in_flight=webhook.calls_in_flight,
    ),
}

AT_FIRST = ("OdooCRM",)
"""What a new database has handlers of, so that events wait for Odoo before it is configured; others come with their configuration."""
