"""Settings that nobody gave."""

import stat
from pathlib import Path

import pytest

from hotline.local.child import CannotStart
from hotline.local.invented import invented, keep, read_kept
from hotline.privacy import Vault


def test_what_was_invented_once_stays(tmp_path: Path):
    first = invented(read_kept(tmp_path))
    keep(tmp_path, first)
    assert invented(read_kept(tmp_path)) == first


def test_two_machines_invent_different_secrets():
    one, other = invented({}), invented({})
    assert not set(one.values()) & set(other.values())


def test_the_invented_encryption_key_seals():
    vault = Vault([invented({})["HOTLINE_ENCRYPTION_KEYS"]])
    assert vault.unseal(vault.seal("x")) == "x"


def test_only_the_owner_reads_what_was_invented(tmp_path: Path):
    (tmp_path / "local.env").write_text("OLD='1'\n")
    (tmp_path / "local.env").chmod(0o644)
    keep(tmp_path, {"A": "1"})
    assert stat.S_IMODE((tmp_path / "local.env").stat().st_mode) == 0o600
    assert read_kept(tmp_path) == {"A": "1"}


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "local.env").mkdir()
    with pytest.raises(CannotStart, match=r"local\.env cannot be written"):
        keep(tmp_path, {"A": "1"})
