"""The line that brings a server on another machine to one's own: an SSH tunnel."""

import getpass
from collections.abc import Mapping

from proxy.settings import Settings

_PARTS = 4
_USUAL_PORT = "22"


def tunnel_line(environ: Mapping[str, str], settings: Settings) -> str:
    """Give the `ssh -L` command for whoever is connected by SSH; empty if nobody is.

    SSH_CONNECTION holds the client's address and port, then the server's (sshd's manual, ENVIRONMENT).
    """
    parts = environ.get("SSH_CONNECTION", "").split()
    if len(parts) != _PARTS or settings.public_url:
        return ""
    address, port = parts[2], parts[3]
    other = "" if port == _USUAL_PORT else f"-p {port} "
    forwards = " ".join(f"-L {each}:127.0.0.1:{each}" for each in (settings.port, settings.owner_port))
    return f"ssh -N {other}{forwards} {_user()}@{address}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "USER"
