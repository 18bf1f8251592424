"""How the command is typed here, for sentences that name it."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

TYPED: Final = "CHAPERONE_COMMAND"
"""Set where the program is not typed by its own name: by the systemd unit and by compose.yaml."""


def program(environ: Mapping[str, str] = os.environ) -> str:
    """Give the command as it can be typed: as whoever installed it said, or by its path while it is not on PATH.

    Where there is no such file either, it is `python -m proxy`, by the interpreter that runs this.
    """
    if environ.get(TYPED):
        return environ[TYPED]
    if shutil.which("chaperone") is not None:
        return "chaperone"
    here = Path(sys.executable).parent / "chaperone"
    return str(here) if here.is_file() else f"{sys.executable} -m proxy"
