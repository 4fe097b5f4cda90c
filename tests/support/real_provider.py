"""A certified OpenID provider (npm's oidc-provider) on the loopback, and a person who signs in and out over there."""

import contextlib
import json
import re
import subprocess
import tempfile
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
CLIENT, SECRET = "pipedriven", "s-e-c-r-e-t-of-at-least-32-characters"


class RealProvider:
    def __init__(self, port, process):
        self.issuer, self.process = f"http://127.0.0.1:{port}", process

    def person(self):
        """Their browser over there: own cookies."""
        return httpx.Client(timeout=20, trust_env=False, verify=False)

    def signs_in(self, person, address, login):
        """What happens at the provider's own pages; the address that it sends the browser back to."""
        answer = person.get(address)
        for _ in range(12):
            if answer.is_redirect:
                there = answer.headers["location"]
                if not there.startswith(("/", self.issuer)):
                    return there
                answer = person.get(httpx.URL(self.issuer).join(there))
            else:
                form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
                assert form, answer.text
                prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)[1]
                answer = person.post(form[1], data={"prompt": prompt, "login": login, "password": "any"})
        raise AssertionError(answer.text)

    def signs_out(self, person):
        """At the provider, with no word to us from this browser."""
        page = person.get(f"{self.issuer}/session/end")
        xsrf = re.search(r'name="xsrf" value="(\w+)"', page.text)[1]
        answer = person.post(f"{self.issuer}/session/end/confirm", data={"xsrf": xsrf, "logout": "yes"})
        assert answer.status_code in {200, 302, 303}, answer.text


@contextlib.contextmanager
def running(port, site, people):
    """`people` are claims by login name; `site` is where our product will be."""
    folder = subprocess.run([ROOT / "scripts/oidc_provider.sh"], stdout=subprocess.PIPE, text=True, check=True).stdout
    client = {
        "client_id": CLIENT,
        "client_secret": SECRET,
        "redirect_uris": [f"{site}/login/provider/back"],
        "backchannel_logout_uri": f"{site}/login/provider/logout",
        "backchannel_logout_session_required": True,
    }
    complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
    process = subprocess.Popen(
        ["node", "provider.mjs", str(port), json.dumps(client), json.dumps(people)],
        cwd=folder.strip(), stdout=subprocess.PIPE, stderr=complaints, text=True,
    )  # fmt: skip
    try:
        line = ""
        while "listening" not in line:
            line = process.stdout.readline()
            assert line, f"the provider did not start: {_all_of(complaints)}"
        yield RealProvider(port, process)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
        complaints.close()


def _all_of(file):
    file.seek(0)
    return file.read()
