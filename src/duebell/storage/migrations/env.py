"""What Alembic runs to apply revisions: on the connection that `upgrade` passes in."""

from __future__ import annotations

from alembic import context

from duebell.storage import tables as _tables  # noqa: F401 - fills the catalogue
from duebell.storage import tables_access as _tables_access  # noqa: F401 - fills the catalogue
from duebell.storage import tables_billing as _tables_billing  # noqa: F401 - fills the catalogue
from duebell.storage import tables_configuration as _tables_configuration  # noqa: F401 - fills the catalogue
from duebell.storage import tables_customers as _tables_customers  # noqa: F401 - fills the catalogue
from duebell.storage import tables_environments as _tables_environments  # noqa: F401 - fills the catalogue
from duebell.storage import tables_idempotency as _tables_idempotency  # noqa: F401 - fills the catalogue
from duebell.storage import tables_known as _tables_known  # noqa: F401 - fills the catalogue
from duebell.storage import tables_pairing as _tables_pairing  # noqa: F401 - fills the catalogue
from duebell.storage import tables_raw as _tables_raw  # noqa: F401 - fills the catalogue
from duebell.storage import tables_verify as _tables_verify  # noqa: F401 - fills the catalogue
from duebell.storage.metadata import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
    user_module_prefix="",
)
context.run_migrations()
