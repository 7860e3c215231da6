"""How a handler's target is reached for what is asked of it beside its deliveries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from duebell.espf.handler import EventHandler
from duebell.espf.queue import HandlerRow

TargetOf = Callable[[HandlerRow], AbstractAsyncContextManager[EventHandler]]
"""A handler's target as configured, for the length of the block; raises NotConfigured where nothing is in force for it."""
