"""An identity provider on the loopback: strict about PKCE, the client's secret and codes that work once."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jws
from joserfc.jwk import RSAKey

CLIENT, SECRET = "pipedriven", "s-e-c-r-e-t"


class FakeProvider:
    """`will_say(**claims)` changes what the next token claims; None takes a claim away."""

    def __init__(self):
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.codes, self.claims, self.signed_by, self.header = {}, {}, None, {"alg": "RS256", "kid": "one"}
        self.refused = []
        outer = self

        class Door(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                if self.path == "/realm/.well-known/openid-configuration":
                    facts = {name: f"{outer.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint")}
                    self.answer(200, facts | {"issuer": outer.published, "jwks_uri": f"{outer.issuer}/keys"})
                elif self.path == "/realm/keys":
                    self.answer(200, {"keys": [outer.key.as_dict(private=False)]})
                else:
                    self.answer(404, {})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.answer(*outer.token(dict(parse_qsl(body)), self.headers.get("Authorization", "")))

            def answer(self, status, said):
                text = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.issuer = self.published = f"http://127.0.0.1:{self.server.server_port}/realm"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def will_say(self, **claims):
        self.claims = claims

    def signs_in(self, address):
        """What happens at the provider's own page: the person agrees, and is sent back with a code."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return asked["redirect_uri"], {"code": code, "state": asked["state"]}

    def token(self, sent, authorization):
        asked = self.codes.get(sent.get("code"))
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or authorization != f"Basic {basic}" or sent.get("redirect_uri") != asked["redirect_uri"]:
            self.refused.append(sent)
            return 400, {"error": "invalid_grant"}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).decode()
        if challenge.rstrip("=") != asked["code_challenge"]:
            self.refused.append(sent)
            return 400, {"error": "invalid_grant"}
        del self.codes[sent["code"]]
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "u-1", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "email": "alice@firm.example", "email_verified": True,
        }  # fmt: skip
        said = {name: value for name, value in (claims | self.claims).items() if value is not None}
        return 200, {"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": self.sign(said)}

    def sign(self, claims):
        if self.header["alg"] == "none":
            parts = [json.dumps({"alg": "none"}), json.dumps(claims)]
            return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts) + "."
        header = {name: value for name, value in ({"typ": "JWT"} | self.header).items() if value is not None}
        said = json.dumps(claims).encode()
        return jws.serialize_compact(header, said, self.signed_by or self.key, algorithms=[header["alg"]])
