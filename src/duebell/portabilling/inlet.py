"""What is to be entered in PortaBilling so that its events come to us. Pure."""

from __future__ import annotations

from duebell.portabilling.options import AuthorizationKind, EventAuthorization


def path_of(environment: str) -> str:
    """Where an environment's events are posted."""
    return f"/portabilling/{environment}/events"


def to_enter(environment: str, address: str | None, authorization: EventAuthorization) -> str:
    """A sentence with the address, the header and the user; the password it only names."""
    where = f"{address or 'https://…'}{path_of(environment)}"
    return f"Enter in PortaBilling's EventSender: the address {where}; {_credentials(authorization)}."


def _credentials(authorization: EventAuthorization) -> str:
    header = authorization.header
    match authorization.kind:
        case AuthorizationKind.BASIC:
            return f"Basic authorization in the header {header}, user {authorization.user}, password as in Event_Password"
        case AuthorizationKind.HEADER:
            return f"custom authorization, the header {header} with the text in Event_Password"
        case AuthorizationKind.SIGNATURE:
            return f"a signature of the body in the header {header}, HMAC-{authorization.digest.upper()} with Event_Password"
