import base64
import os
import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from proxy.core.errors import StoreUnavailable
from proxy.core.ports import Keys
from proxy.stores.keys import FileKeys, load_keys


def load(folder: Path) -> FileKeys:
    return load_keys(folder, random=secrets.token_bytes)


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    first, second = load(tmp_path / "data"), load(tmp_path / "data")
    keys: Keys = first
    assert len(keys.site) == len(keys.entry) == 32
    assert keys.site != keys.entry
    assert (first.site, first.entry) == (second.site, second.entry)
    assert first.signing()[0] == second.signing()[0]
    assert load(tmp_path / "other").site != first.site


def test_all_randomness_comes_from_the_argument(tmp_path: Path) -> None:
    def counted(size: int) -> bytes:
        return bytes(range(size))

    keys = load_keys(tmp_path, random=counted)
    assert keys.site == keys.entry == keys.signing()[1].private_bytes_raw() == bytes(range(32))


def test_the_file_is_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        load(tmp_path / "data")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / "keys.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    load(tmp_path)
    (tmp_path / "keys.json").chmod(mode)
    with pytest.raises(StoreUnavailable, match="chmod 600"):
        load(tmp_path)


def test_a_signature_is_checked_with_the_key_of_its_id(tmp_path: Path) -> None:
    keys = load(tmp_path)
    kid, private = keys.signing()
    keys.public()[kid].verify(private.sign(b"words"), b"words")
    with pytest.raises(InvalidSignature):
        keys.public()[kid].verify(private.sign(b"words"), b"other words")


def test_after_rotation_new_tokens_have_a_new_key_and_old_ones_stay_valid(tmp_path: Path) -> None:
    keys = load(tmp_path)
    old_kid, old = keys.signing()
    site, entry = keys.site, keys.entry
    new_kid = keys.rotate()
    assert keys.signing()[0] == new_kid != old_kid
    assert set(keys.public()) == {old_kid, new_kid}
    keys.public()[old_kid].verify(old.sign(b"words"), b"words")
    assert (keys.site, keys.entry) == (site, entry)
    newest = keys.rotate()
    assert set(load(tmp_path).public()) == {old_kid, new_kid, newest}


def test_the_private_half_of_an_old_key_is_gone(tmp_path: Path) -> None:
    keys = load(tmp_path)
    _, old = keys.signing()
    keys.rotate()
    content = (tmp_path / "keys.json").read_bytes()
    raw = old.private_bytes_raw()
    assert raw not in content
    assert raw.hex().encode() not in content
    assert base64.b64encode(raw) not in content


def test_another_process_notices_a_rotation(tmp_path: Path) -> None:
    server, command = load(tmp_path), load(tmp_path)
    new_kid = command.rotate()
    assert new_kid in server.public()
    assert server.signing()[0] == new_kid


def test_a_file_that_became_readable_is_refused_while_running(tmp_path: Path) -> None:
    keys = load(tmp_path)
    load(tmp_path).rotate()
    (tmp_path / "keys.json").chmod(0o644)
    with pytest.raises(StoreUnavailable, match="chmod 600"):
        keys.public()


def test_two_processes_that_start_together_get_the_same_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: load(tmp_path).site, range(16)))
    assert len(set(found)) == 1


def test_rotations_at_the_same_time_lose_no_key(tmp_path: Path) -> None:
    before = set(load(tmp_path).public())
    with ThreadPoolExecutor(4) as threads:
        made = set(threads.map(lambda _: load(tmp_path).rotate(), range(8)))
    assert made | before <= set(load(tmp_path).public())
    assert len(load(tmp_path).public()) == 9


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"site": 7}', b"\xff", b'{"site":"AAAA","entry":"AAAA","signing":"AAAA"}']
)
def test_a_damaged_file_is_refused_without_quoting_it(tmp_path: Path, content: bytes) -> None:
    load(tmp_path)
    (tmp_path / "keys.json").write_bytes(content)
    with pytest.raises(StoreUnavailable, match="restore them") as raised:
        load(tmp_path)
    assert raised.value.__cause__ is None
    assert "AAAA" not in str(raised.value)


def test_a_folder_that_can_not_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(StoreUnavailable):
        load(tmp_path / "data")


def test_a_repr_shows_no_key(tmp_path: Path) -> None:
    keys = load(tmp_path)
    shown = f"{keys!r} {keys._file!r} {vars(keys)!r}"
    for key in (keys.site, keys.entry, keys.signing()[1].private_bytes_raw()):
        assert repr(key)[2:-1] not in shown
        assert key.hex() not in shown
