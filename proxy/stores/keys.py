"""Keys of this installation: one private file in the data folder, apart from the store.

Rules of this file: private halves of old signing keys are not kept, so no token can be made with them again; the
public halves are, for tokens that are still about. Nothing here shows a key in its repr.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from proxy.core.errors import StoreUnavailable
from proxy.core.ports import RandomBytes
from proxy.stores.folder import prepare_folder, require_private, write_private

_SIZE: Final = 32
_NAME: Final = "keys.json"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    site: bytes
    entry: bytes
    signing: bytes
    old: tuple[bytes, ...] = ()
    """Public halves of earlier signing keys, the newest last."""

    def __post_init__(self) -> None:
        if any(len(key) != _SIZE for key in (self.site, self.entry, self.signing, *self.old)):
            raise ValueError("a key has the wrong length")

    def __repr__(self) -> str:
        return "<keys>"


class FileKeys:
    """Meets proxy.core.ports.Keys. Notices when another process has rotated the signing key."""

    def __init__(self, path: Path, random: RandomBytes) -> None:
        self._path = path
        self._random = random
        self._seen = (0, 0)
        self._file = self._current()

    @property
    def site(self) -> bytes:
        """Give the 32-byte key for pseudonyms."""
        return self._file.site

    @property
    def entry(self) -> bytes:
        """Give the 32-byte key under which link, code and PIN are hashed."""
        return self._file.entry

    def signing(self) -> tuple[str, Ed25519PrivateKey]:
        """Give the key that signs tokens now, with its id."""
        private = Ed25519PrivateKey.from_private_bytes(self._current().signing)
        return _kid(private.public_key()), private

    def public(self) -> Mapping[str, Ed25519PublicKey]:
        """Give the keys that tokens may be signed with, by id. Raises StoreUnavailable."""
        self._current()
        return self._public

    def rotate(self) -> str:
        """Sign with a new key from now on; tokens of the old ones stay valid. Gives the new id."""
        with _alone(self._path.parent):
            _, private = self.signing()
            new = msgspec.structs.replace(
                self._file,
                signing=self._random(_SIZE),
                old=(*self._file.old, private.public_key().public_bytes_raw()),
            )
            write_private(self._path, msgspec.json.encode(new), replace=True)
        return self.signing()[0]

    def _current(self) -> _File:
        try:
            status = os.stat(self._path)  # noqa: PTH116 - on every request: five times as fast as by a Path
            if (status.st_ino, status.st_mtime_ns) != self._seen:
                require_private(self._path)
                self._file = msgspec.json.decode(self._path.read_bytes(), type=_File)
                self._public = _public(self._file)
                self._seen = (status.st_ino, status.st_mtime_ns)
        except (OSError, msgspec.DecodeError) as error:
            # Without its cause: a decoder's words could quote a key.
            raise StoreUnavailable(f"The keys in {self._path} can't be read: restore them.") from (
                error if isinstance(error, OSError) else None
            )
        return self._file


def load_keys(folder: Path, *, random: RandomBytes) -> FileKeys:
    """Open the keys of a data folder, making them at the first use.

    `random` gives secret random bytes. Raises StoreUnavailable if others may read the file, or it is damaged.
    """
    prepare_folder(folder)
    path = folder / _NAME
    try:
        if not path.exists():
            _make(path, random)
    except OSError as error:
        raise StoreUnavailable(
            f"The keys can't be written to {path}: check the disk and the folder's permissions."
        ) from error
    return FileKeys(path, random)


def _make(path: Path, random: RandomBytes) -> None:
    new = _File(site=random(_SIZE), entry=random(_SIZE), signing=random(_SIZE))
    with _alone(path.parent):
        if not path.exists():
            write_private(path, msgspec.json.encode(new), replace=False)


def _public(file: _File) -> Mapping[str, Ed25519PublicKey]:
    current = Ed25519PrivateKey.from_private_bytes(file.signing).public_key()
    keys = [*(Ed25519PublicKey.from_public_bytes(key) for key in file.old), current]
    return {_kid(key): key for key in keys}


def _kid(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
