"""The Webhook event handler: each batch is one signed call, and a test event tells whose fault a failed one is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from duebell.espf.handler import (
    BatchRefused,
    ConfigurationRefused,
    Outcome,
    Owed,
    Provisioned,
    ProvisioningError,
    RefusalKind,
    Refused,
    TargetDown,
    TargetGone,
    TryAgain,
)
from duebell.handlers.webhook.ending import Ending, Meaning
from duebell.handlers.webhook.group import Settings
from duebell.handlers.webhook.messages import message
from duebell.handlers.webhook.receiver import Receiver

PING = "duebell.ping"


class Webhook:
    """Provisions events to one URL: an `espf.handler.EventHandler`."""

    def __init__(self, receiver: Receiver, settings: Settings) -> None:
        self.max_batch = settings.max_batch
        self._fields = settings.fields
        self._batched = settings.max_batch > 1
        self._receiver = receiver

    async def provision(self, batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        """Provision a batch in one call.

        Raises:
            TargetDown, ConfigurationRefused (TargetGone), BatchRefused: the call as a whole.
        """
        sent = message(batch, self._fields, batched=self._batched)
        end = await self._receiver.send(sent)
        match end.meaning:
            case Meaning.TAKEN:
                return {owed.provisioning: Provisioned(reference=sent.id) for owed in batch}
            case Meaning.LATER | Meaning.GONE:
                raise _error(end)
        return await self._at_fault(batch, end)

    async def probe(self) -> None:
        """Send a test event: nothing less shows that signed calls are taken.

        Raises:
            TargetDown, ConfigurationRefused (TargetGone): not yet.
        """
        end = await self._receiver.send_trial(PING)
        if end.meaning is not Meaning.TAKEN:
            raise _error(end)

    async def close(self) -> None:
        """Give connections back."""
        await self._receiver.close()

    async def _at_fault(self, batch: Sequence[Owed], end: Ending) -> Mapping[int, Outcome]:
        """Blame the events only if a test event is taken: else everything fails there, and nothing may be lost for it.

        Only a plain refusal is final, for any other failure may have ended just before the test event came.
        """
        await self.probe()
        if len(batch) > 1:
            raise BatchRefused(end.because, status=end.status)
        final = end.meaning is Meaning.CALL_REFUSED
        outcome = Refused(end.because, RefusalKind.EVENT) if final else TryAgain(end.because, not_before=end.not_before)
        return {batch[0].provisioning: outcome}


def _error(end: Ending) -> ProvisioningError:
    """Return what ends the call as a whole; a test event that is refused means that we are."""
    match end.meaning:
        case Meaning.GONE:
            return TargetGone(end.because, status=end.status)
        case Meaning.WE_ARE_REFUSED:
            return ConfigurationRefused(end.because, status=end.status)
        case Meaning.CALL_REFUSED:
            return ConfigurationRefused(f"Even a test event is refused. {end.because}", status=end.status)
    return TargetDown(end.because, status=end.status, not_before=end.not_before)
