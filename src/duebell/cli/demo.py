"""`duebell demo`: John Doe's month on a real Odoo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duebell.errors import InvalidValue, NotPossible


def demo(  # noqa: PLR0913 - one option a setting
    *,
    end: Annotated[bool, typer.Option("--exit", help="End after the story: 0 if each step was seen, else 1.")] = False,
    portabilling: Annotated[
        bool,
        typer.Option(
            "--portabilling", help="Billing is a stand-in for PortaBilling, with every nuisance, not the embedded one."
        ),
    ] = False,
    run: Annotated[Path, typer.Option(envvar="DUEBELL_RUN", help="Folder of the real Odoo and the demo's data.")] = Path(
        ".run"
    ),
    odoo_port: Annotated[int | None, typer.Option(envvar="ODOO_PORT", help="Port of Odoo; a free one without.")] = None,
    phone_port: Annotated[int, typer.Option(envvar="PHONE_PORT", help="Port of the phones' page; 0 is a free one.")] = 0,
    smtp_port: Annotated[int, typer.Option(envvar="SMTP_PORT", help="Port that takes Odoo's mail; 0 is a free one.")] = 0,
    console_port: Annotated[
        int, typer.Option(envvar="CONSOLE_PORT", help="Port of Duebell's console; 0 is a free one.")
    ] = 0,
    odoo_url: Annotated[str | None, typer.Option(envvar="ODOO_URL", help="Use this Odoo instead of bringing one.")] = None,
    odoo_db: Annotated[str | None, typer.Option(envvar="ODOO_DB", help="Its database.")] = None,
    odoo_key: Annotated[
        str | None, typer.Option(envvar="ODOO_KEY", help="An API key of its user `duebell`.", hidden=True)
    ] = None,
) -> None:
    """Play the manual's story for real: billing records a fact, Odoo is told, the phone shows the text.

    Brings a real Odoo 19 with the addon, a phone and a mailbox, all on loopback, and stays up until Ctrl-C.
    """
    try:
        from duebell.demo.odoo import GivenOdoo  # noqa: PLC0415 - only a checkout has what this needs
        from duebell.demo.performance import perform  # noqa: PLC0415 - the same
    except ModuleNotFoundError as error:
        if error.name != "real_odoo":
            raise
        raise NotPossible("The demo brings a real Odoo, which needs Duebell's checkout: run `make demo` there.") from None
    given = None
    if odoo_url:
        if not odoo_db or not odoo_key:
            raise InvalidValue(
                "With ODOO_URL give ODOO_DB and ODOO_KEY too: the database, and an API key of its user `duebell`."
            )
        given = GivenOdoo(url=odoo_url, database=odoo_db, key=odoo_key)
    ports = odoo_port, phone_port, smtp_port, console_port
    seen = perform(run, given=given, ports=ports, end=end, portabilling=portabilling)
    raise typer.Exit(0 if seen else 1)
