"""`duebell sandbox`: the outside world to try Duebell with, on this machine only."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from pydantic import ValidationError

from duebell.cli.output import Json, say, show_json
from duebell.errors import InvalidValue
from duebell.sandbox.portabilling.change import COMMITMENT_TERMINATED
from duebell.sandbox.portabilling.nuisances import EVERY_NUISANCE, Nuisances
from duebell.sandbox.portabilling.sending import Sending

sandbox_commands = typer.Typer(help="Try Duebell with stand-ins for what is outside.", no_args_is_help=True)


@sandbox_commands.callback()
def _sandbox() -> None:
    """Try Duebell with stand-ins for what is outside."""  # without this, a single command would be the group itself


@sandbox_commands.command()
def portabilling(  # noqa: PLR0913 - one option a setting
    *,
    host: Annotated[str, typer.Option(help="The loopback address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Its port; 0 is a free one.")] = 8470,
    post_to: Annotated[
        str | None, typer.Option(metavar="URL", help="Where it posts events; it can be given later, over HTTP.")
    ] = None,
    event_user: Annotated[str, typer.Option(help="The user by whom it posts, as Event_User.")] = "portabilling",
    event_password: Annotated[
        str, typer.Option(envvar="DUEBELL_SANDBOX_EVENT_PASSWORD", help="The user's password, as Event_Password.")
    ] = "",
    rate: Annotated[float, typer.Option(help="Events a second.")] = 10,
    nuisance: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Something that goes wrong: duplicate_rate=0.3, thin=yes.")
    ] = None,
    every_nuisance: Annotated[
        bool, typer.Option("--every-nuisance", help="Begin with all that can be borne at once.")
    ] = False,
    commitment_type: Annotated[
        str, typer.Option(help="The type of the event that a commitment was terminated.")
    ] = COMMITMENT_TERMINATED,
    json: Json = False,
) -> None:
    """Run a stand-in for PortaBilling until ended (Ctrl-C or SIGTERM): embedded billing behind its API and its EventSender.

    It is built from public documentation, and is no PortaBilling. It keeps nothing: ended, its customers are gone.
    """
    nuisances = _nuisances(nuisance or [], EVERY_NUISANCE if every_nuisance else Nuisances())
    try:
        sending = Sending(url=post_to, user=event_user, password=event_password, rate=rate)
    except ValidationError as error:
        raise InvalidValue(_sentence(error)) from None
    asyncio.run(_until_ended(host, port, sending, nuisances, commitment_type, as_json=json))


async def _until_ended(  # noqa: PLR0913 - what was typed
    host: str, port: int, sending: Sending, nuisances: Nuisances, commitment_type: str, *, as_json: bool
) -> None:
    from duebell.instance import utc_now  # noqa: PLC0415 - takes its time, and no other command here needs it
    from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn  # noqa: PLC0415 - the same

    ended = asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(ending, ended.set)
    first = int(utc_now().timestamp() * 1000)  # an earlier run's numbers never come again
    async with PortaBillingStandIn(
        now=utc_now,
        host=host,
        port=port,
        sending=sending,
        nuisances=nuisances,
        commitment_type=commitment_type,
        first_number=first,
    ) as stand_in:
        user = stand_in.user
        if as_json:
            show_json({"url": stand_in.url, "login": user.login, "password": user.password, "token": user.token})
        else:
            say("A stand-in for PortaBilling, from its public documentation; it is no PortaBilling.")
            say(f"API_URL    {stand_in.url}")
            say(f"API_Login  {user.login}, with the password {user.password} or the token {user.token}: known to all")
            say(f"Events     {'to ' + sending.url if sending.url else f'wait until PUT {stand_in.url}/control/sending'}")
        await ended.wait()


def _nuisances(typed: Sequence[str], on: Nuisances) -> Nuisances:
    """Those that are on, with what was typed over them.

    Raises:
        InvalidValue: it isn't NAME=VALUE, there is none of that name, or it can't have that value.
    """
    values: dict[str, object] = dict(on)
    for one in typed:
        name, equals, value = one.partition("=")
        if not equals or name not in Nuisances.model_fields:
            raise InvalidValue(f"--nuisance {one}: write NAME=VALUE; there are {', '.join(Nuisances.model_fields)}.")
        values[name] = value.split(",") if name == "denied" else value
    return _checked(values)


def _checked(values: Mapping[str, object]) -> Nuisances:
    try:
        return Nuisances.model_validate(values)
    except ValidationError as error:
        raise InvalidValue(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{first['loc'][0]}: {first['msg']}."
