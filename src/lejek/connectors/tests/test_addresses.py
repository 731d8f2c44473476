"""Which addresses messages may go to."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from lejek.config.environment import hosts
from lejek.connectors.addresses import WrongAddress, is_public, normal

INNER = (
    "0.0.0.0",  # noqa: S104 - nothing is bound to it
    *("10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
    *("198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8"),
    *("64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::"),
    *("3fff::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1"),
)
PUBLIC = ("8.8.8.8", "100.63.255.255", "172.32.0.1", "192.0.1.1", "2600::1", "2a00:1450::1")


@pytest.mark.parametrize("address", INNER)
def test_what_is_not_on_the_public_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_on_the_public_internet_is_public(address: str) -> None:
    assert is_public(address)


REFUSED = {
    "": "malformed",
    "hooks.example": "malformed",
    "https://": "malformed",
    "https:///path": "malformed",
    "https://hooks.example:99999/": "malformed",
    "https://hooks.example:x/": "malformed",
    "https://hooks.example:0/": "malformed",
    "https://[::1/": "malformed",
    "https://hooks.example/a b": "malformed",
    "https://hooks.example/\r\nHost: other": "malformed",
    "https://hooks.example/\0": "malformed",
    "https://-ł.example/": "malformed",
    "https://localhost.%00/": "malformed",
    "https://hooks..example/": "malformed",
    "https://[fe80::x]/": "malformed",
    "http://hooks.example/": "scheme",
    "ftp://hooks.example/": "scheme",
    "file:///etc/passwd": "malformed",
    "javascript:alert(1)": "malformed",
    "https://user:word@hooks.example/": "password",
    "https://8.8.8.8@10.0.0.1/": "password",
    "https://localhost/": "inner",
    "https://crm/": "inner",
    "https://127.0.0.1/": "inner",
    "https://127.1/": "inner",
    "https://0x7f.1/": "inner",
    "https://2130706433/": "inner",
    "https://0177.0.0.1/": "inner",
    "https://0/": "inner",
    "https://169.254.169.254/latest": "inner",
    "https://[::1]/": "inner",
    "https://[::ffff:127.0.0.1]/": "inner",
    "https://[fe80::1%25lo]/": "inner",
    "https://127.0.0.1./": "inner",
    "https://hooks.example/" + "x" * 500: "long",
}


@pytest.mark.parametrize(("text", "why"), REFUSED.items())
def test_an_address_that_no_message_may_go_to_is_refused(text: str, why: str) -> None:
    with pytest.raises(WrongAddress) as error:
        normal(text, inner_hosts=[])
    assert error.value.why == why


ACCEPTED = {
    "https://hooks.example": "https://hooks.example/",
    " HTTPS://Hooks.Example/A?b=C#part ": "https://hooks.example/A?b=C",
    "https://hooks.example:8443/x%20y": "https://hooks.example:8443/x%20y",
    "https://8.8.8.8/": "https://8.8.8.8/",
    "https://[2600::1]:444/": "https://[2600::1]:444/",
    "https://żółw.example/ścieżka?q=ć": "https://xn--w-uga1v8h.example/%C5%9Bcie%C5%BCka?q=%C4%87",
}


@pytest.mark.parametrize(("text", "kept"), ACCEPTED.items())
def test_an_address_is_kept_in_one_spelling(text: str, kept: str) -> None:
    assert normal(text, inner_hosts=[]) == kept
    assert normal(kept, inner_hosts=[]) == kept


@pytest.mark.parametrize(
    "text", ["http://127.0.0.1:9/a", "https://127.0.0.1/", "http://crm.inner/"]
)
def test_named_hosts_of_the_own_network_are_let_through_even_without_tls(text: str) -> None:
    assert normal(text, inner_hosts=["127.0.0.1", "crm.inner"]) == text


def test_inner_hosts_are_read_in_small_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEJEK_WEBHOOK_HOSTS", "CRM.internal., 10.0.0.7,::1 ,")
    assert hosts("LEJEK_WEBHOOK_HOSTS") == ["crm.internal", "10.0.0.7", "::1"]
    monkeypatch.delenv("LEJEK_WEBHOOK_HOSTS")
    assert hosts("LEJEK_WEBHOOK_HOSTS") == []


@pytest.mark.parametrize("found", ["https://crm.internal", "crm.internal:8080", "[::1]", "a/b"])
def test_a_host_that_could_never_be_met_is_refused(
    found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEJEK_WEBHOOK_HOSTS", f"crm.internal,{found}")
    with pytest.raises(ImproperlyConfigured, match="LEJEK_WEBHOOK_HOSTS") as refused:
        hosts("LEJEK_WEBHOOK_HOSTS")
    assert found in str(refused.value)
    assert "crm.internal," in str(refused.value)
