"""The OdooCRM event handler: each batch is one call of the addon's `ingest`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from duebell.espf.agreement import Terms, Whom
from duebell.espf.handler import (
    BatchRefused,
    ConfigurationRefused,
    NotAttempted,
    Outcome,
    Owed,
    ProvisioningError,
    TargetDown,
)
from duebell.espf.receipts import Receipts
from duebell.espf.told import Told
from duebell.espf.upkeep import Forgotten, Match
from duebell.handlers.odoo_crm.agreement import (
    SINCE,
    objection,
    read_hold,
    read_key,
    read_paired,
    read_revoked,
    said,
    too_old_for_strangers,
    whom,
)
from duebell.handlers.odoo_crm.answer import Json
from duebell.handlers.odoo_crm.checks import readable
from duebell.handlers.odoo_crm.client import Client, DatabaseServer
from duebell.handlers.odoo_crm.errors import (
    CallRefused,
    DatabaseServerDown,
    Evidence,
    Forbidden,
    KeyRefused,
    Misled,
    MovedForGood,
    OdooError,
    OtherShape,
    Unavailable,
    Unreachable,
)
from duebell.handlers.odoo_crm.group import Settings
from duebell.handlers.odoo_crm.messages import ingest_body, outcomes
from duebell.handlers.odoo_crm.receipts import read_receipts
from duebell.handlers.odoo_crm.shape import MODEL
from duebell.handlers.odoo_crm.status import Status, read_status
from duebell.handlers.odoo_crm.told import read_told
from duebell.handlers.odoo_crm.upkeep import read_forgotten, read_known, read_matches
from duebell.outbound.retry_after import not_before

T = TypeVar("T")

GUARDS = ("guard", "budget")
"""What the addon calls the problems that stand until its managers say something."""

ENDS: Mapping[type[OdooError], type[ProvisioningError]] = {
    Unreachable: TargetDown,
    Unavailable: TargetDown,
    Misled: TargetDown,
    MovedForGood: ConfigurationRefused,
    Forbidden: ConfigurationRefused,
    CallRefused: BatchRefused,
}
"""What an error makes of a call; the nearest class counts.

Only a configuration that passed Verify is in force, so an unknown database or a page instead of JSON is an outage that ends
by itself (Odoo answers so while its PostgreSQL is down or a copy is restored, a proxy while Odoo is upgraded).
"""
STATUS_ENDS = {**ENDS, CallRefused: TargetDown, OtherShape: ConfigurationRefused}
"""The same where no events are in the call that could be at fault."""

STATUS_AGE = timedelta(minutes=1)
"""How old a status may be before an unknown type is asked for anew: the addon may have been upgraded."""


class OdooCRM:
    """Provisions events to one Odoo database: an `espf.handler.EventHandler` that can all that the ESPF may ask of one.

    That is `espf.receipts.Reporting`, `espf.told.Quoting`, `Forgetting` and `Knowing` of `espf.upkeep`, and all of `espf.agreement`.
    """

    terms: Terms | None = None
    """None: whoever asks for this has nothing to do with deliveries."""

    def __init__(self, client: Client, settings: Settings, *, now: Callable[[], datetime]) -> None:
        self.max_batch = settings.max_batch
        self._most = settings.max_batch
        self._on_unmatched = settings.on_unmatched
        self._client = client
        self._now = now
        self._status: Status | None = None
        self._status_at = now()

    async def provision(self, batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        """Provision a batch in one call; an event of a type that the addon doesn't know waits, and so does its stream.

        Raises:
            TargetDown, ConfigurationRefused, BatchRefused: the call as a whole.
        """
        status = await self._status_for(batch)
        sent, waiting = _divided(batch, status)
        if not sent:
            return waiting
        if len(sent) > self.max_batch:
            raise BatchRefused(f"Odoo's addon takes at most {self.max_batch} events a call.")
        try:
            answer = await self._client.send(MODEL, "ingest", ingest_body(sent, self._said_terms(status)))
            return outcomes(sent, answer, self._client.api_url) | waiting
        except OdooError as error:
            raise self._end(error, ENDS) from error

    async def probe(self) -> None:
        """Ask Odoo's health, then the addon's status.

        Raises:
            TargetDown, ConfigurationRefused: not yet.
        """
        try:
            if await self._client.database_server() is DatabaseServer.DOWN:
                raise DatabaseServerDown(Evidence(url=self._client.api_url))
        except OdooError as error:
            raise self._end(error, STATUS_ENDS) from error
        await self._ask_status()

    async def receipts(self, acknowledged: Sequence[int]) -> Receipts:
        """Return what became of messages since the acknowledged receipts.

        Raises:
            TargetDown, ConfigurationRefused: not now.
        """
        if self.terms and not self._status:
            await self._ask_status()  # a copy must not acknowledge what the original has yet to see
        try:
            answer = await self._client.call(MODEL, "receipts", acknowledged=list(acknowledged))
            return read_receipts(answer, self._client.api_url)
        except OdooError as error:
            raise self._end(error, STATUS_ENDS) from error

    async def forget(self, environment: str, customer: str) -> Forgotten:
        """Erase who the customer is from all that billing wrote in Odoo.

        Raises:
            TargetDown, ConfigurationRefused: not now, or the addon is too old for it.
        """
        answer = await self._optional("forget", environment=environment, external_id=customer)
        return self._read(read_forgotten, answer)

    async def known(self, keys: Sequence[str]) -> Collection[str]:
        """Return those of the keys that Odoo has.

        Raises:
            TargetDown, ConfigurationRefused: not now, or the addon is too old for it.
        """
        return self._read(read_known, await self._optional("known", keys=list(keys)))

    async def match(
        self, environment: str, references: Mapping[str, str | None], company: str | None
    ) -> Mapping[str, Match]:
        """Return who customers are or would be in Odoo; see `Matching`.

        Raises:
            TargetDown, ConfigurationRefused: not now, or the addon is too old for it.
        """
        answer = await self._optional("match", environment=environment, references=dict(references), company=company)
        return self._read(read_matches, answer)

    async def told(self, keys: Sequence[str]) -> Mapping[str, Told]:
        """Return what Odoo told people of the events of these keys that it has.

        Raises:
            TargetDown, ConfigurationRefused: not now, or the addon is too old for it.
        """
        return self._read(read_told, await self._optional("told", keys=list(keys)))

    async def whom(self) -> Whom:
        """Return the database that answers, whatever was agreed on.

        Raises:
            TargetDown, ConfigurationRefused: not now.
        """
        return whom(await self._told_status(), self._client.api_url)

    async def pair(self, sender: str) -> Whom:
        """Let the database take our events, and those of nobody else; an addon that is too old for it takes anybody's.

        Raises:
            TargetDown, ConfigurationRefused: not now.
        """
        status = await self._told_status()
        if SINCE in status.methods:
            self._read(read_paired, await self._called("pair", sender=sender))
        return whom(status, self._client.api_url)

    async def hold(self, because: str) -> None:
        """Let Odoo send no message from now on.

        Raises:
            TargetDown, ConfigurationRefused: not now, or the addon is too old for it.
        """
        self._read(read_hold, await self._optional("hold", because=because))

    async def release(self) -> None:
        """Let Odoo send again.

        Raises:
            TargetDown, ConfigurationRefused: not now, or the addon is too old for it.
        """
        self._read(read_hold, await self._optional("release"))

    async def guards(self) -> list[str]:
        """Return what of its limits Odoo's managers have to know; nothing of an addon that has none.

        Raises:
            TargetDown, ConfigurationRefused: not now.
        """
        problems = (await self._told_status()).problems
        return [readable(problem.sentence) for problem in problems if problem.slug in GUARDS]

    async def new_key(self) -> str:
        """Make another key of the same user.

        Raises:
            TargetDown, ConfigurationRefused: not now, or the addon is too old for it.
        """
        self._has(await self._ask_status(), "revoke_key")
        return self._read(read_key, await self._called("rotate_key"))

    async def revoke_key(self) -> None:
        """End the key of this configuration.

        Raises:
            TargetDown, ConfigurationRefused: not now, or the addon is too old for it.
        """
        try:
            self._read(read_revoked, await self._client.call(MODEL, "revoke_key"))
        except KeyRefused:
            return  # it has ended already
        except OdooError as error:
            raise self._end(error, STATUS_ENDS) from error

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()

    async def _status_for(self, batch: Sequence[Owed]) -> Status:
        status = self._status or await self._ask_status()
        known = set(status.event_types)
        if all(owed.type in known for owed in batch) or self._now() - self._status_at < STATUS_AGE:
            return status
        return await self._ask_status()

    async def _optional(self, method: str, **arguments: Json) -> Json:
        self._has(self._status or await self._ask_status(), method)
        return await self._called(method, **arguments)

    def _has(self, status: Status, method: str) -> None:
        if method not in status.methods:
            self._status = None
            raise ConfigurationRefused(
                f"Odoo's addon duebell {status.addon_version} is too old for this (`{method}`): upgrade the addon."
            )

    def _said_terms(self, status: Status) -> str | None:
        if self.terms is None:
            return None
        if self.terms.stopped:
            self._has(status, "hold")  # else it would tell people
        if self._on_unmatched not in status.unmatched:  # else it would make contacts
            self._status = None
            raise ConfigurationRefused(too_old_for_strangers(status.addon_version))
        return said(self.terms, self._on_unmatched) if SINCE in status.methods else None

    async def _called(self, method: str, **arguments: Json) -> Json:
        try:
            return await self._client.call(MODEL, method, **arguments)
        except OdooError as error:
            raise self._end(error, STATUS_ENDS) from error

    def _read(self, reader: Callable[[Json, str], T], answer: Json) -> T:
        try:
            return reader(answer, self._client.api_url)
        except OdooError as error:
            raise self._end(error, STATUS_ENDS) from error

    async def _told_status(self) -> Status:
        return self._read(read_status, await self._called("status"))

    async def _ask_status(self) -> Status:
        status = await self._told_status()
        if because := objection(self.terms, status, self._client.api_url):
            self._status = None
            raise ConfigurationRefused(because)
        self._status, self._status_at = status, self._now()
        self.max_batch = min(self._most, status.max_events)
        return status

    def _end(self, error: OdooError, ends: Mapping[type[OdooError], type[ProvisioningError]]) -> ProvisioningError:
        kind = next(ends[ancestor] for ancestor in type(error).__mro__ if ancestor in ends)
        if kind is BatchRefused:
            return BatchRefused(str(error), status=error.evidence.status)
        self._status = None  # Odoo may come back with another addon
        if kind is ConfigurationRefused:
            return ConfigurationRefused(str(error), status=error.evidence.status)
        return TargetDown(str(error), status=error.evidence.status, not_before=self._not_before(error))

    def _not_before(self, error: OdooError) -> datetime | None:
        return not_before(error.retry_after, self._now()) if isinstance(error, Unavailable) else None


def _divided(batch: Sequence[Owed], status: Status) -> tuple[list[Owed], dict[int, Outcome]]:
    """Part what can be sent from what waits because of its type, or behind such a one of its stream."""
    known = set(status.event_types)
    sent: list[Owed] = []
    waiting: dict[int, Outcome] = {}
    held: dict[int, NotAttempted] = {}
    for owed in batch:
        if owed.type not in known and owed.stream not in held:
            held[owed.stream] = NotAttempted(
                f"Odoo's addon {status.addon_version} doesn't know {owed.type}: it waits until the addon is upgraded."
            )
        if owed.stream in held:
            waiting[owed.provisioning] = held[owed.stream]
        else:
            sent.append(owed)
    return sent, waiting
