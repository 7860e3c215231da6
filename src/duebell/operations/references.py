"""By which references Odoo knows a PortaBilling's customers, as an operator enters them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from duebell.errors import Unknown
from duebell.storage.audit import note
from duebell.storage.environments import UnknownEnvironment, require_environments
from duebell.storage.references import enter_references

if TYPE_CHECKING:
    from duebell.instance import Instance


async def enter(instance: Instance, who: str, environment: str, references: Mapping[str, str | None]) -> None:
    """Keep the references by `i_customer`, on somebody's behalf; None: as PortaBilling has it.

    Raises:
        Unknown: there is no environment of this name.
    """

    def unit(connection: Connection) -> None:
        try:
            require_environments(connection, {environment})
        except UnknownEnvironment as error:
            raise Unknown(str(error)) from error
        enter_references(connection, environment, references)
        detail = f"of {len(references)} customers"
        note(
            connection,
            at=instance.now(),
            who=who,
            action="entered references",
            subject=f"{environment} PortaBilling",
            detail=detail,
        )

    await instance.write(unit)
