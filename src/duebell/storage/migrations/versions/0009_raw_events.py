"""Raw events of a PortaBilling as they came, what they are owed, and what could not be read."""

from __future__ import annotations

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Filled in before the release that has it."""
