"""Answers kept for those who ask again with the same Idempotency-Key."""

from __future__ import annotations

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing yet."""
