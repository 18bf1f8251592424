"""`make soak`: an hour with 200 clinicians, or as many minutes as SOAK_MINUTES says."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.soak.soak import Wishes, soak


def main() -> int:
    wishes = Wishes(
        minutes=float(os.environ.get("SOAK_MINUTES", "60")),
        clinicians=int(os.environ.get("SOAK_CLINICIANS", "200")),
        workers=int(os.environ.get("SOAK_WORKERS", "3")),
        every=float(os.environ.get("SOAK_EVERY", "5")),
        busy=bool(os.environ.get("SOAK_BUSY")),
    )
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        seen = asyncio.run(soak(Path(folder), wishes))
    seen.say("All as it should be." if not seen.faults else f"{len(seen.faults)} faults.")
    return 1 if seen.faults else 0


sys.exit(main())
