from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.live.packets import (
    Malformed,
    Packet,
    acknowledged,
    connected,
    disconnected,
    not_connected,
    read_packet,
)


@pytest.mark.parametrize(
    ("text", "packet"),
    [
        ("0", Packet("connect", "/", "")),
        ("0{}", Packet("connect", "/", "")),
        ("0/alarm,", Packet("connect", "/alarm", "")),
        ("0/alarm", Packet("connect", "/alarm", "")),
        ('0/alarm,{"token":"x"}', Packet("connect", "/alarm", "")),
        ("1/alarm,", Packet("disconnect", "/alarm", "")),
        ('2["loadRetro"]', Packet("event", "/", "", "loadRetro")),
        ('20["authorize",{"a":1},2]', Packet("event", "/", "0", "authorize", ({"a": 1}, 2))),
        ('2/alarm,17["ack",1]', Packet("event", "/alarm", "17", "ack", (1,))),
        ("30[1]", Packet("ack", "/", "0")),
    ],
)
def test_packets_of_public_clients_are_read(text: str, packet: Packet) -> None:
    assert read_packet(text) == packet


@pytest.mark.parametrize(
    "text",
    ["", "4", "5", "51-[]", "2", "2[]", "2[1]", "2{}", '2["a"', "2/\u00e9,[]", "2[NaN]", '2["a"]x', "20"],
)
def test_everything_else_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        read_packet(text)


@given(st.text())
def test_any_text_is_a_packet_or_malformed_and_nothing_else(text: str) -> None:
    with suppress(Malformed):
        assert read_packet(text).namespace.startswith("/")


def test_packets_are_written_as_public_clients_read_them() -> None:
    assert connected("/", "a") == '0{"sid":"a"}'
    assert connected("/alarm", "a") == '0/alarm,{"sid":"a"}'
    assert not_connected("/x") == '4/x,{"message":"Invalid namespace"}'
    assert disconnected("/") == "1"
    assert acknowledged("/", "0", {"read": True}) == '30[{"read":true}]'
    assert acknowledged("/alarm", "5", {"read": True}) == '3/alarm,5[{"read":true}]'
