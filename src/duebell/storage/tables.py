"""The ESPF's tables. A support person can read a row: states are words, times are UTC, reasons are sentences."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from duebell.storage.columns import Id, Moment
from duebell.storage.metadata import metadata

instance = Table(
    "instance",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)
"""What this instance is: its identity and epoch."""

stream = Table(
    "stream",
    metadata,
    Column("id", Id, primary_key=True),
    Column("environment", String, nullable=False),
    Column("customer", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("last_sequence", Integer, nullable=False),
    Column("known_as", BigInteger),
    UniqueConstraint("environment", "customer"),
)
"""`known_as` tells whether the customer is called otherwise than before: see `storage.customer_words`."""
Index("stream_customer", stream.c.customer)

MAKES_UNTRUE = (
    "type IN ('commitment.terminated', 'customer.limit_removed', 'customer.limited', 'customer.suspended', "
    "'customer.suspension_removed', 'customer.terminated', 'invoice.overdue', 'invoice.paid', 'invoice.voided', 'payment.received')"
)
"""The types of `espf.rules.SUPERSEDING`, as the partial index has them: a query has to say it in these very words."""

event = Table(
    "event",
    metadata,
    Column("number", Id, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("stream_id", ForeignKey("stream.id"), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("type", String, nullable=False),
    Column("subject", String),
    Column("customer_name", String, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("occurred_at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("cloud_event", Text, nullable=False),
    UniqueConstraint("stream_id", "epoch", "sequence"),
)
Index("event_recorded", event.c.recorded_at, event.c.number)
Index("event_type", event.c.type, event.c.number)
Index("event_customer", event.c.customer_name, event.c.stream_id)
Index("event_subject", event.c.subject, postgresql_ops={"subject": "text_pattern_ops"})
Index(
    "event_superseding",
    event.c.stream_id,
    event.c.type,
    event.c.number,
    sqlite_where=text(MAKES_UNTRUE),
    postgresql_where=text(MAKES_UNTRUE),
)

past_event = Table(
    "past_event",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    sqlite_with_rowid=False,
)
"""What is left of an event that history has let go: enough for the same fact to be the same event when it comes again."""

handler = Table(
    "handler",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("type", String, nullable=False),
    Column("environment", String, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("because", Text),
    Column("since", Moment, nullable=False),
    Column("paused_at", Moment),
    Column("paused_because", Text),
)
"""`enabled` false: not in use, owed nothing new. Paused: owed everything, told nothing until resumed."""

subscription = Table(
    "subscription",
    metadata,
    Column("handler_id", ForeignKey("handler.id"), primary_key=True),
    Column("event_type", String, primary_key=True),
    Column("enabled", Boolean, nullable=False, server_default=true()),
    Column("filter", Text),
)
"""Which event types go to which handler; `filter` is JSON (see `espf.subscription.Filter`), none: all of the type."""

provisioning = Table(
    "provisioning",
    metadata,
    Column("id", Id, primary_key=True),
    Column("handler_id", ForeignKey("handler.id"), nullable=False),
    Column("event_number", ForeignKey("event.number"), nullable=False),
    Column("stream_id", ForeignKey("stream.id"), nullable=False),
    Column("replay", Integer, nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("notify_by", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("is_head", Boolean, nullable=False, server_default=false()),
    Column("next_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("first_attempt_at", Moment),
    Column("because", Text),
    Column("kind", String),
    Column("reference", String),
    Column("link", Text),
    Column("superseded_by", String(36)),
    UniqueConstraint("event_number", "handler_id", "replay"),
)
"""What is owed. Ids of one stream grow in the line's order, since they are drawn under the stream's lock.

`is_head` marks the first waiting one of its line (handler, stream), the only one that may leave.
"""
Index(
    "provisioning_line",
    provisioning.c.stream_id,
    provisioning.c.handler_id,
    provisioning.c.id,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)
Index(
    "provisioning_heads",
    provisioning.c.handler_id,
    provisioning.c.urgency,
    provisioning.c.id,
    sqlite_where=text("is_head"),
    postgresql_where=text("is_head"),
)

Index(
    "provisioning_failed",
    provisioning.c.id,
    sqlite_where=text("state IN ('refused', 'exhausted')"),
    postgresql_where=text("state IN ('refused', 'exhausted')"),
)
Index(
    "provisioning_skipped",
    provisioning.c.id,
    sqlite_where=text("state = 'skipped'"),
    postgresql_where=text("state = 'skipped'"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Id, primary_key=True),
    Column("provisioning_id", ForeignKey("provisioning.id"), nullable=False, index=True),
    Column("started_at", Moment, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("outcome", String, nullable=False),
    Column("because", Text),
)

receipt = Table(
    "receipt",
    metadata,
    Column("event_id", String(36), primary_key=True),
    Column("replay", Integer, primary_key=True),
    Column("handler_id", ForeignKey("handler.id"), primary_key=True),
    Column("channel", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("because", Text),
    Column("at", Moment, nullable=False),
)
"""What became of the messages in Odoo."""

alarm = Table(
    "alarm",
    metadata,
    Column("cause", String, primary_key=True),
    Column("sentence", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("count", Integer, nullable=False),
    Column("cleared_at", Moment),
)
"""One row a cause; `cleared_at` is its all-clear."""

telling = Table(
    "telling",
    metadata,
    Column("channel", String, primary_key=True),
    Column("cause", ForeignKey("alarm.cause"), primary_key=True),
    Column("told_at", Moment),
    Column("told_since", Moment),
    Column("told_count", Integer),
    Column("episodes", Integer, nullable=False, server_default=text("0")),
    Column("next_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("because", Text),
)
"""What people were told of an alarm, by channel. `told_since` and `told_count`: the alarm's own as they were told; none of the three: they
believe that all is well. `episodes`: how many all-clears they were told lately. `tries` failed since, `because` of this; nobody tells
them before `next_at`, which a process that does moves.
"""

forgetting = Table(
    "forgetting",
    metadata,
    Column("id", Id, primary_key=True),
    Column("handler_id", ForeignKey("handler.id"), nullable=False),
    Column("environment", String, nullable=False),
    Column("customer", String, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("done_at", Moment),
    Column("answer", Text),
    UniqueConstraint("handler_id", "environment", "customer"),
)
"""A customer to be forgotten in a target: owed until `due_at` is none. `answer` is what the target last said of it."""

configuration_option = Table(
    "configuration_option",
    metadata,
    Column("stage", String, primary_key=True),
    Column("environment", String, primary_key=True),
    Column("group_name", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)
"""`stage` is draft (typed) or applied (verified). Secrets are kept encrypted."""

dispatcher = Table(
    "dispatcher",
    metadata,
    Column("id", String, primary_key=True),
    Column("until", Moment, nullable=False),
)
"""The processes that dispatch, and until when each is taken to be alive. Only PostgreSQL has several."""

bucket = Table(
    "bucket",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("owner", String),
    Column("fence", BigInteger, nullable=False, server_default=text("0")),
    Column("until", Moment),
)
"""The streams spread over dispatchers: stream `id` is in bucket `id % 64`. `fence` grows whenever a bucket changes hands."""
