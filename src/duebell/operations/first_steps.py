"""First start: what leads from a fresh Duebell to a first text, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duebell.configuration.check import Check, Result
from duebell.configuration.environment import GLOBAL
from duebell.storage.handlers import all_handlers
from duebell.storage.owed import is_any_provisioned
from duebell.storage.subscriptions import is_chosen, note_chosen, subscriptions
from duebell.storage.verify_history import Run, runs

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from duebell.configuration.server import ConfigurationServer
    from duebell.instance import Instance

ENVIRONMENT, GROUP, TYPE = GLOBAL, "OdooCRM", "OdooCRM"
VERIFY = f"/verify/{ENVIRONMENT}/{GROUP}"
NEEDED = ("API_URL", "API_Access_Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what is to be done, what is missing if it isn't done yet, and where it is done (a path of the console)."""

    slug: str
    title: str
    how: str
    missing: str | None
    path: str
    place: str
    """What the place is called there."""

    @property
    def done(self) -> bool:
        return self.missing is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What there is. `typed`: keys that have a value in the draft or in force; `history`: the newest first."""

    typed: frozenset[str] = frozenset()
    in_force: bool = False
    history: Sequence[Run] = ()
    subscribed: int = 0
    """Event types that go to an Odoo handler in use."""
    chosen: bool = False
    """Whether somebody who may change it has seen which those are, or changed it."""
    told: bool = False
    """Whether an event ever reached Odoo."""


async def saw_events(instance: Instance) -> None:
    """Somebody who may choose events has seen which are chosen: that step is done."""
    if not await instance.read(is_chosen):
        await instance.write(note_chosen)


async def first_steps(instance: Instance) -> list[Step]:
    """The steps as they stand."""

    def configured(server: ConfigurationServer) -> tuple[frozenset[str], bool]:
        shown = server.shown(ENVIRONMENT, GROUP)
        has = frozenset(one["key"] for one in shown if one["value"] or one["in_force"])
        return has, all(one["in_force"] for one in shown if one["key"] in NEEDED)

    typed, in_force = await instance.configured(configured)
    return steps(await instance.read(lambda connection: _facts(connection, typed, in_force=in_force)))


def _facts(connection: Connection, typed: frozenset[str], *, in_force: bool) -> Facts:
    handlers = [row for row in all_handlers(connection) if row.type == TYPE]
    in_use = {row.name for row in handlers if row.enabled}
    return Facts(
        typed=typed,
        in_force=in_force,
        history=runs(connection, ENVIRONMENT, GROUP),
        chosen=is_chosen(connection),
        subscribed=sum(one.enabled and one.handler in in_use for one in subscriptions(connection, None)),
        told=is_any_provisioned(connection, [row.id for row in handlers]),
    )


def steps(facts: Facts) -> list[Step]:
    """Each step with what is missing. Pure."""
    return [
        Step(
            slug="connect",
            title="Connect Odoo",
            how="Type the address of your Odoo 19 and a key: in Odoo, Billing → Configuration → Access Key, once the addon is there.",
            missing=_connect(facts),
            path=VERIFY,
            place="Type address and key",
        ),
        Step(
            slug="addon",
            title="Install the addon",
            how="Put the folder odoo/duebell among Odoo's addons, restart Odoo, Apps → Update Apps List, and install Duebell.",
            missing=_addon(facts),
            path="/help/verify#addon",
            place="How to install it",
        ),
        Step(
            slug="verify",
            title="Verify",
            how="Each check that fails says what to do. When all pass, the configuration is in force.",
            missing=_verify(facts),
            path=VERIFY,
            place="Verify",
        ),
        Step(
            slug="events",
            title="Choose events",
            how="Odoo is told of every event unless you switch some off; which texts customers get is chosen in Odoo, Billing → Rules.",
            missing=_events(facts),
            path="/handlers",
            place="Choose events",
        ),
        Step(
            slug="test",
            title="Send a test",
            how="Name your own phone in Test_Phones and let Verify send a test text to it; or bill a customer of your own.",
            missing=_test(facts),
            path=VERIFY,
            place="Send a test text",
        ),
    ]


def _connect(facts: Facts) -> str | None:
    lacking = [key for key in NEEDED if key not in facts.typed]
    return f"{' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} missing." if lacking else None


def _addon(facts: Facts) -> str | None:
    if facts.in_force:
        return None
    found = _latest(facts, "addon")
    if found is None or found.result is Result.SKIPPED:
        return "It is not known yet whether it is there: Verify finds out."
    return found.found if found.result is Result.FAILED else None


def _verify(facts: Facts) -> str | None:
    if facts.in_force:
        return None
    failed = facts.history[0].failed if facts.history else []
    if failed:
        return f"{failed[0].title}: {failed[0].found} {failed[0].hint or ''}".strip()
    return "It passed, but only checking puts nothing in force." if facts.history else "It was never run."


def _events(facts: Facts) -> str | None:
    if not facts.subscribed:
        return "Odoo is subscribed to no event: enable the handler, or some of its events."
    return None if facts.chosen or facts.told else "Nobody has looked yet whether these are the right ones."


def _test(facts: Facts) -> str | None:
    found = _latest(facts, "test-text")
    if facts.told or (found is not None and found.result is not Result.FAILED):
        return None
    return found.found if found else "Nobody was told anything yet."


def _latest(facts: Facts, slug: str) -> Check | None:
    """What the last run that made the check found."""
    return next((check for run in facts.history for check in run.checks if check.slug == slug), None)
