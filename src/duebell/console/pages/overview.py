"""Is it flowing?"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, StreamingResponse

from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Principal
from duebell.console.api.status import masked_status
from duebell.console.api.stops import shown
from duebell.console.current import TheInstance
from duebell.console.overview import Seen, TheOverview
from duebell.console.pages.chart import latencies, rates
from duebell.console.pages.condition import condition
from duebell.console.pages.parts import handlers_parts
from duebell.console.pages.rendering import Pages, ThePages
from duebell.console.pages.stream import Parts, streamed
from duebell.console.pages.verdict import storage_failed, verdict
from duebell.operations.first_steps import first_steps
from duebell.operations.flow import latency

router = APIRouter()

_PARTS = ("headline", "findings", "figures", "rates", "latencies", "minutes")


@router.get("/")
async def overview(instance: TheInstance, looks: TheOverview, asking: ThePrincipal, pages: ThePages) -> HTMLResponse:
    """The whole page, as it is now."""
    _, seen = await looks.live.next()
    return pages.answer("overview.html", steps=await first_steps(instance), **_shown(seen, asking))


@router.get("/live/overview")
async def live(looks: TheOverview, asking: ThePrincipal, pages: ThePages) -> StreamingResponse:
    """What changes of it."""
    return streamed(
        looks.live,
        lambda seen: {**_parts(_shown(seen, asking), pages), **handlers_parts(seen, asking, pages, brief=True)},
        lambda error: _verdict_parts(pages, verdict=storage_failed(error)),
    )


def _verdict_parts(pages: Pages, **shown: object) -> Parts:
    return {name: pages.html(f"overview_{name}.html", **shown) for name in ("headline", "findings")}


def _parts(shown: dict[str, Any], pages: Pages) -> Parts:
    return {name: pages.html(f"overview_{name}.html", **shown) for name in _PARTS}


def _shown(seen: Seen, asking: Principal) -> dict[str, Any]:
    status, telling = masked_status(dict(seen.status), asking), shown(seen.telling, asking)
    return {
        "status": status,
        "telling": telling,
        "verdict": verdict(status, telling),
        "conditions": {handler["id"]: condition(handler) for handler in status["handlers"]},
        "drains": seen.drains,
        "odoo": [handler for handler in status["handlers"] if handler["type"] == "OdooCRM"],
        "at": seen.at,
        "minutes": seen.minutes,
        "waiting": sum(handler["owed"].get("waiting", 0) for handler in status["handlers"]),
        "told": "deliveries" if len([handler for handler in status["handlers"] if handler["enabled"]]) > 1 else "told",
        "latency": latency(seen.minutes),
        "latency_of": lambda minute: latency([minute]),
        "rates": rates(seen.minutes),
        "latencies": latencies(seen.minutes),
    }
