"""The stand-in's web application: PortaBilling's API, and its own control."""

from __future__ import annotations

from random import Random

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from duebell.sandbox.portabilling.api_routes import api_routes
from duebell.sandbox.portabilling.methods import Methods
from duebell.sandbox.portabilling.switches import Switches


def application(methods: Methods, switches: Switches, random: Random, hosts: list[str]) -> FastAPI:
    """The application, which may be called by the names `hosts` only."""
    served = FastAPI(title="Stand-in for PortaBilling", docs_url=None, redoc_url=None)
    served.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    served.include_router(api_routes(methods, switches, random))
    return served
