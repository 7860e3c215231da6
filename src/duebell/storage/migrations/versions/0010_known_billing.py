"""What was last read of a PortaBilling's customers and invoices, and what was told of it."""

from __future__ import annotations

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Filled in before the release that has it."""
