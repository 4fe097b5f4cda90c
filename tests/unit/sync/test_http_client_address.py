"""Where requests may go: the company's own host, or where the operator says."""

import pytest

from app.sync.api.pipedrive import address

BAD_DOMAINS = [
    "",
    "evil.io#",
    "evil.io/",
    "evil.io?",
    "evil.io:443",
    "user@evil.io",
    "evil.io\\",
    "acme.evil",
    "-acme",
    "acme-",
    "ACME",
    "acme\n",
    " acme",
    "a" * 64,
    "åcme",
    "acme%2eevil",
    "127.0.0.1",
    "https://acme.pipedrive.com",
]


@pytest.mark.parametrize("domain", BAD_DOMAINS)
def test_a_bad_company_domain_leads_nowhere(domain):
    with pytest.raises(ValueError, match=r"\.$"):
        address(domain)


def test_a_good_company_domain_leads_to_pipedrive_and_an_override_elsewhere():
    assert address("nordic-steel2") == "https://nordic-steel2.pipedrive.com"
    assert address("a") == "https://a.pipedrive.com"
    assert address("", "https://proxy.firm.example/pipedrive/") == "https://proxy.firm.example/pipedrive"
    for host in ("127.0.0.1:8090", "localhost:1", "[::1]:8090", "127.9.9.9"):
        assert address("acme", f"http://{host}") == f"http://{host}"


@pytest.mark.parametrize(
    "override",
    [
        "http://evil.io",
        "http://10.0.0.1",
        "ftp://127.0.0.1",
        "evil.io",
        "https://user:pw@evil.io",
        "https://evil.io/#x",
        "https://",
        "http://localhost.evil.io",
        "http://[::1",
    ],
)
def test_an_override_is_https_or_this_machine(override):
    with pytest.raises(ValueError, match=r"\.$"):
        address("acme", override)
