"""On what terms a target is told events: who tells it, which one is meant, and whether people may be told at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

COPIED = "Duebell's own data was copied, or moved here by hand."


@dataclass(frozen=True, slots=True)
class Whom:
    """A target as it is found: its database's own id, and where it was reached."""

    database_uuid: str
    address: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The target that was agreed on, and when (aware)."""

    whom: Whom
    paired_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Of the handler of that name. `sender` is who we are for targets, a UUID; `pair` none: nothing was agreed on yet.

    `copied`: our own data was copied since. `stopped`: why nobody may be told now; None: people are told.
    """

    handler: str
    sender: str
    pair: Pair | None = None
    copied: bool = False
    stopped: str | None = None


@runtime_checkable
class Pairing(Protocol):
    """A handler whose target is paired with us. Its calls are made on `terms`, and refused where those don't hold."""

    terms: Terms | None

    async def whom(self) -> Whom:
        """The target as it is now, whatever was agreed on.

        Raises:
            ProvisioningError: not now.
        """

    async def pair(self, sender: str) -> Whom:
        """Let the target take our events, and those of nobody else, from now on.

        Raises:
            ProvisioningError: not now.
        """


@runtime_checkable
class Holding(Protocol):
    """A handler whose target can hold back what it would tell people, also what it was given before."""

    async def hold(self, because: str) -> None:
        """Tell nobody from now on; events are still taken. Again does no harm.

        Raises:
            ProvisioningError: not now, or the target can't.
        """

    async def release(self) -> None:
        """Tell people again what is still true and worth telling.

        Raises:
            ProvisioningError: not now.
        """


@runtime_checkable
class Guarded(Protocol):
    """A handler whose target may stop telling people by itself, until a person there says that it is meant."""

    async def guards(self) -> Sequence[str]:
        """Return what it waits for, or is about to, a sentence each; none: nothing.

        Raises:
            ProvisioningError: not now.
        """


@runtime_checkable
class Rotating(Protocol):
    """A handler whose key can be changed by asking its target."""

    async def new_key(self) -> str:
        """Make another key there; the one in use stays good. A former new one that was never used ends.

        Raises:
            ProvisioningError: not now, or it can't be done.
        """

    async def revoke_key(self) -> None:
        """End the key in use. One that has ended already does no harm.

        Raises:
            ProvisioningError: not now.
        """


def disagreement(terms: Terms, whom: Whom, paired_with: str | None) -> str | None:
    """Why the target must not be told events on these terms, and how to go on; None: they hold.

    `paired_with` is whom the target takes events of, as it says; None: of anybody.
    """
    wrong = COPIED if terms.copied else _wrong(terms, whom, paired_with)
    return wrong and f"{wrong} {how_to_go_on(terms)}"


def how_to_go_on(terms: Terms) -> str:
    """What to do about a disagreement."""
    return (
        f"So that no copy tells customers, nothing is sent. If this is the one that shall: `duebell pair {terms.handler}`."
    )


def not_told(terms: Terms) -> str | None:
    """Why a target that can neither be paired nor hold anything back gets no events; None: it gets them."""
    if terms.copied:
        return f"{COPIED} {how_to_go_on(terms)}"
    if terms.stopped:
        return f"Nobody is told now ({terms.stopped}): events wait until `duebell start-telling`."
    return None


def _wrong(terms: Terms, whom: Whom, paired_with: str | None) -> str | None:
    if terms.pair is None:
        return None if paired_with in {None, terms.sender} else "This Odoo is paired with another Duebell."
    agreed, since = terms.pair.whom, f"{terms.pair.paired_at:%Y-%m-%d}"
    if whom.database_uuid != agreed.database_uuid:
        return f"Odoo's database is another one than was agreed on {since}: it was replaced or copied."
    if whom.address != agreed.address:
        return f"Odoo is reached at {whom.address}, but {agreed.address} was agreed on {since}: it was moved or copied."
    if paired_with is None:
        return f"Odoo has forgotten that it was paired on {since}: it was restored from before, or duplicated."
    return None if paired_with == terms.sender else "Odoo was paired with another Duebell since."
