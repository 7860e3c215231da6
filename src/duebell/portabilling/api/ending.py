"""What an error of the API makes of the whole call of an event handler that reads through it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from duebell.espf.handler import BatchRefused, ConfigurationRefused, ProvisioningError, TargetDown
from duebell.outbound import AddressForbidden, TlsFailed
from duebell.outbound.retry_after import not_before
from duebell.portabilling.api.faults import CallFailed, Forbidden, NotAnswered, PortaBillingError, Unavailable

_ENDS: Mapping[type[PortaBillingError], type[ProvisioningError]] = {
    PortaBillingError: TargetDown,
    Forbidden: ConfigurationRefused,
    CallFailed: BatchRefused,
}
"""The nearest class counts. Only what passed Verify is in force, so another page in PortaBilling's place is an outage that ends by itself."""


def end_of(error: PortaBillingError, now: datetime) -> ProvisioningError:
    """TargetDown, ConfigurationRefused, or BatchRefused for what lies in the call itself."""
    status = error.evidence.status
    kind = next(_ENDS[ancestor] for ancestor in type(error).__mro__ if ancestor in _ENDS)
    if isinstance(error, NotAnswered) and isinstance(error.reason, AddressForbidden | TlsFailed):
        kind = ConfigurationRefused
    if kind is TargetDown:
        asked = error.retry_after if isinstance(error, Unavailable) else None
        return TargetDown(str(error), status=status, not_before=not_before(asked, now))
    return kind(str(error), status=status)
