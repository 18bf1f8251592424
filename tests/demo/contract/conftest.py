"""The sites that the contract is held against: the demo site, and a real one if it is named."""

import os
from collections.abc import AsyncIterator
from functools import cache

import aiohttp
import pytest
from pytest_aiohttp.plugin import AiohttpServer

from proxy.demo import TOKEN, Site, generate, make_app
from tests.demo.contract.client import RECORDED_AT, Reader

REAL = bool(os.environ.get("NIGHTSCOUT_URL") and os.environ.get("NIGHTSCOUT_TOKEN"))


@cache
def _site() -> Site:
    return generate("contract", RECORDED_AT)


@pytest.fixture
def demo_site() -> Site:
    """Made once, and only to be read."""
    return _site()


@pytest.fixture(params=["demo", pytest.param("real", marks=pytest.mark.nightscout)] if REAL else ["demo"])
async def reader(request: pytest.FixtureRequest, aiohttp_server: AiohttpServer) -> AsyncIterator[Reader]:
    async with aiohttp.ClientSession(auto_decompress=True) as session:
        if request.param == "real":
            url, token = os.environ["NIGHTSCOUT_URL"].rstrip("/"), os.environ["NIGHTSCOUT_TOKEN"]
            answer = await session.get(f"{url}/api/v3/version")
            yield Reader(session, url, token, (await answer.json())["result"]["srvDate"])
        else:
            server = await aiohttp_server(make_app(_site(), now=lambda: RECORDED_AT, delay=0.05))
            yield Reader(session, str(server.make_url("")).rstrip("/"), TOKEN, RECORDED_AT)
