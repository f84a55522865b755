"""Hosts and origins are read as browsers write them, and nothing else passes for one."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.web.addresses import KnownHosts, Place, is_everywhere, parse_allowed, parse_origin, parse_place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("localhost", Place("localhost")),
        ("LOCALHOST.:3000", Place("localhost", 3000)),
        ("127.0.0.1:80", Place("127.0.0.1", 80)),
        ("[::1]", Place("::1")),
        ("[0:0:0:0:0:0:0:1]:3000", Place("::1", 3000)),
        ("[::FFFF:127.0.0.1]:1", Place("::ffff:7f00:1", 1)),
        ("ui-1.example_x.com", Place("ui-1.example_x.com")),
    ],
)
def test_hosts_have_one_spelling(text: str, place: Place) -> None:
    read = parse_place(text)
    assert read is not None
    assert read.port == place.port
    assert read.host in (place.host, "::ffff:127.0.0.1")


@pytest.mark.parametrize(
    "text",
    ["", ":3000", "::1", "[::1", "::1]", "[localhost]:3000", "user@localhost", "localhost:0", "localhost:65536",
     "localhost:", "localhost:3000:3000", "localhost:3e3", "local host", "localhost/evil", "localhost#", "localhost\n",
     "lоcalhost", "a..b", ".localhost", "-a", "*", "[::1%eth0]:80", "x" * 300],
)  # fmt: skip
def test_what_is_no_host_is_none(text: str) -> None:
    assert parse_place(text) is None


@pytest.mark.parametrize(
    "text", ["null", "", "localhost:3000", "//localhost", "file://", "chrome-extension://abc", "ftp://localhost",
             "http://localhost:3000/", "http://user@localhost", "http://localhost, http://evil.example", "HTTP://localhost"],
)  # fmt: skip
def test_what_is_no_origin_is_none(text: str) -> None:
    assert parse_origin(text) is None


def test_settings_take_bare_addresses_and_no_wildcards() -> None:
    assert parse_allowed("fe80::1") == Place("fe80::1")
    assert parse_allowed("[fe80::1]:8443") == Place("fe80::1", 8443)
    assert [parse_allowed(text) for text in ("*", "*.example.com", "https://ui.example.com", "ui/")] == [None] * 4


def test_the_listening_address_is_known_unless_it_is_every_address() -> None:
    assert KnownHosts("192.168.1.5").is_known(Place("192.168.1.5", 3000))
    assert [is_everywhere(text) for text in ("0.0.0.0", "::", "127.0.0.1", "localhost")] == [True, True, False, False]
    assert not KnownHosts("0.0.0.0").is_known(Place("0.0.0.0", 3000)), "a name that browsers take for this machine"


def test_a_port_in_the_settings_is_meant() -> None:
    hosts = KnownHosts("127.0.0.1", ("ui.example.com:8443", "other.example.com"))
    assert hosts.is_known(Place("ui.example.com", 8443))
    assert not hosts.is_known(Place("ui.example.com", 80))
    assert hosts.is_known(Place("other.example.com", 1))
    local = Place("127.0.0.1", 3000)
    assert hosts.is_own_origin(Place("ui.example.com", 8443), local), "a proxy that writes its own Host"
    assert hosts.is_own_origin(Place("other.example.com", 443), local)
    assert not hosts.is_own_origin(Place("other.example.com", 8000), local), "another server of the same machine"


@settings(deadline=None)
@given(st.text(alphabet=string.printable + "é［：", max_size=40))
def test_nothing_passes_for_a_loopback_name_but_its_spellings(text: str) -> None:
    place = parse_place(text)
    if place is not None and KnownHosts("127.0.0.1").is_known(place):
        bare = text.lower().rpartition(":")[0] if place.port else text.lower()
        assert bare.removesuffix(".") in ("localhost", "127.0.0.1") or bare.startswith("[")
