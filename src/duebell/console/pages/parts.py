"""The handlers' rows as both the overview and their own page show and stream them."""

from __future__ import annotations

from duebell.console.access.principal import Principal, Scope
from duebell.console.api.status import masked_status
from duebell.console.overview import Seen
from duebell.console.pages.condition import condition
from duebell.console.pages.rendering import Pages
from duebell.console.pages.stream import Parts


def handlers_parts(seen: Seen, asking: Principal, pages: Pages, *, brief: bool) -> Parts:
    """Each handler's state and what can be done with it; `brief`: only that it is paused and resumed."""
    parts: dict[str, str] = {}
    for handler in masked_status(dict(seen.status), asking)["handlers"]:
        shown = {"handler": handler, "condition": condition(handler), "drain": seen.drains.get(handler["name"])}
        parts[f"handler-{handler['id']}"] = pages.html("handler_state.html", **shown)
        if not brief:
            parts[f"enabled-{handler['id']}"] = pages.html("handler_enabled.html", **shown)
        parts[f"waiting-{handler['id']}"] = pages.html("handler_waiting.html", **shown)
        if asking.may(Scope.OPERATE):
            parts[f"actions-{handler['id']}"] = pages.html("handler_actions.html", brief=brief, **shown)
    return parts
