"""A reader of a Nightscout, real or invented, and the recordings that it is held against."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession
from yarl import URL

from proxy.demo.moment import iso, parse_iso

RECORDED_AT = 1795328354757  # epoch ms at which the recordings were made
_DAY_OR_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


@dataclass(frozen=True)
class Recording:
    """One recorded answer: `body` is trimmed, and missing where it repeats another or is no JSON."""

    name: str
    path: str
    auth: str | None
    status: int
    headers: dict[str, str]
    body: Any = None


def recordings() -> list[Recording]:
    files = sorted((Path(__file__).parent / "recordings").glob("*.jsonl"))
    return [Recording(**json.loads(line)) for file in files for line in file.read_text().splitlines()]


@dataclass(frozen=True)
class Reader:
    """Asks a site as its reader; `now` is the site's clock (epoch ms)."""

    session: ClientSession
    url: str
    token: str
    now: int

    async def jwt(self) -> str:
        answer = await self.get(f"/api/v2/authorization/request/{self.token}", auth=None)
        return str((await answer.json())["token"])

    async def get(
        self, path: str, *, auth: str | None = "header", headers: dict[str, str] | None = None
    ) -> ClientResponse:
        """GET a path, which may hold brackets as they are, with one of the ways to log in."""
        given = dict(headers or {})
        if auth in ("header", "tokhdr"):
            given["api-secret"] = self.token
        elif auth == "secrethdr":
            given["api-secret"] = hashlib.sha1(self.token.encode()).hexdigest()
        elif auth == "bearer":
            given["Authorization"] = f"Bearer {await self.jwt()}"
        elif auth == "query":
            path += f"{'&' if '?' in path else '?'}token={self.token}"
        answer = await self.session.get(
            URL(self.url + path, encoded=True), headers=given, allow_redirects=False
        )
        await answer.read()
        return answer

    async def json(self, path: str, *, auth: str | None = "header") -> Any:
        answer = await self.get(path, auth=auth)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    def since(self, days: float) -> int:
        return self.now - int(days * 86_400_000)

    def moved(self, path: str) -> str:
        """Bring a recorded path to this site: its own token, and times as far back from now."""
        path = path.replace("<token_readable>", self.token)
        by = self.now - RECORDED_AT
        path = re.sub(r"\b\d{13}\b", lambda found: str(int(found[0]) + by), path)
        return _DAY_OR_MOMENT.sub(lambda found: iso(parse_iso(found[0]) + by), path)


def rows_of(body: Any) -> list[dict[str, Any]]:
    """Rows of an answer, in v3's envelope or bare."""
    inner = body.get("result", body) if isinstance(body, dict) else body
    return inner if isinstance(inner, list) else [inner] if isinstance(inner, dict) else []
