"""Which events a handler is owed: by type on or off, and perhaps only some of a type."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from sqlalchemy import Connection, select, update

from duebell.errors import Unknown
from duebell.espf.subscription import Filter
from duebell.events import FACTS
from duebell.money import Money
from duebell.storage.handlers import named
from duebell.storage.insertion import insert_into
from duebell.storage.tables import handler, instance, subscription

_CHOSEN = "events_chosen"
"""The key in `instance` that is there once a person has seen which events are chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One event type towards one handler. Changes count for events recorded from then on; what is owed stays owed."""

    handler: str
    event_type: str
    enabled: bool
    filter: Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What to set of subscriptions; None leaves it as it is. `clear` forgets the filter first."""

    enabled: bool | None = None
    clear: bool = False
    customer_classes: frozenset[str] | None = None
    companies: frozenset[str] | None = None
    currencies: frozenset[str] | None = None
    minimum_amount: Money | None = None
    percent: int | None = None

    def of(self, filter_: Filter) -> Filter:
        """The filter as changed.

        Raises:
            InvalidValue: it would want nothing, or what there is not.
        """
        parts = {name: getattr(self, name) for name in Filter.__dataclass_fields__}
        return replace(
            Filter() if self.clear else filter_, **{name: part for name, part in parts.items() if part is not None}
        )


def subscribe(connection: Connection, handler_id: int) -> None:
    """To every event type of the language; what is subscribed already stays as an operator set it."""
    new = insert_into(connection, subscription).on_conflict_do_nothing()
    connection.execute(new, [{"handler_id": handler_id, "event_type": type_} for type_ in FACTS])


def subscriptions(connection: Connection, handler_name: str | None = None) -> list[Subscription]:
    """Those of one handler or of all, in the order of the language."""
    query = (
        select(handler.c.name, subscription.c.event_type, subscription.c.enabled, subscription.c.filter)
        .join_from(subscription, handler)
        .order_by(handler.c.id)
    )
    if handler_name is not None:
        query = query.where(handler.c.id == named(connection, handler_name).id)
    place = {type_: number for number, type_ in enumerate(FACTS)}
    found = [
        Subscription(handler=name, event_type=type_, enabled=enabled, filter=Filter.from_json(text))
        for name, type_, enabled, text in connection.execute(query)
    ]
    return sorted(found, key=lambda one: (one.handler, place.get(one.event_type, len(place))))


def change_subscriptions(connection: Connection, handler_name: str, event_types: str, change: Change) -> list[Subscription]:
    """Change those whose types are meant, `invoice.*` for example; they are returned as they are now.

    Raises:
        Unknown: no such handler, or no such type.
        InvalidValue: a filter that would want nothing.
    """
    handler_id = named(connection, handler_name).id
    changed = []
    for one in subscriptions(connection, handler_name):
        if fnmatchcase(one.event_type, event_types):
            enabled = one.enabled if change.enabled is None else change.enabled
            after = replace(one, enabled=enabled, filter=change.of(one.filter))
            mine = (subscription.c.handler_id == handler_id, subscription.c.event_type == one.event_type)
            values = {"enabled": after.enabled, "filter": after.filter.as_json()}
            connection.execute(update(subscription).where(*mine).values(values))
            changed.append(after)
    if not changed:
        raise Unknown(f"{handler_name} has no subscription to {event_types!r}: `duebell subscriptions list` shows them.")
    note_chosen(connection)
    return changed


def is_chosen(connection: Connection) -> bool:
    """Whether somebody who may choose has changed a subscription, or seen them all and left them."""
    return connection.execute(select(instance.c.key).where(instance.c.key == _CHOSEN)).first() is not None


def note_chosen(connection: Connection) -> None:
    """Somebody has."""
    new = insert_into(connection, instance).on_conflict_do_nothing()
    connection.execute(new.values(key=_CHOSEN, value="yes"))
