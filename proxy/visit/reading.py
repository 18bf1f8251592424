"""The pages that are made of readings: what reckons, draws and prints them is loaded when somebody comes to read.

Most of the time nobody does, and then it is neither waited for at the start nor held in memory.
"""

import gc
from typing import Final

from aiohttp import web

from proxy.visit import pages
from proxy.visit.visit import Visit

FILES: Final = "/visit/files"
CHOICES: Final = ("days", "units", "targets")
"""What an address may say of how they are to be shown."""


async def summary(visit: Visit, request: web.Request) -> web.StreamResponse:
    """Answer with the summary."""
    from proxy.visit import summary as made  # noqa: PLC0415 - see the head of this file

    return await made.summary(visit, request)


async def as_text(visit: Visit, request: web.Request) -> web.StreamResponse:
    """Answer with the summary as text."""
    from proxy.visit import summary as made  # noqa: PLC0415 - see the head of this file

    return await made.as_file(visit, request)


async def day(visit: Visit, request: web.Request) -> web.StreamResponse:
    """Answer with a day."""
    from proxy.visit import summary as made  # noqa: PLC0415 - see the head of this file

    return await made.day(visit, request)


async def file(visit: Visit, request: web.Request) -> web.StreamResponse:
    """Answer with a file."""
    from proxy.visit import downloads  # noqa: PLC0415 - see the head of this file

    return await downloads.file(visit, request)


def load() -> None:
    """Load all of it, and make its templates ready."""
    import proxy.visit.downloads  # noqa: PLC0415 - see the head of this file
    import proxy.visit.summary  # noqa: F401, PLC0415 - see the head of this file
    from proxy.report.localtime import zone_of  # noqa: PLC0415 - see the head of this file

    pages.get_ready()
    zone_of("UTC")  # reads the names of all zones
    gc.freeze()  # what was loaded stays: looking through it for garbage would take a sixth of the first page's time
