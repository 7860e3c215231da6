"""What the search for events and customers needs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from duebell.storage.columns import Id

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """A customer of before is found by his words from his next event on; by id and whole name at once."""
    op.create_table(
        "customer_word",
        sa.Column("word", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("stream_id", Id, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"]),
        sa.PrimaryKeyConstraint("word", "stream_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("customer_word_stream", "customer_word", ["stream_id"])
    op.add_column("stream", sa.Column("known_as", sa.BigInteger(), nullable=True))
    op.create_index("event_subject", "event", ["subject"], postgresql_ops={"subject": "text_pattern_ops"})
