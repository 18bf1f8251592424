"""Who asks: the grant behind a token or a browser session, as the store knows it at this moment."""

from dataclasses import dataclass

from aiohttp import web

from proxy.core.codes import hash_token
from proxy.core.doors import find_door
from proxy.core.errors import TokenError
from proxy.core.grant import Grant
from proxy.core.ports import Session
from proxy.core.record import Value
from proxy.core.session import alive, cookie_name, needs_touch, session_key
from proxy.core.ticket import fits, is_ticket, ticket_key
from proxy.core.token import TokenClaims, read_token
from proxy.gate.asking import Asking, asking
from proxy.gate.gate import Gate

_ASKED = web.RequestKey("asked", Asking)
TICKET_DOOR = "/api/v2/authorization/request/"
_NO_SECRET = ("", "null", "undefined")


@dataclass(frozen=True, slots=True)
class Held:
    """An open grant, and the browser session that holds it, if it is one that asks."""

    grant: Grant
    session: Session | None


async def holder(gate: Gate, request: web.Request, asked: Asking) -> Grant:
    """Give the open grant of a request. Raises TokenError for everything else, StoreUnavailable if unknown."""
    return (await held(gate, request, asked)).grant


async def held(gate: Gate, request: web.Request, asked: Asking) -> Held:
    """Give the open grant of a request, and its session. Raises as `holder`."""
    sent = _credentials(request, asked)
    tickets = [raw for raw, in_url in sent if is_ticket(raw) and not in_url]
    tokens = [(raw, in_url) for raw, in_url in sent if raw not in tickets]
    grants = [await _by_token(gate, raw, asked, in_url=in_url) for raw, in_url in tokens]
    session = await _session(gate, request, asked)
    if session is not None:
        grants.append(await gate.store.grant(session.grant))
    elif cookie_name(gate.public_url) in request.cookies and not grants:
        raise TokenError("the session has ended")
    if tickets:
        key = ticket_key(gate.entry_key)
        if any(session is None or not fits(key, session.key, raw, now=asked.at) for raw in tickets):
            raise TokenError("a ticket that is not of this session, or too old")
    found = grants[0] if grants else None
    if found is None or any(grant is None or grant.id != found.id for grant in grants):
        raise TokenError("no credential, or those of different visits")
    return Held(await _opened(gate, found, asked), session)


async def _session(gate: Gate, request: web.Request, asked: Asking) -> Session | None:
    cookie = request.cookies.get(cookie_name(gate.public_url))
    session = None if cookie is None else await gate.store.session(session_key(cookie))
    if session is None or not alive(session, asked.at):
        return None
    if needs_touch(session, asked.at) and _is_of_a_person(request, asked):
        await gate.store.touch_session(session.key, asked.at)
    return session


def _is_of_a_person(request: web.Request, asked: Asking) -> bool:
    """Tell what somebody did from what an open page asks by itself: that must not keep a session awake."""
    if request.headers.get("Sec-Fetch-Mode") == "navigate":
        return True
    entrance = find_door(asked.path)
    return entrance is not None and entrance.door.use == "rows"


async def token_holder(gate: Gate, request: web.Request) -> Grant | None:
    """Give the grant of the token in a request, for pages of ours; None if it carries none. Raises TokenError."""
    asked = _asking(gate, request)
    if not _credentials(request, asked):
        return None
    return await holder(gate, request, asked)


def seen(gate: Gate, request: web.Request) -> dict[str, Value]:
    """Give what is recorded of whoever asks, for pages of ours."""
    asked = _asking(gate, request)
    return {"request_id": asked.request_id, "device": asked.device, "address": asked.address}


def _asking(gate: Gate, request: web.Request) -> Asking:
    known = request.get(_ASKED)
    if known is None:
        known = asking(request, now=gate.clock(), request_id=gate.request_id(), trusted=gate.trusted)
        request[_ASKED] = known
    return known


def _credentials(request: web.Request, asked: Asking) -> list[tuple[str, bool]]:
    """List the credentials in a request, in every place where Nightscout's clients put them: (text, in the URL)."""
    found: list[tuple[str, bool]] = []
    # All of them: what stands in front of us, or writes the record, may take another one for the one that counts.
    for line in request.headers.getall("Authorization", ()):
        scheme, _, bearer = line.partition(" ")
        if scheme == "Bearer" and bearer:
            found.append((bearer.strip(), False))
    secrets = request.headers.getall("api-secret", ())
    found += [(secret, False) for secret in secrets if secret not in _NO_SECRET]
    if asked.path.startswith(TICKET_DOOR):
        exchanged = asked.path.removeprefix(TICKET_DOOR)
        found.append((exchanged, not is_ticket(exchanged)))
    if asked.path.startswith(("/api/", "/socket.io/")) and asked.may_name("token"):
        found += [(value, True) for name, value in asked.lenient_parameters() if name == "token"]
    return found


async def _by_token(gate: Gate, raw: str, asked: Asking, *, in_url: bool) -> Grant | None:
    if len(raw) == 40:  # noqa: PLR2004 - the length of a SHA-1 in hex, as Nightscout's clients send a secret
        known = await gate.store.grant_by_token(hash_token(gate.entry_key, raw.lower()))
        if known is not None and in_url and not known.url_token:
            raise TokenError("the token is not for use in an address")
        return known
    claims = _claims(gate, raw, asked)
    grant = await gate.store.grant(claims.grant)
    if grant is None or claims.site != gate.site or (in_url and not grant.url_token):
        raise TokenError("the token is not for this site, or not for use in an address")
    return grant


def _claims(gate: Gate, raw: str, asked: Asking) -> TokenClaims:
    """Check a token; one that was found right is right until its end, as long as the keys are the same."""
    keys = gate.public_keys()
    known = gate.tokens.recall(raw, keys)
    if known is not None and known.not_before <= asked.at < known.expires_at:
        return known
    claims = read_token(
        raw, public_keys=keys, audience=gate.public_url, issuer=gate.public_url, now_ms=asked.at
    )
    gate.tokens.keep(raw, keys, claims)
    return claims


async def _opened(gate: Gate, grant: Grant, asked: Asking) -> Grant:
    state = grant.state(asked.at)
    if state == "ended" or asked.at < grant.opens_at:
        raise TokenError("the access has ended or not begun")
    if state == "open":
        return grant
    zone = await gate.zone()
    return await gate.store.open(
        grant.id, asked.at, zone=zone, record=asked.draft("opened", gate.clock(), by="token", zone=zone)
    )
