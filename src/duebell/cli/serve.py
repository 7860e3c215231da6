"""`duebell serve`: deliver until ended."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from duebell.cli.connection import settings_of


def serve(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT", help="Where browsers and programs reach it; off: nowhere.", show_default="127.0.0.1:8469"
        ),
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(metavar="FILE", help="The certificate chain for TLS, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="The certificate's key, PEM.")] = None,
    behind_proxy: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="The proxy that encrypts in place of TLS: its X-Forwarded-* are believed."),
    ] = None,
    hosts: Annotated[
        str | None, typer.Option(metavar="NAMES", help="The names by which browsers reach it, comma-separated.")
    ] = None,
    sandbox: Annotated[
        str | None, typer.Option(metavar="URL", help="A sandbox on this machine, which the console then shows.")
    ] = None,
) -> None:
    """Deliver events to Odoo until ended (Ctrl-C or SIGTERM), and offer the console to browsers and the API to programs.

    The other commands talk to it through a socket in the data folder, which only this user may use. Each option has its
    environment variable too: DUEBELL_LISTEN for --listen, and so on.
    """
    from duebell.cli.serving import until_ended  # noqa: PLC0415 - takes its time, and no other command needs it

    given = {
        "listen": listen,
        "tls_cert": tls_cert,
        "tls_key": tls_key,
        "behind_proxy": behind_proxy,
        "hosts": hosts,
        "sandbox": sandbox,
    }
    settings = settings_of(context).model_copy(update={name: value for name, value in given.items() if value is not None})
    asyncio.run(until_ended(settings))
