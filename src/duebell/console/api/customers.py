"""Customers over HTTP: found while somebody types, and one whole, as billing's events tell of him."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query

from duebell.configuration.server import GLOBAL
from duebell.console.access.door import ThePrincipal
from duebell.console.access.masking import masked_customer, masked_data, masked_name, masked_sentence
from duebell.console.current import TheInstance
from duebell.console.problems import problems
from duebell.errors import Unknown
from duebell.storage.customers import find_customers, show_customer

router = APIRouter(prefix="/customers")
Environment = Annotated[str | None, Query(description="Only this environment's; without it those of all.")]


@router.get("", responses=problems(Unknown))
async def list_(
    instance: TheInstance,
    asking: ThePrincipal,
    search: str | None = None,
    environment: Environment = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> list[dict[str, Any]]:
    """Those who are meant by an id, or by beginnings of names or a phone number; without a text those who came last.

    Who sees no personal data finds customers by their whole id only.
    """
    sees = asking.sees_personal_data
    typed = search.strip() if search else None
    wanted = partial(find_customers, typed=typed, environment=environment, by_ids_only=not sees, limit=limit)
    found = await instance.read(wanted)
    return [asdict(one) | {"name": one.name if sees else masked_name(one.name)} for one in found]


@router.get("/{customer}", responses=problems(Unknown))
async def show(instance: TheInstance, asking: ThePrincipal, customer: str, environment: str = GLOBAL) -> dict[str, Any]:
    """One customer as his newest events tell: who he is, where he stands, his invoices, what became of messages. See `ToldCustomer`."""
    told = asdict(await instance.read(partial(show_customer, environment=environment, customer=customer)))
    return told if asking.sees_personal_data else _masked(told)


def _masked(told: dict[str, Any]) -> dict[str, Any]:
    who, invoices, messages = told["who"], told["invoices"], told["messages"]
    return told | {
        "who": masked_customer(who),
        "standing": masked_data({"standing": told["standing"]})["standing"],
        "invoices": [masked_data({"invoice": one})["invoice"] for one in invoices],
        "messages": [{**one, "because": masked_sentence(one["because"], who)} for one in messages],
    }
