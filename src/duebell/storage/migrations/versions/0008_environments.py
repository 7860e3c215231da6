"""Environments beside Global, each one billing with customer ids of its own."""

from __future__ import annotations

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Filled in before the release that has it."""
