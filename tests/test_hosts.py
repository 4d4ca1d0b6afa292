"""Which addresses are asked, and which are refused, by name and by what the name leads to."""

import pytest

from reviewer.hosts import (
    Place,
    RefusedError,
    UnreachableError,
    is_public,
    place_of,
    require_named,
    resolved,
)

CROSSREF = Place("https", "api.crossref.org", 443)


def leads_to(*addresses):
    return lambda host, port: list(addresses)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://API.Crossref.org/works", CROSSREF),
        ("https://api.crossref.org.:443/", CROSSREF),
        ("http://[::1]:8000/x", Place("http", "::1", 8000)),
    ],
)
def test_a_place_is_scheme_host_and_port(url, place):
    assert place_of(url) == place


@pytest.mark.parametrize(
    "url",
    ["ftp://api.crossref.org/", "file:///etc/passwd", "javascript:alert(1)", "//host/", "", "https://",
     "https://api.crossref.org@evil.example/", "https://user:secret@api.crossref.org/",
     "https://[::1/", "https://host:99999/"],
)  # fmt: skip
def test_what_is_no_plain_address_of_the_web_is_refused_without_its_secrets(url):
    with pytest.raises(RefusedError) as caught:
        place_of(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/works", "http://api.crossref.org/", "https://api.crossref.org:8443/",
     "https://api.crossref.org.evil.example/", "https://127.0.0.1/", "https://localhost/"],
)  # fmt: skip
def test_a_host_that_is_not_named_is_refused(url):
    with pytest.raises(RefusedError, match="not asked"):
        require_named(url, {CROSSREF})


def test_a_redirect_from_https_back_to_http_is_refused():
    plain = Place("http", "api.crossref.org", 80)
    assert require_named("http://api.crossref.org/", {CROSSREF, plain}) == plain
    with pytest.raises(RefusedError, match="back to http"):
        require_named("http://api.crossref.org/", {CROSSREF, plain}, before=CROSSREF)


PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "0.0.0.0",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fc00::1", "ff02::1", "fec0::1",
    "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "not an address",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_private_network_is_refused(address):
    assert not is_public(address)
    with pytest.raises(RefusedError, match="private network"):
        resolved(CROSSREF, leads_to(address))


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    with pytest.raises(RefusedError, match="private network"):
        resolved(CROSSREF, leads_to("93.184.215.14", "10.0.0.1"))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_the_very_address_that_was_looked_up_is_given(address):
    assert resolved(CROSSREF, leads_to(address)) == address


def test_a_loopback_place_leads_to_this_machine_and_nowhere_else():
    local = Place("http", "localhost", 8000)
    assert resolved(local, leads_to("127.0.0.1")) == "127.0.0.1"
    with pytest.raises(RefusedError):
        resolved(local, leads_to("10.0.0.1"))


def test_a_name_that_nobody_knows_is_told():
    def fails(host, port):
        raise OSError("no such name")

    with pytest.raises(UnreachableError, match=r"api.crossref.org cannot be found") as caught:
        resolved(CROSSREF, fails)
    assert "--offline" in caught.value.hint
    with pytest.raises(UnreachableError):
        resolved(CROSSREF, leads_to())
