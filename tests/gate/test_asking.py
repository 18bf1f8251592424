"""What is kept of a request: its query is read once, its network is coarse."""

import pytest

from proxy.core.errors import QueryError
from proxy.gate.asking import Asking, coarse


def an_asking(query: str) -> Asking:
    return Asking(
        request_id="r", at=0, path="/api/v1/entries", query=query, device="tool", address="", head=False
    )


@pytest.mark.parametrize(
    "query", ["token=x", "to%6ben=x", "%74oken=x", "count=1&token=x", "%74%6F%6B%65%6E=x"]
)
def test_a_token_is_found_however_its_name_is_spelled(query: str) -> None:
    asked = an_asking(query)
    assert "token" in dict(asked.lenient_parameters())
    assert asked.may_name("token")


def test_where_no_token_can_be_none_is_looked_for() -> None:
    assert not an_asking("count=10&find[type]=sgv").may_name("token")
    assert not an_asking("").may_name("token")


def test_a_query_is_parsed_once_and_shows_in_no_repr() -> None:
    asked = an_asking("token=CANARY&count=10")
    assert asked.parameters() is asked.parameters()
    assert "CANARY" not in repr(asked)


@pytest.mark.parametrize("query", ["a", "a=1&b", "&", "a=1&&b=2", "a=%ff"])
def test_a_query_that_can_not_be_read_is_refused_each_time(query: str) -> None:
    asked = an_asking(query)
    for _ in range(2):
        with pytest.raises(QueryError):
            asked.parameters()
    assert asked.lenient_parameters() == []


def test_no_query_is_no_parameters() -> None:
    assert list(an_asking("").parameters()) == []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", "unknown"),
        ("somewhere", "unknown"),
    ],
)
def test_an_address_is_told_as_its_network(address: str, network: str) -> None:
    assert coarse(address) == coarse(address) == network
