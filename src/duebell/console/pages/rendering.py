"""From templates to answers: what every page has in common."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from duebell.console.access.door import ThePrincipal
from duebell.console.access.principal import Principal, Scope
from duebell.console.current import the_instance
from duebell.console.pages import wording
from duebell.instance import Instance

FOLDER = Path(__file__).parent

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation, for those who have the scope, where it is used."""

    path: str
    title: str
    scope: Scope = Scope.VIEW
    is_used: Callable[[Instance], bool] = lambda _: True


NAVIGATION: Sequence[Place] = (
    Place("/", "Overview"),
    Place("/events", "Events"),
    Place("/customers", "Customers"),
    Place("/handlers", "Handlers"),
    Place("/connections", "Connections"),
    Place("/from-portabilling", "PortaBilling", is_used=lambda instance: instance.sources.is_used),
    Place("/alarms", "Alarms"),
    Place("/configuration", "Configuration"),
    Place("/verify", "Verify"),
    Place("/sandbox", "Sandbox", Scope.OPERATE, is_used=lambda instance: instance.sandbox is not None),
    Place("/users", "Users", Scope.ADMINISTER),
    Place("/audit", "Audit", Scope.ADMINISTER),
    Place("/api", "HTTP API"),
)


class Templates:
    """The templates, with what all of them may use: see `macros.html` for the building blocks."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= wording.FILTERS

    def render(self, template: str, **shown: object) -> str:
        return self._environment.get_template(template).render(**shown)


class Pages:
    """Answers a request with pages, for who asks it."""

    def __init__(self, request: Request, principal: Principal) -> None:
        self._request = request
        self._principal = principal

    def answer(self, template: str, *, status_code: int = 200, **shown: object) -> HTMLResponse:
        """Answer with the page, or with the part of a page that the template is."""
        return HTMLResponse(self.html(template, **shown), status_code=status_code, headers=HEADERS)

    def html(self, template: str, **shown: object) -> str:
        """The page, or the part of one, as text."""
        templates: Templates = self._request.app.state.templates
        instance = the_instance(self._request)
        return templates.render(
            template,
            principal=self._principal,
            places=[place for place in NAVIGATION if self._principal.may(place.scope) and place.is_used(instance)],
            path=self._request.url.path,
            csrf=getattr(self._request.state, "csrf", ""),
            **shown,
        )

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks, for a part of a page that is there."""
        return "HX-Request" in self._request.headers

    def changed(self, said: str, part: str, path: str, **shown: object) -> Response:
        """Answer an action: htmx with the part of the page that it changed and a toast, a browser without scripts with that page."""
        done = self.done(said, path)
        if not self.is_fragment:
            return done
        return HTMLResponse(self.html(part, **shown), headers=HEADERS | {"HX-Trigger": done.headers["HX-Trigger"]})

    def done(self, said: str, path: str) -> Response:
        """Answer an action: htmx with a toast, the page's stream shows the rest; a browser without scripts with that page."""
        if self.is_fragment:
            trigger = json.dumps({"duebell:said": {"value": said}})
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=HEADERS | {"HX-Trigger": trigger})
        return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER, headers=HEADERS)


def bare(request: Request, template: str, *, status_code: int = 200, **shown: object) -> HTMLResponse:
    """Answer with a page that belongs to nobody who is known: without navigation."""
    templates: Templates = request.app.state.templates
    return HTMLResponse(templates.render(template, **shown), status_code=status_code, headers=HEADERS)


def _pages(request: Request, principal: ThePrincipal) -> Pages:
    return Pages(request, principal)


ThePages = Annotated[Pages, Depends(_pages)]
