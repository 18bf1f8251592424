"""All addresses of “Who has access”: they share the words of policies that were read."""

from aiohttp import web

from proxy.owner import access, checklist, notices_page, receipt, visitlog
from proxy.owner.access_shown import Snapshots
from proxy.owner.console import Console


def routes(console: Console) -> list[web.RouteDef]:
    """List them."""
    snapshots = Snapshots()
    return [
        *access.routes(console, snapshots),
        *visitlog.routes(console, snapshots),
        *receipt.routes(console, snapshots),
        *checklist.routes(console),
        *notices_page.routes(console),
    ]
