from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from duebell.errors import StorageError
from duebell.espf.rules import SUPERSEDING
from duebell.storage import migrations, tables, tables_access, tables_billing
from duebell.storage.metadata import metadata
from duebell.storage.sqlite import SqliteStore


def test_the_revisions_make_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    assert tables.event.metadata is metadata is tables_billing.metadata is tables_access.metadata
    SqliteStore(tmp_path / "duebell.db").close()
    with create_engine(f"sqlite:///{tmp_path}/duebell.db").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_revision_is_the_one_that_the_code_works_with() -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(configuration).get_heads() == [migrations.HEAD]


def newer(path: Path, *, works_from: str) -> None:
    """A database as a release after this one leaves it."""
    store = SqliteStore(path)
    store.write(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))).result()
    store.write(
        lambda connection: connection.execute(
            text("UPDATE instance SET value = :from WHERE key = 'works_from'"), {"from": works_from}
        )
    ).result()
    store.close()


def test_a_database_that_a_newer_release_has_changed_beyond_us_is_left_alone(tmp_path: Path) -> None:
    newer(tmp_path / "duebell.db", works_from="9998")
    with pytest.raises(StorageError, match="A newer Duebell has upgraded this database: install that release again"):
        SqliteStore(tmp_path / "duebell.db")


def test_a_database_to_which_a_newer_release_has_only_added_is_worked_with(tmp_path: Path) -> None:
    newer(tmp_path / "duebell.db", works_from=migrations.HEAD)
    SqliteStore(tmp_path / "duebell.db").close()


def test_the_index_of_what_makes_others_untrue_has_the_types_of_the_rules() -> None:
    assert f"type IN {SUPERSEDING}" == tables.MAKES_UNTRUE
