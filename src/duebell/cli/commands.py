"""The command line's tree."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import structlog
import typer
from pydantic import ValidationError

from duebell.cli import (
    alarms,
    audit,
    billing,
    configuration,
    configure,
    customers,
    demo,
    environments,
    events,
    forget,
    handler_connection,
    handlers,
    portabilling,
    reconcile,
    sandbox,
    secret_key,
    serve,
    status,
    storage,
    subscriptions,
    telling,
    tokens,
    users,
    verify,
)
from duebell.errors import InvalidValue
from duebell.settings import Settings
from duebell.trace import named

commands = typer.Typer(
    name="duebell",
    help="Tells Odoo CRM what happens in billing: each customer's events in order, none lost, none told twice.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@commands.callback()
def duebell(
    context: typer.Context,
    data: Annotated[
        Path | None,
        typer.Option(
            envvar="DUEBELL_DATA", help="Folder of the database and its keys.", show_default="~/.local/share/duebell"
        ),
    ] = None,
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more, to stderr.")] = False,
) -> None:
    """Set up what every command needs."""
    context.obj = _settings(data)
    level = logging.INFO if verbose or context.invoked_subcommand == "serve" else logging.ERROR
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=typer.get_text_stream("stderr")),
        processors=[
            structlog.processors.add_log_level,
            named,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
    )


def _settings(data: Path | None) -> Settings:
    """What the environment and --data say.

    Raises:
        InvalidValue: a variable isn't what it should be.
    """
    try:
        return Settings(data=data) if data else Settings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = str(first["loc"][0]).upper()
        raise InvalidValue(f"The environment variable DUEBELL_{name} is wrong: {first['msg']}.") from None


commands.command("serve")(serve.serve)
commands.command("demo")(demo.demo)
commands.add_typer(sandbox.sandbox_commands, name="sandbox")
commands.command("configure")(configure.configure)
commands.command("verify")(verify.verify)
commands.command("status")(status.status)
commands.command("stop")(telling.stop)
commands.command("start-telling")(telling.start_telling)
commands.command("pair")(handler_connection.pair)
commands.command("rotate-key")(handler_connection.rotate_key)
commands.add_typer(alarms.alarms_commands, name="alarms")
commands.add_typer(billing.billing_commands, name="billing")
commands.add_typer(events.events_commands, name="events")
commands.add_typer(customers.customers_commands, name="customers")
commands.add_typer(handlers.handlers_commands, name="handlers")
commands.add_typer(portabilling.portabilling_commands, name="portabilling")
commands.add_typer(subscriptions.subscriptions_commands, name="subscriptions")
commands.add_typer(storage.storage_commands, name="storage")
commands.command("forget")(forget.forget)
commands.add_typer(reconcile.reconcile_commands, name="reconcile")
commands.add_typer(environments.environments_commands, name="environments")
commands.add_typer(configuration.configuration_commands, name="configuration")
commands.add_typer(secret_key.secret_commands, name="secret")
commands.add_typer(users.users_commands, name="users")
commands.add_typer(tokens.tokens_commands, name="tokens")
commands.command("audit")(audit.audit)
