"""The event handlers' types, in one table."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from duebell.configuration.check import Check
from duebell.configuration.group import Group
from duebell.espf.handler import EventHandler
from duebell.espf.pace import Limits
from duebell.handlers import odoo_crm, webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerType:
    """What the composition root needs of a type. Both functions take the group's completed values.

    Every type's group has the options `Max_Calls_In_Flight` and `Max_Calls_Per_Second` (0: no limit).
    """

    group: Group
    build: Callable[[Mapping[str, str]], EventHandler]
    verify: Callable[[Mapping[str, str]], AsyncIterator[Check]]
    send_test_text: Callable[[Mapping[str, str], str], AsyncIterator[Check]] | None = None
    """Sends a test text to a phone (E.164) and says what became of it; None: the target sends no texts."""
    key: str | None = None
    """The option that holds the key, where the target can make another one; its group has `Rotate_Key_Every` then."""


def limits(values: Mapping[str, str]) -> Limits:
    """The pace that the completed values of any handler's group allow."""
    return Limits(
        calls_in_flight=int(values["Max_Calls_In_Flight"]), calls_per_second=float(values["Max_Calls_Per_Second"]) or None
    )


TYPES: dict[str, HandlerType] = {
    "OdooCRM": HandlerType(
        group=odoo_crm.GROUP,
        build=odoo_crm.build,
        verify=odoo_crm.verify,
        send_test_text=odoo_crm.send_test_text,
        key="API_Access_Key",
    ),
    "Webhook": HandlerType(
        group=webhook.GROUP,
        build=webhook.build,
        verify=webhook.verify,
    ),
}

AT_FIRST = ("OdooCRM",)
"""What a new database has handlers of, so that events wait for Odoo before it is configured; others come with their configuration."""
