"""A PostgreSQL cluster that several runs may share, and that none of them can leave behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from real_odoo import Cluster, ClusterError, Installation, account, environment, keeper, locks, program
from real_odoo.account import Account
from real_odoo.errors import ProgramError

USER_WHO_IS_KILLED = """
import signal, sys
from pathlib import Path
from real_odoo import Cluster, Installation
cluster = Cluster(Installation.ensure(), Path(sys.argv[1]))
cluster.start()
cluster.copy("template1", "left_behind")
cluster.copy("template1", "kept", keep=True)
print("copied", flush=True)
signal.pause()
"""


@pytest.fixture(scope="module")
def installation() -> Installation:
    return Installation.ensure()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """For a cluster of the test's own."""
    folder = tmp_path / "cluster"
    yield folder
    keeper.stop(folder / "postgresql.state")
    account.remove(folder, Account.for_postgresql())


@pytest.fixture
def cluster(installation: Installation, folder: Path) -> Iterator[Cluster]:
    with Cluster(installation, folder) as cluster:
        yield cluster


def test_the_cluster_ends_with_its_last_user(installation: Installation, folder: Path) -> None:
    with Cluster(installation, folder) as first:
        with Cluster(installation, folder) as second:
            assert first.server.port == second.server.port
        assert first.query("postgres", "SELECT 1") == [["1"]]

    keeper.wait_for_the_end(first.server.state)
    assert keeper.running(first.server.state) is None


def test_databases_outlive_the_cluster_only_if_they_are_kept(installation: Installation, folder: Path) -> None:
    with Cluster(installation, folder) as cluster:
        cluster.copy("template1", "passing")
        cluster.copy("template1", "kept", keep=True)

    with Cluster(installation, folder) as cluster:
        assert [database.name for database in cluster.databases()] == ["kept"]


def test_a_killed_run_leaves_no_database_and_no_server(installation: Installation, folder: Path) -> None:
    env = environment.for_programs(PYTHONPATH=str(environment.CHECKOUT / "tools"), DUEBELL_RUN=str(installation.run))
    with subprocess.Popen(
        [sys.executable, "-c", USER_WHO_IS_KILLED, folder], stdout=subprocess.PIPE, text=True, env=env
    ) as user:
        assert user.stdout
        assert user.stdout.readline() == "copied\n"
        user.kill()
    keeper.wait_for_the_end(folder / "postgresql.state")

    with Cluster(installation, folder) as cluster:
        assert [database.name for database in cluster.databases()] == ["kept"]


def test_a_database_in_use_by_another_run_is_neither_taken_nor_dropped(cluster: Cluster, installation: Installation) -> None:
    cluster.copy("template1", "mine")

    with Cluster(installation, cluster.folder) as other:
        with pytest.raises(ClusterError, match="There is a database mine already"):
            other.copy("template1", "mine")
        with pytest.raises(ClusterError, match="mine is in use by another run"):
            other.drop("mine")

    assert cluster.exists("mine")


def test_copies_without_a_name_never_meet(cluster: Cluster) -> None:
    assert cluster.copy("template1") != cluster.copy("template1")


@pytest.mark.parametrize("name", ["", "Capital", "1st", "a-b", 'x"; DROP DATABASE y', "x" * 64])
def test_a_name_that_is_none_is_refused(cluster: Cluster, name: str) -> None:
    with pytest.raises(ClusterError, match="is no name for a database: use small letters"):
        cluster.exists(name)


def test_a_copy_of_what_is_not_there_is_refused_and_leaves_nothing(cluster: Cluster) -> None:
    with pytest.raises(ClusterError, match='template database "nothing" does not exist'):
        cluster.copy("nothing", "copied")

    cluster.copy("template1", "copied2")
    assert [database.name for database in cluster.databases()] == ["copied2"]


def test_a_template_that_could_not_be_made_leaves_nothing(cluster: Cluster) -> None:
    def make_half() -> None:
        with cluster._databases.in_the_making("tpl_x") as new:
            cluster._databases.copy_into("template1", new)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        make_half()

    assert cluster.databases() == ()


def test_a_template_is_copied_by_two_at_once_and_entered_by_nobody(cluster: Cluster) -> None:
    databases = cluster._databases
    with databases.in_the_making("tpl_x") as new:
        databases.copy_into("template1", new)

    with pytest.raises(ClusterError, match="not currently accepting connections"):
        cluster.query("tpl_x", "SELECT 1")
    assert cluster.copy("tpl_x")


def test_what_postgresql_refuses_is_said(cluster: Cluster) -> None:
    with pytest.raises(ClusterError, match=r'PostgreSQL refused: ERROR: .*relation "nowhere" does not exist'):
        cluster.query("postgres", "SELECT * FROM nowhere")


def test_nobody_gets_in_without_the_password_which_no_log_and_no_process_list_tells(cluster: Cluster) -> None:
    psql = cluster.installation.postgresql
    anonymous = cluster.server.credentials | {"PGPASSWORD": "guessed"}
    with pytest.raises(ProgramError, match="password authentication failed"):
        program.output([psql.program("psql"), "-c", "SELECT 1", "postgres"], env=psql.env(**anonymous))

    processes = subprocess.run(["ps", "-ewwo", "args"], check=True, capture_output=True, text=True).stdout
    assert cluster.server.password not in processes
    assert cluster.server.password not in (cluster.folder / "postgresql.log").read_text()
    assert (cluster.folder / "password").stat().st_mode & 0o077 == 0


def test_files_of_a_machine_that_crashed_are_not_trusted_without_durability(
    installation: Installation, folder: Path
) -> None:
    with Cluster(installation, folder) as cluster:
        cluster.copy("template1", "before", keep=True)
        crash(cluster)

    with Cluster(installation, folder) as cluster:
        assert cluster.databases() == ()


def test_files_of_a_machine_that_crashed_are_recovered_with_durability(installation: Installation, folder: Path) -> None:
    with Cluster(installation, folder, durable=True) as cluster:
        cluster.copy("template1", "before", keep=True)
        crash(cluster)

    with Cluster(installation, folder, durable=True) as cluster:
        assert [database.name for database in cluster.databases()] == ["before"]


def crash(cluster: Cluster) -> None:
    """What a power failure leaves: no server, its pid file still there, another boot."""
    running = keeper.running(cluster.server.state)
    assert running
    keeper.kill(cluster.server.state)
    (cluster.folder / "boot").write_text("an earlier boot\n", encoding="ascii")


def test_a_cluster_that_does_not_start_says_why(installation: Installation, folder: Path) -> None:
    with Cluster(installation, folder) as cluster:
        data = cluster.server.data
    keeper.wait_for_the_end(cluster.server.state)
    (data / "PG_VERSION").write_text("9.6\n")

    with pytest.raises(
        ClusterError, match=r"PostgreSQL did not start \(database files are incompatible with server\): see "
    ):
        cluster.start()
    assert not locks.is_held(cluster.server.state)


def test_the_cluster_survives_a_keyboard_interrupt_of_the_terminal(cluster: Cluster) -> None:
    running = keeper.running(cluster.server.state)
    assert running

    subprocess.run(["kill", f"-{signal.SIGINT}", str(running.keeper)], check=True)

    assert cluster.query("postgres", "SELECT 1") == [["1"]]
