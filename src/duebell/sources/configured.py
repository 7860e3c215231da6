"""Which environments have a PortaBilling, by what is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from duebell.configuration.environment import GLOBAL
from duebell.configuration.retry import RETRY, policy_of
from duebell.configuration.secrets import UnreadableSecret
from duebell.configuration.server import ConfigurationServer
from duebell.errors import InvalidValue, NotConfigured
from duebell.espf.retry import RetryPolicy
from duebell.portabilling.group import PORTABILLING, options_of
from duebell.portabilling.options import PortaBillingOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """What is in force for one PortaBilling."""

    options: PortaBillingOptions
    policy: RetryPolicy


def configured(server: ConfigurationServer, environments: Iterable[str]) -> dict[str, Configured]:
    """Each PortaBilling by its environment.

    One that has nothing of its own has none: what is Global's would have the same customers told under two names.
    """
    found = {}
    for environment in environments:
        try:
            if environment == GLOBAL or _is_own(server, environment):
                options = options_of(server.applied(environment, PORTABILLING.name))
                found[environment] = Configured(options=options, policy=_policy(server, environment))
        except (NotConfigured, InvalidValue, UnreadableSecret):
            continue  # the inlet's alarm says so as soon as something comes
    return found


def _is_own(server: ConfigurationServer, environment: str) -> bool:
    values: Mapping[str, str] = server.in_force(environment, PORTABILLING.name)
    return values != server.in_force(GLOBAL, PORTABILLING.name)


def _policy(server: ConfigurationServer, environment: str) -> RetryPolicy:
    return policy_of(server.applied(environment, RETRY.name))
