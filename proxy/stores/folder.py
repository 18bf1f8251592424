"""The data folder: private to one user, on a disk of this machine."""

import os
import stat
import sys
from pathlib import Path
from typing import Final

from proxy.core.errors import StoreUnavailable
from proxy.core.tongue import say

OURS: Final = frozenset({"chaperone.db", "epoch", "keys.json"})
"""Files by which a folder is recognised as a data folder."""

_REMOTE: Final = frozenset({
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs",
    "nfs", "nfs4", "ocfs2", "smb3", "smbfs", "fuse.ceph", "fuse.curlftpfs", "fuse.davfs2", "fuse.gcsfuse",
    "fuse.glusterfs", "fuse.goofys", "fuse.grpcfuse", "fuse.juicefs", "fuse.mfs", "fuse.osxfs", "fuse.rclone",
    "fuse.s3fs", "fuse.sshfs", "fuse.vmhgfs-fuse",
})  # fmt: skip
_PASSING: Final = frozenset({"overlay", "tmpfs", "ramfs", "aufs"})


def prepare_folder(folder: Path, *, mounts_text: str | None = None) -> None:
    """Make the data folder, or check that it is private and local. Raises StoreUnavailable with what to do.

    `mounts_text` is a table as in /proc/self/mounts; None reads this machine's.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(folder.parent)
        _make_private(folder)
    except OSError as error:
        raise StoreUnavailable(
            f"The data folder {folder} can't be used ({error.strerror}): choose another in CHAPERONE_DATA."
        ) from error
    kind = file_system(folder, mounts() if mounts_text is None else mounts_text)
    if kind in _REMOTE:
        raise StoreUnavailable(
            f"The data folder {folder} is on a network or shared file system ({kind}), where a record can't be "
            "promised to last: choose a folder on a disk of this machine in CHAPERONE_DATA, or use Redis."
        )


def looks_ephemeral(folder: Path, mounts_text: str) -> bool:
    """Say whether the folder's content goes when the machine or container does: no volume is mounted there."""
    return file_system(folder, mounts_text) in _PASSING


def lost_words(folder: Path, mounts_text: str | None = None) -> str:
    """Say what to do about a folder that looks ephemeral; empty for one that lasts.

    `mounts_text` is a table as in /proc/self/mounts; None reads this machine's.
    """
    if not looks_ephemeral(folder, mounts() if mounts_text is None else mounts_text):
        return ""
    return say(
        "The data folder %(folder)s would be lost with this container, and the access log with it: "
        "mount a volume there, or name another folder in CHAPERONE_DATA.",
        folder=folder,
    )


def mounts() -> str:
    """Give the table of mounted file systems; empty where the system has none to read (macOS)."""
    path = Path("/proc/self/mounts")  # the unit of deploy/ hides the rest of /proc, /proc/mounts with it
    return path.read_text(encoding="utf-8", errors="surrogateescape") if sys.platform == "linux" else ""


def file_system(folder: Path, mounts_text: str) -> str:
    """Give the type of the file system that holds a folder, such as ext4; empty if that can't be known."""
    real, found, longest = folder.resolve(), "", -1
    for line in mounts_text.splitlines():
        _, where, kind, *_ = line.split(" ")
        point = _unescaped(where)
        # Of two mounts on one point the later one is seen, hence not "greater than".
        if real.is_relative_to(point) and len(point) >= longest:
            found, longest = kind, len(point)
    return found


def require_private(path: Path) -> None:
    """Raise StoreUnavailable if others of this machine may read a file."""
    status = path.stat()
    if status.st_mode & 0o077 or status.st_uid not in {os.geteuid(), 0}:
        raise StoreUnavailable(
            f"{path} can be read by other users of this machine: if you know why, run `chmod 600 {path}`."
        )


def write_private(path: Path, content: bytes, *, replace: bool) -> None:
    """Write a file, mode 0600, whole and durably; FileExistsError if it is there and is not to be replaced."""
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            new.replace(path)
        else:
            os.link(new, path)
    finally:
        new.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder survive loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_private(folder: Path) -> None:
    if not stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return
    inside = {path.name for path in folder.iterdir()}
    # A folder with other things in it may be somebody's home: its mode is not ours to change.
    if inside and not inside & OURS:
        raise StoreUnavailable(
            f"The data folder {folder} is open to other users and holds other files: choose an empty folder in "
            f"CHAPERONE_DATA, or run `chmod 700 {folder}`."
        )
    folder.chmod(0o700)


def _unescaped(text: str) -> str:
    for code, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, letter)
    return text
