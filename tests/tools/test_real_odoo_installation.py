"""An installation that broke off is mended by the next one, and nothing that lies around is trusted."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from real_odoo import odoo_source, package, postgresql, program, python_packages, stamp
from real_odoo.apt import Apt, Suite
from real_odoo.errors import InstallationError
from real_odoo.installation import Installation


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
        pass


def a_package(folder: Path, name: str, content: bytes = b"some content\n" * 5000) -> Path:
    """A Debian package with one file, made by dpkg."""
    tree = folder / f"{name}-tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "usr/share").mkdir(parents=True)
    (tree / "usr/share" / name).write_bytes(content)
    size = max(1, len(content) // 1024)
    control = f"Package: {name}\nVersion: 1.0\nArchitecture: all\nMaintainer: John Doe\nDescription: one file\nInstalled-Size: {size}\n"
    (tree / "DEBIAN/control").write_text(control)
    file = folder / f"{name}_1.0_all.deb"
    program.output(["dpkg-deb", "--build", "--root-owner-group", "-Znone", tree, file])
    return file


def a_mirror(root: Path, *names: str) -> None:
    """Lay out a mirror with the suite `sid` as apt wants it."""
    pool = root / "pool"
    architecture = program.output(["dpkg", "--print-architecture"]).strip()
    pool.mkdir(parents=True)
    entries = []
    for name in names:
        content = a_package(pool, name).read_bytes()
        control = program.output(["dpkg-deb", "--field", pool / f"{name}_1.0_all.deb"])
        file = f"Filename: pool/{name}_1.0_all.deb\nSize: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}\n"
        entries.append(control + file)
    suite = root / "dists/sid"
    packages = suite / f"main/binary-{architecture}/Packages"
    packages.parent.mkdir(parents=True)
    packages.write_text("\n".join(entries))
    digest = hashlib.sha256(packages.read_bytes()).hexdigest()
    about = (
        f"Suite: sid\nCodename: sid\nComponents: main\nArchitectures: {architecture}\nDate: Mon, 01 Jan 2024 00:00:00 UTC\n"
    )
    (suite / "Release").write_text(
        f"{about}SHA256:\n {digest} {packages.stat().st_size} main/binary-{architecture}/Packages\n"
    )


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[str]:
    root = tmp_path / "mirror"
    a_mirror(root, "first", "second")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=root))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def apt(tmp_path: Path, mirror: str) -> Apt:
    apt = Apt(tmp_path / "lists", Suite("sid", mirror, trust="trusted=yes"))
    apt.refresh()
    return apt


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def silently(text: str, share: float | None) -> None:
    pass


def test_packages_are_downloaded_in_the_order_asked_for(apt: Apt, cache: Path) -> None:
    files = apt.download(("second", "first"), cache, silently)

    assert [file.name for file in files] == ["second_1.0_all.deb", "first_1.0_all.deb"]


def test_a_damaged_file_in_the_cache_is_fetched_again(apt: Apt, cache: Path) -> None:
    (file,) = apt.download(("first",), cache, silently)
    sound = file.read_bytes()
    file.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))  # of the right size, which is all that apt looks at

    apt.download(("first",), cache, silently)

    assert file.read_bytes() == sound


def test_half_a_file_in_the_cache_is_fetched_again(apt: Apt, cache: Path) -> None:
    (file,) = apt.download(("first",), cache, silently)
    sound = file.read_bytes()
    file.write_bytes(sound[: len(sound) // 2])

    apt.download(("first",), cache, silently)

    assert file.read_bytes() == sound


def test_a_sound_file_in_the_cache_needs_no_mirror(apt: Apt, cache: Path, tmp_path: Path) -> None:
    apt.download(("first",), cache, silently)
    (tmp_path / "mirror/pool/first_1.0_all.deb").unlink()

    assert apt.download(("first",), cache, silently)


def test_a_file_that_is_not_what_the_lists_say_is_refused(apt: Apt, cache: Path, tmp_path: Path) -> None:
    served = tmp_path / "mirror/pool/first_1.0_all.deb"
    served.write_bytes(served.read_bytes()[:-1] + b"!")

    with pytest.raises(InstallationError, match="apt could not download first"):
        apt.download(("first",), cache, silently)


def test_an_unknown_package_is_named(apt: Apt, cache: Path) -> None:
    with pytest.raises(InstallationError, match="Unable to locate package odoo-99"):
        apt.download(("odoo-99",), cache, silently)


def test_a_mirror_that_is_down_is_a_sentence_without_the_password_in_its_address(tmp_path: Path) -> None:
    closed = Apt(tmp_path / "lists", Suite("sid", "http://someone:secret@127.0.0.1:9", trust="trusted=yes"))

    with pytest.raises(InstallationError, match=r"apt could not read the package lists .*: look at the network") as raised:
        closed.refresh()
    assert "secret" not in str(raised.value)


def test_lists_that_do_not_help_are_read_again(apt: Apt, cache: Path, tmp_path: Path) -> None:
    with pytest.raises(InstallationError):
        apt.download(("third",), cache, silently)
    shutil.rmtree(tmp_path / "mirror")
    a_mirror(tmp_path / "mirror", "third")
    later = time.time() + 60  # the server tells times by the second, and apt asks for what is newer
    os.utime(tmp_path / "mirror/dists/sid/Release", (later, later))

    apt.refresh()

    assert apt.download(("third",), cache, silently)


def test_what_a_broken_run_left_half_unpacked_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    file = a_package(tmp_path, "first")
    broken = file.with_name("broken.deb")
    broken.write_bytes(file.read_bytes()[:20_000])
    with pytest.raises(InstallationError, match=r"broken\.deb could not be unpacked"), stamp.made_beside(folder) as new:
        package.unpack(broken, new, lambda _: None)
    assert not folder.exists()

    with stamp.made_beside(folder) as new:
        package.unpack(file, new, lambda _: None)
        stamp.mark(new, "first 1.0")

    assert stamp.made_of(folder) == "first 1.0"
    assert sorted(path.name for path in (folder / "usr/share").iterdir()) == ["first"]
    assert [path.name for path in tmp_path.glob("dist*")] == ["dist"]


def test_unpacking_tells_how_far_it_is(tmp_path: Path) -> None:
    shares: list[float] = []
    (tmp_path / "new").mkdir()

    package.unpack(a_package(tmp_path, "big", bytes(5_000_000)), tmp_path / "new", shares.append)

    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] < 1


def test_python_packages_without_their_stamp_are_not_taken_for_complete(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").touch()

    assert python_packages.installed(tmp_path) is None


def test_python_packages_of_another_lock_file_are_not_taken_for_these(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").touch()
    stamp.mark(tmp_path, "another lock file")

    assert python_packages.installed(tmp_path) is None


def test_a_postgresql_too_old_or_without_its_server_is_not_used(tmp_path: Path) -> None:
    for version, programs in {"13": ("initdb", "psql"), "15": ("initdb", "psql"), "16": ("psql",)}.items():
        for name in programs:
            program = tmp_path / "usr/lib/postgresql" / version / "bin" / name
            program.parent.mkdir(parents=True, exist_ok=True)
            program.touch()

    found = postgresql.on_machine(tmp_path)

    assert found
    assert found.major == 15


def test_a_source_tree_of_another_odoo_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo/release.py").write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")

    with pytest.raises(InstallationError, match=r"is Odoo 18\.0, not 19\.0: check out that branch, or unset ODOO_SRC"):
        odoo_source.in_tree(tmp_path)


def test_a_folder_that_is_no_source_tree_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InstallationError, match=r"holds no odoo/release\.py: name the folder"):
        odoo_source.in_tree(tmp_path)


def test_a_source_tree_takes_the_place_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = Installation.ensure()
    monkeypatch.setenv("ODOO_SRC", str(packaged.odoo.root))

    found = Installation.ensure()

    assert found.odoo.root == packaged.odoo.root
    assert found.odoo.addons == packaged.odoo.addons
    assert found.odoo.version != packaged.odoo.version  # its databases are its own
