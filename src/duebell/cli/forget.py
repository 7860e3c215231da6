"""`duebell forget`: erase who a customer is."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, say, show_json
from duebell.configuration.environment import GLOBAL


def forget(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id in billing.")],
    environment: Annotated[str, typer.Option(help="The billing that the id belongs to.")] = GLOBAL,
    *,
    anyway: Annotated[bool, typer.Option("--anyway", help="Though something waits to be told to him: skip that.")] = False,
    json: Json = False,
) -> None:
    """Erase name, contact and payment data of a customer, here and in Odoo. Ids, amounts and dates stay. There is no way back.

    What can't be done in Odoo now is done as soon as Odoo can be reached, while `duebell serve` runs. Exit code 1 until then.
    """
    with connection(context) as duebell:
        done = duebell.post(f"/customers/{quote(customer, safe='')}/forget", environment=environment, anyway=anyway)
    if json:
        show_json(done)
    else:
        say(
            f"{customer} is forgotten here."
            + (f" {done['skipped']} waiting events were skipped." if done["skipped"] else "")
        )
        for there in done["elsewhere"]:
            say(f"{there['handler']}: {'' if there['done'] else 'still to be done. '}{there['said']}")
        say("Forget him in billing too, and in backups: what comes from there brings him back.")
    if not all(there["done"] for there in done["elsewhere"]):
        raise typer.Exit(1)
