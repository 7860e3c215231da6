"""What each type of raw event is about, so what is read when one comes: the vendor's published names, of older releases too."""

from __future__ import annotations

from collections.abc import Mapping

from duebell.portabilling.options import About, PortaBillingOptions

TYPES: Mapping[str, About] = {
    "Invoice/New": About.INVOICE,
    "Invoice/Created": About.INVOICE,
    "Invoice/Updated": About.INVOICE,
    "Invoice/Status/Changed": About.INVOICE,
    "Invoice/AmountPaid/Changed": About.INVOICE,
    "Invoice/Adjustments/Changed": About.INVOICE,
    "Customer/New": About.CUSTOMER,
    "Customer/Created": About.CUSTOMER,
    "Customer/Updated": About.CUSTOMER,
    "Customer/Name/Changed": About.CUSTOMER,
    "Customer/BalanceChanged": About.CUSTOMER,
    "Customer/Blocked": About.CUSTOMER,
    "Customer/Unblocked": About.CUSTOMER,
    "Customer/Deleted": About.NOTHING,  # there is nothing to read any more
    "Customer/Status/Activated": About.CUSTOMER,
    "Customer/Status/Changed": About.CUSTOMER,
    "Customer/Status/Closed": About.CUSTOMER,
    "Customer/Status/Deactivated": About.CUSTOMER,
    "Customer/Status/Exported": About.CUSTOMER,
    "Customer/Status/Imported": About.CUSTOMER,
    "Customer/Status/Limited": About.CUSTOMER,
    "Customer/Status/Suspend": About.CUSTOMER,
    "Customer/Status/Suspended": About.CUSTOMER,
    "Customer/Status/Unsuspend": About.CUSTOMER,
    "Customer/Status/SuspensionRemoved": About.CUSTOMER,
    "PaymentTransaction/New": About.NOTHING,  # what it settles comes as the invoice's own event
    "PaymentTransaction/Status/Changed": About.NOTHING,
}
_NOTHING = ("Account/", "Subscriber/", "DID/", "SIM/")
"""What begins so is about what isn't told of, whatever follows."""


def about(raw_type: str, options: PortaBillingOptions) -> About | None:
    """What it is about: as the operator says in `Event_Types` and `Commitment_Types`, else as published; None: nobody knows."""
    found = options.event_types.get(raw_type) or TYPES.get(raw_type)
    return About.NOTHING if found is None and raw_type.startswith(_NOTHING) else found
