"""“Prepare for tomorrow's visit”: beside the link and PIN a PDF and a visit file, both locked, of one look at the data.

For where a hospital blocks our address. The files stand in the answer itself and are kept nowhere; each is on both
chains, with its digest, before the answer leaves.
"""

from base64 import b64encode

from aiohttp import web

from proxy.core.errors import ChaperoneError, GrantEnded
from proxy.core.grant import Grant
from proxy.core.identity import ABOUT_ME, ME, read_about_me
from proxy.core.prepared import Paper, PreparedFile
from proxy.core.record import Draft, Value
from proxy.owner import pages
from proxy.owner.console import Console
from proxy.owner.share_shown import found
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

_GONE = Said(_("There is no such share, or it has ended."))
NONE = _("What is shared here makes no files. Choose another policy that does, and share again.")
LATE = _(
    "Nightscout did not answer everything just now, and half a file would mislead. Wait a moment and try again."
)


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    address = "/share/{grant}/prepare"
    return [
        web.get(address, signed_in(console, _show)),
        web.post(address, signed_in(console, _prepare, share=True)),
    ]


async def _show(turn: Turn) -> web.Response:
    grant = await _open_yet(turn)
    if grant is None:
        return _no_such(turn)
    about = read_about_me(await turn.console.store.document(ABOUT_ME, ME))
    return _page(turn, grant, paper=about.paper)


async def _prepare(turn: Turn) -> web.Response:
    grant = await _open_yet(turn)
    if grant is None:
        return _no_such(turn)
    paper: Paper = "us-letter" if turn.form.get("paper") == "us-letter" else "a4"
    try:
        prepared = await turn.console.prepare(grant, paper)
    except GrantEnded:
        return _no_such(turn)
    except ChaperoneError:
        return _page(turn, grant, paper=paper, fault=Said(LATE), status=503)
    if not prepared.files:
        return _page(turn, grant, paper=paper, fault=Said(NONE), status=409)
    try:
        for one in prepared.files:
            await _record(turn, grant, one)
    except GrantEnded:
        return _no_such(turn)
    return _page(turn, grant, words=prepared.words, files=prepared.files)


async def _record(turn: Turn, grant: Grant, file: PreparedFile) -> None:
    """Put a file on record before anybody has it. Raises GrantEnded, StoreUnavailable."""
    told: dict[str, Value] = {"query": file.query, "bytes": len(file.body), "sha256": file.sha256}
    await turn.note("file", grant_of=grant.id, **told)
    fields: dict[str, Value] = {"by": "owner", "door": "summary", "status": 200, **told}
    await turn.console.store.append(grant.id, Draft("answer", turn.console.clock(), fields))


def _page(
    turn: Turn,
    grant: Grant,
    *,
    paper: Paper = "a4",
    words: str = "",
    files: tuple[PreparedFile, ...] = (),
    fault: Said | None = None,
    status: int = 200,
) -> web.Response:
    links = [(one.kind, one.name, f"data:{one.media};base64,{b64encode(one.body).decode()}") for one in files]
    return turn.page(
        "prepare.html", status=status, grant=grant, words=words, links=links, fault=fault, paper=paper
    )


async def _open_yet(turn: Turn) -> Grant | None:
    grant = await found(turn)
    return None if grant is None or grant.state(turn.now) == "ended" else grant


def _no_such(turn: Turn) -> web.Response:
    return pages.message(turn.request, _("Not found"), _GONE, status=404, turn=turn)
