import gzip
from typing import Any

import pytest

from tests.visit.place import Answer, Place, secret

FORM = "application/x-www-form-urlencoded"


async def send(place: Place, body: Any, kind: str = FORM, **headers: str) -> Answer:
    sent = {"Origin": place.url, "Content-Type": kind, **headers}
    return await place.ask("POST", "/visit", data=body, headers=sent)


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", FORM + "x"]
)
async def test_only_a_plain_form_is_taken(place: Place, kind: str) -> None:
    assert (await send(place, b"code=x&passcode=1", kind)).status == 415


async def test_a_form_of_more_than_four_kilobytes_is_not_taken(place: Place) -> None:
    assert (await send(place, b"code=" + b"A" * 4091)).status == 401
    assert (await send(place, b"code=" + b"A" * 4092)).status == 413


async def test_a_compressed_form_is_measured_unpacked(place: Place) -> None:
    packed = gzip.compress(b"code=" + b"A" * 1_000_000)
    assert len(packed) < 4096
    assert (await send(place, packed, **{"Content-Encoding": "gzip"})).status == 413


async def test_a_form_sent_in_pieces_is_read_whole_and_measured(place: Place) -> None:
    minted = await place.mint()

    async def pieces(text: str) -> Any:
        for start in range(0, len(text), 7):
            yield text[start : start + 7].encode()

    right = f"link={secret(minted)}&passcode={minted.passcode}"
    assert (await send(place, pieces(right))).status == 303
    assert (await send(place, pieces("code=" + "A" * 5000))).status == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"code",
        b"code=a&code=b",
        b"code=%ff",
        b"code=\xc3\xa9",
        b"&".join(b"f%d=1" % number for number in range(9)),
    ],
)
async def test_a_form_that_cannot_be_read_in_one_way_only_is_not_taken(place: Place, body: bytes) -> None:
    assert (await send(place, body)).status == 400


async def test_two_origins_are_none(place: Place) -> None:
    headers = [("Origin", place.url), ("Origin", "https://evil.example"), ("Content-Type", FORM)]
    async with place.http.post(f"{place.url}/visit", data=b"code=x", headers=headers) as response:
        assert response.status in (400, 403)
