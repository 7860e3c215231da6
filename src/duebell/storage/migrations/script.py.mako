"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from duebell.storage.columns import Id, Moment

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
