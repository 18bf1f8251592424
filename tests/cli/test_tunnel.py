"""The line for those who are connected by SSH."""

from proxy.cli.tunnel import tunnel_line
from proxy.settings import read_settings

SETTINGS = read_settings({}, CHAPERONE_PORT=9000, owner_port=9001)


def test_who_is_connected_by_ssh_gets_the_line_for_both_ports() -> None:
    line = tunnel_line({"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.7 22"}, SETTINGS)
    assert line.startswith("ssh -N -L 9000:127.0.0.1:9000 -L 9001:127.0.0.1:9001 ")
    assert line.endswith("@192.0.2.7")


def test_another_port_of_ssh_is_named() -> None:
    assert " -p 2222 " in tunnel_line({"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.7 2222"}, SETTINGS)


def test_nobody_else_gets_it() -> None:
    assert tunnel_line({}, SETTINGS) == ""
    assert tunnel_line({"SSH_CONNECTION": "odd"}, SETTINGS) == ""


def test_a_public_address_needs_no_tunnel() -> None:
    public = read_settings({}, public_url="https://visit.example.org")
    assert tunnel_line({"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.7 22"}, public) == ""
