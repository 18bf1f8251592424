import os
import stat
from pathlib import Path

import pytest

from proxy.core.errors import StoreUnavailable
from proxy.stores.folder import (
    file_system,
    looks_ephemeral,
    mounts,
    prepare_folder,
    require_private,
    write_private,
)

MOUNTS = """\
overlay / overlay rw 0 0
proc /proc proc rw 0 0
nas:/family /srv/family nfs4 rw 0 0
/dev/sda1 /srv/family/usb ext4 rw 0 0
me@host:/ /mnt/my\\040disk fuse.sshfs rw 0 0
tmpfs /tmp tmpfs rw 0 0
/dev/sda2 /data ext4 rw 0 0
share /data cifs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/anywhere", "overlay"),
        ("/srv/family", "nfs4"),
        ("/srv/family/chaperone", "nfs4"),
        ("/srv/family/usb/chaperone", "ext4"),
        ("/srv/family-photos", "overlay"),
        ("/mnt/my disk/data", "fuse.sshfs"),
        ("/data", "cifs"),
    ],
)
def test_a_folder_is_on_the_innermost_and_latest_mount(folder: str, kind: str) -> None:
    assert file_system(Path(folder), MOUNTS) == kind


def test_without_a_table_of_mounts_nothing_is_known() -> None:
    assert not file_system(Path("/data"), "")


def test_a_real_mount_is_found(tmp_path: Path) -> None:
    assert file_system(Path("/proc/self"), mounts()) == "proc"


@pytest.mark.parametrize(
    ("folder", "gone"), [("/app/data", True), ("/tmp/x", True), ("/srv/family/usb", False)]
)
def test_a_container_without_a_volume_looks_ephemeral(folder: str, gone: bool) -> None:
    assert looks_ephemeral(Path(folder), MOUNTS) is gone


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"])
def test_a_network_file_system_is_refused(tmp_path: Path, kind: str) -> None:
    table = f"/dev/sda1 / ext4 rw 0 0\nremote {tmp_path} {kind} rw 0 0\n"
    with pytest.raises(StoreUnavailable, match="network"):
        prepare_folder(tmp_path / "data", mounts_text=table)
    prepare_folder(tmp_path / "data", mounts_text=table.replace(f" {kind} ", " btrfs "))


def test_a_new_folder_is_private(tmp_path: Path) -> None:
    prepare_folder(tmp_path / "a" / "data")
    assert stat.S_IMODE((tmp_path / "a" / "data").stat().st_mode) == 0o700


@pytest.mark.parametrize("inside", [[], ["keys.json"], ["chaperone.db", "notes.txt"]])
def test_an_open_folder_that_is_empty_or_ours_is_made_private(tmp_path: Path, inside: list[str]) -> None:
    for name in inside:
        (tmp_path / name).touch()
    tmp_path.chmod(0o755)
    prepare_folder(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_an_open_folder_of_somebody_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    tmp_path.chmod(0o755)
    with pytest.raises(StoreUnavailable, match="chmod 700"):
        prepare_folder(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(StoreUnavailable, match="CHAPERONE_DATA"):
        prepare_folder(tmp_path / "data")


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o644])
def test_a_file_that_others_can_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "secret"
    file.touch()
    file.chmod(mode)
    with pytest.raises(StoreUnavailable, match="chmod 600"):
        require_private(file)
    file.chmod(0o600)
    require_private(file)


def test_a_private_file_is_written_whole(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    before = os.umask(0)
    try:
        write_private(file, b"one", replace=False)
        write_private(file, b"two", replace=True)
    finally:
        os.umask(before)
    assert file.read_bytes() == b"two"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_a_file_that_is_there_is_not_replaced_by_accident(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"one")
    with pytest.raises(FileExistsError):
        write_private(file, b"two", replace=False)
    assert file.read_bytes() == b"one"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
