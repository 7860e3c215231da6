"""Before anybody is told: who a PortaBilling's customers would be in Odoo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from duebell.errors import NotPossible
from duebell.espf.handler import ProvisioningError
from duebell.espf.queue import HandlerRow
from duebell.espf.upkeep import KEYS, Match, Matching
from duebell.sources.reading_many import read_many
from duebell.storage.handlers import all_handlers

if TYPE_CHECKING:
    from duebell.instance import Instance

ODOO = "OdooCRM"
NAMED = 1000
"""So many of those that nobody is linked to are named; the counts are of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A customer (`i_customer`) who isn't linked to a contact by himself, and the reference by which he was looked for."""

    i_customer: str
    reference: str | None


@dataclass(slots=True, kw_only=True)
class Matched:
    """Of so many `customers`: how many are or would be linked to one contact, and who wouldn't: several fit, or none.

    `unread` of them couldn't be read, the first `because` of what.
    """

    customers: int
    linked: int = 0
    ambiguous: int = 0
    absent: int = 0
    named: dict[str, list[Stranger]] = field(default_factory=lambda: {Match.AMBIGUOUS: [], Match.ABSENT: []})
    unread: int = 0
    because: str | None = None


async def match(instance: Instance, environment: str, tell: Callable[[int, int], None]) -> Matched:
    """Read all customers' references, and ask the environment's Odoo who has them; nothing is changed anywhere.

    Raises:
        NotConfigured: the environment has no PortaBilling, or no Odoo.
        PortaBillingError: the list can't be read.
        NotPossible: PortaBilling answers nobody any more, or Odoo can't be asked.
    """
    handler = await _odoo(instance, environment)
    references: dict[str, str | None] = {}
    async with instance.target(handler) as target, instance.sources.reader(environment) as reader:
        if not isinstance(target, Matching):
            raise NotPossible(f"{handler.name} can't be asked who its customers are.")
        listed = [one async for one in reader.customers()]

        async def read(i_customer: str) -> None:
            references[i_customer] = await reader.reference(i_customer)

        unread = await read_many(listed, read, tell, instance.now)
        found = Matched(customers=len(listed), unread=unread.count, because=unread.because)
        options = instance.sources.options(environment)
        try:
            await _ask(target, environment, references, options.company if options else None, found)
        except ProvisioningError as error:
            raise NotPossible(f"{handler.name} can't be asked now. {error}") from None
    return found


async def _odoo(instance: Instance, environment: str) -> HandlerRow:
    rows = [row for row in await instance.read(all_handlers) if (row.type, row.environment) == (ODOO, environment)]
    if not rows:
        raise NotPossible(f"{environment} has no event handler of the type {ODOO}: `duebell handlers list` shows them.")
    return rows[0]


async def _ask(
    target: Matching, environment: str, references: Mapping[str, str | None], company: str | None, found: Matched
) -> None:
    listed = sorted(references, key=lambda one: (len(one), one))
    for start in range(0, len(listed), KEYS):
        asked = {one: references[one] for one in listed[start : start + KEYS]}
        _count(asked, await target.match(environment, asked, company), found)


def _count(asked: Mapping[str, str | None], matches: Mapping[str, Match], found: Matched) -> None:
    for i_customer, reference in asked.items():
        match matches.get(i_customer, Match.ABSENT):
            case Match.LINKED:
                found.linked += 1
                continue
            case Match.AMBIGUOUS as kind:
                found.ambiguous += 1
            case kind:
                found.absent += 1
        if len(found.named[kind]) < NAMED:
            found.named[kind].append(Stranger(i_customer=i_customer, reference=reference))
