"""Secrets at rest: nobody reads them without the key, and none can be moved to where it wasn't typed."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from duebell.configuration.secrets import SecretBox, UnreadableSecret, UnusableKey
from duebell.errors import NotConfigured

PLACE = "Global.OdooCRM.API_Access_Key"
SECRET = "5f0c" * 10


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "secret.key"


def test_what_is_sealed_can_be_opened_again(key_file: Path) -> None:
    box = SecretBox.from_file(key_file)

    sealed = box.seal(SECRET, PLACE)

    assert SECRET not in sealed
    assert box.open(sealed, PLACE) == SECRET
    assert SecretBox.from_file(key_file).open(sealed, PLACE) == SECRET


@pytest.mark.parametrize("text", ["", "with\nlines", "üñí 🔑", '["json"]'])
def test_any_text_is_opened_as_it_was_sealed(key_file: Path, text: str) -> None:
    box = SecretBox.from_file(key_file)

    assert box.open(box.seal(text, PLACE), PLACE) == text


def test_the_same_secret_is_never_sealed_alike_twice(key_file: Path) -> None:
    box = SecretBox.from_file(key_file)

    assert box.seal(SECRET, PLACE) != box.seal(SECRET, PLACE)


def test_a_row_moved_to_another_place_is_not_opened(key_file: Path) -> None:
    box = SecretBox.from_file(key_file)
    sealed = box.seal(SECRET, "Testing.OdooCRM.API_Access_Key")

    with pytest.raises(UnreadableSecret, match="typed for another option: set it again") as raised:
        box.open(sealed, PLACE)

    assert SECRET not in str(raised.value)


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    sealed = SecretBox.from_file(tmp_path / "one.key").seal(SECRET, PLACE)

    with pytest.raises(UnreadableSecret, match=r"Global\.OdooCRM\.API_Access_Key can't be read.*Bring back the right key"):
        SecretBox.from_file(tmp_path / "other.key").open(sealed, PLACE)


def with_another_letter(sealed: str) -> str:
    return sealed[:20] + ("B" if sealed[20] == "A" else "A") + sealed[21:]


@pytest.mark.parametrize("damage", [lambda sealed: sealed[:-5], with_another_letter, lambda _: "", lambda _: "ü"])
def test_a_damaged_value_is_told_not_guessed(key_file: Path, damage: object) -> None:
    box = SecretBox.from_file(key_file)

    with pytest.raises(UnreadableSecret, match="damaged"):
        box.open(damage(box.seal(SECRET, PLACE)), PLACE)  # type: ignore[operator]


def test_an_unreadable_secret_counts_as_not_configured() -> None:
    assert issubclass(UnreadableSecret, NotConfigured)
    assert issubclass(UnusableKey, NotConfigured)


# --- the key -----------------------------------------------------------------------------------------------------------


def test_the_key_file_is_made_for_its_owners_eyes_only(key_file: Path) -> None:
    before = os.umask(0)
    try:
        SecretBox.from_file(key_file)
    finally:
        os.umask(before)

    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert list(key_file.parent.iterdir()) == [key_file]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_file_that_others_may_read_is_refused_with_the_command_that_mends_it(key_file: Path, mode: int) -> None:
    SecretBox.from_file(key_file)
    key_file.chmod(mode)

    with pytest.raises(UnusableKey, match=f"run `chmod 600 {key_file}`"):
        SecretBox.from_file(key_file)


def test_a_key_file_that_holds_no_key_is_refused_and_left_alone(key_file: Path) -> None:
    key_file.write_text("not a key")
    key_file.chmod(0o600)

    with pytest.raises(UnusableKey, match=r"isn't one.*from a backup") as raised:
        SecretBox.from_file(key_file)

    assert key_file.read_text() == "not a key"
    assert "not a key" not in str(raised.value)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableKey, match=r"can't be read or made \(No such file or directory\)"):
        SecretBox.from_file(tmp_path / "absent" / "secret.key")


def test_of_many_who_make_the_key_at_once_all_get_the_same(key_file: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        boxes = list(pool.map(lambda _: SecretBox.from_file(key_file), range(24)))

    sealed = boxes[0].seal(SECRET, PLACE)
    assert {box.open(sealed, PLACE) for box in boxes} == {SECRET}
    assert list(key_file.parent.iterdir()) == [key_file]


def test_a_key_may_be_given_as_text() -> None:
    key = Fernet.generate_key().decode()

    sealed = SecretBox.from_text(f" {key}\n").seal(SECRET, PLACE)

    assert SecretBox.from_text(key).open(sealed, PLACE) == SECRET


@pytest.mark.parametrize("text", ["", "short", "ü" * 44, "A" * 44])
def test_a_text_that_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UnusableKey, match="DUEBELL_SECRET_KEY isn't one") as raised:
        SecretBox.from_text(text)

    assert not text or text not in str(raised.value)
