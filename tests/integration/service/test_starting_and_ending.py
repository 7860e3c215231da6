"""A service starts or says why it can't, ends cleanly however it is ended, and loses nothing on the way."""

from __future__ import annotations

import gc
import os
import socket
import sqlite3
import subprocess
import threading
from pathlib import Path

import httpx2
import pytest

from duebell.demo.patience import until
from integration.cli.command import DUEBELL, Command, Ran
from integration.service.running import Serve

WITHOUT_PRIVILEGE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
"""Root may write everywhere, unless it gives that up."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def started(data: Path) -> Ran:
    """A `serve` that is expected to end by itself."""
    done = subprocess.run(
        [*WITHOUT_PRIVILEGE, *DUEBELL, "--data", str(data), "serve", "--listen", "off"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def sentence(ran: Ran) -> str:
    """What it said when it refused to start: one line, and nothing else."""
    assert (ran.exit_code, ran.out) == (1, ""), ran.err
    (line,) = ran.err.splitlines()
    return line


def test_a_second_service_on_the_same_folder_names_the_first_and_leaves_it_alone(data: Path) -> None:
    with Serve(data) as first:
        assert sentence(started(data)) == (
            f"{data}/duebell.db is in use by another Duebell (process {first.process.pid}). End that one first, or choose "
            "another folder with --data."
        )
        assert first.bill("customer-1")
        assert first.socket.exists()


def test_sigterm_ends_it_with_0_and_takes_the_socket_away(data: Path) -> None:
    with Serve(data) as serve:
        assert oct(serve.socket.stat().st_mode & 0o777) == "0o600"
        assert serve.terminate() == 0
    assert not serve.socket.exists()
    assert serve.log.splitlines()[-1].endswith(f"event=ended data={data}")


def test_sigterm_does_not_wait_for_a_verify_of_a_silent_host(data: Path) -> None:
    with SilentHost() as address, Serve(data) as serve:
        serve.client.put("/configuration/Global/OdooCRM", json={"API_URL": address, "API_Access_Key": "ab" * 20})
        verify = subprocess.Popen(
            [*DUEBELL, "--data", str(data), "verify"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert verify.stdout is not None
        until(lambda: "accepts connections" in verify.stdout.readline(), "Verify to wait for the host")  # type: ignore[union-attr]
        assert serve.terminate() == 0
        _, complaint = verify.communicate(timeout=30)
    assert verify.returncode == 1
    assert complaint.startswith("Duebell ended while answering")


class SilentHost:
    """Accepts connections and never answers."""

    def __enter__(self) -> str:
        self._socket = socket.create_server(("127.0.0.1", 0))
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._socket.close()


@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")  # see its end
@pytest.mark.parametrize("end", ["SIGTERM", "SIGKILL"])
def test_what_was_acknowledged_before_the_end_is_there_after_it(data: Path, end: str) -> None:
    acknowledged: list[str] = []

    def bill_on(serve: Serve) -> None:
        try:
            for number in range(100_000):
                acknowledged.append(serve.bill(f"customer-{number}"))  # noqa: PERF401 - what came before the end counts
        except httpx2.TransportError:
            return  # the service has ended

    # given a service that is ended while it records
    with Serve(data) as serve:
        billing = threading.Thread(target=bill_on, args=(serve,))
        billing.start()
        until(lambda: len(acknowledged) > 20, "some events")
        if end == "SIGTERM":
            assert serve.terminate() == 0
            assert not serve.socket.exists()
        else:
            serve.kill()
            assert serve.socket.exists()
        billing.join(30)
    # then the next one starts, over the socket that was left too, and has them all, in each customer's order
    with Serve(data) as again:
        rows = [row["id"] for row in again.get("/events", limit=1000)["events"]]
        assert set(acknowledged) <= set(rows)
        assert len(rows) - len(acknowledged) <= 1  # the one whose answer was lost
    gc.collect()  # the client leaves the socket of a refused connection to the collector, which must not find it in another test


def test_a_folder_that_cannot_be_written(data: Path) -> None:
    data.mkdir(mode=0o555)
    assert (
        sentence(started(data))
        == f"{data} can't be used for the data: Permission denied. Choose another folder with --data."
    )


def test_a_database_that_cannot_be_written(data: Path) -> None:
    with Serve(data):
        pass
    for file in data.iterdir():
        file.chmod(0o444 if file.name == "duebell.db" else 0o600)
    data.chmod(0o555)
    said = sentence(started(data))
    assert said.startswith(f"The database {data}/duebell.db failed: it can't be")
    assert "give this user the right" in said


def test_a_path_that_is_too_long_for_a_socket_is_said_by_serve_and_does_not_hinder_the_other_commands(
    tmp_path: Path,
) -> None:
    data = tmp_path / ("a-long-name-" * 9)
    said = sentence(started(data))
    assert said == f"{data}/duebell.sock is too long a path for a socket: choose a shorter folder with --data."
    assert Command(data)("billing", "customer", "list", "--json").json == []


def test_a_folder_with_any_signs_in_its_name_keeps_its_database(tmp_path: Path) -> None:
    data = tmp_path / "5% ? #1 &c=ü"
    with Serve(data) as serve:
        serve.bill("customer-1")
    assert (data / "duebell.db").stat().st_size > 0
    assert [entry.name for entry in tmp_path.iterdir() if entry.suffix != ".log"] == [data.name]


def test_a_file_that_is_no_database_and_one_that_is_damaged(data: Path) -> None:
    data.mkdir()
    (data / "duebell.db").write_bytes(b"something else entirely" * 100)
    assert "it is not a database: choose another folder with --data" in sentence(started(data))
    (data / "duebell.db").unlink()
    with Serve(data) as serve:
        serve.bill("customer-1")
    whole = (data / "duebell.db").read_bytes()
    (data / "duebell.db").write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    assert "the file is damaged: put the last backup in its place" in sentence(started(data))


def test_a_database_that_another_program_locks_answers_503_until_it_is_free(data: Path) -> None:
    with Serve(data) as serve:
        other = sqlite3.connect(data / "duebell.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        refused = serve.client.post("/billing/customers", json={"external_id": "a", "name": "A", "currency": "USD"})
        problem = refused.json()
        assert (refused.status_code, problem["type"]) == (503, "urn:duebell:problem:storage")
        assert problem["detail"] == (
            f"The database {data}/duebell.db failed: another program has locked it: end that program (a backup tool or a "
            "database browser, perhaps)."
        )
        other.execute("ROLLBACK")
        other.close()
        assert serve.bill("a")


def test_a_key_file_that_others_may_read_or_that_is_another_one(data: Path) -> None:
    with Serve(data) as serve:
        serve.client.put("/configuration/Global/OdooCRM", json={"API_Access_Key": "ab" * 20})
    (data / "secret.key").chmod(0o644)
    assert sentence(started(data)) == (f"Others may read the key file {data}/secret.key: run `chmod 600 {data}/secret.key`.")
    (data / "secret.key").unlink()
    duebell = Command(data)
    assert "can't be read: set it again" in duebell("configure", "Global.OdooCRM").out
    verified = duebell("verify")
    assert verified.exit_code == 1
    assert "Bring back the right key, or set it again with `duebell configure`." in verified.err
    # and typing it again mends it
    assert "••••••••cdcd" in duebell("configure", "Global.OdooCRM", "--from-file", "API_Access_Key=-", stdin="cd" * 20).out
    assert "the key is" not in duebell("verify").err
