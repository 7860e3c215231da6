"""The HTTP API: everything that the command line and the pages can do. Each router, and what it takes to read and to change there."""

from __future__ import annotations

from fastapi import APIRouter

from duebell.console.access.door import Needs
from duebell.console.access.principal import Scope
from duebell.console.api import (
    alarms,
    audit,
    billing,
    configuration,
    configuration_versions,
    connections,
    customers,
    description,
    environments,
    events,
    flow,
    forgetting,
    handlers,
    portabilling,
    reconciling,
    recording,
    secret,
    status,
    stops,
    storage,
    tokens,
    users,
    verify,
)

PREFIX = "/api/v1"

ROUTERS: tuple[tuple[APIRouter, Needs], ...] = (
    (description.router, Needs(Scope.VIEW)),
    (status.router, Needs(Scope.VIEW)),
    (flow.router, Needs(Scope.VIEW)),
    (alarms.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (configuration_versions.router, Needs(Scope.VIEW, to_change=Scope.ADMINISTER, sensitive=True)),
    (configuration.router, Needs(Scope.VIEW, to_change=Scope.ADMINISTER, sensitive=True)),
    (environments.router, Needs(Scope.VIEW, to_change=Scope.ADMINISTER)),
    (verify.router, Needs(Scope.VIEW, to_change=Scope.ADMINISTER)),
    (recording.router, Needs(Scope.RECORD)),
    (events.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (customers.router, Needs(Scope.VIEW)),
    (handlers.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (connections.router, Needs(Scope.VIEW, to_change=Scope.ADMINISTER)),
    (portabilling.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (stops.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (billing.router, Needs(Scope.VIEW, to_change=Scope.OPERATE)),
    (reconciling.router, Needs(Scope.ADMINISTER)),
    (forgetting.router, Needs(Scope.ADMINISTER)),
    (users.router, Needs(Scope.ADMINISTER, sensitive=True)),
    (tokens.router, Needs(Scope.ADMINISTER, sensitive=True)),
    (audit.router, Needs(Scope.ADMINISTER)),
    (storage.router, Needs(Scope.LOCAL)),
    (secret.router, Needs(Scope.LOCAL)),
)
