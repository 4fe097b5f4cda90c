"""The two mail servers of the tests: Brevo as strict as its reference, and a plain SMTP server; both on the loopback."""

import json
import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BREVO_KEY = "xkeysib-for-the-tests"
BREVO_FIELDS = {"sender", "to", "subject", "textContent", "htmlContent", "headers"}


class _Brevo(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        known = self.path == "/v3/smtp/email" and self.headers["api-key"] == BREVO_KEY
        whole = set(body) <= BREVO_FIELDS and {"sender", "to", "subject"} <= set(body) and body["to"][0]["email"]
        status = self.server.answers.pop(0) if self.server.answers else (201 if whole else 400) if known else 401
        if status == 201:
            self.server.mails.append(body)
        said = json.dumps({"messageId": "<1@brevo>"} if status == 201 else {"code": "no"}).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        """Silence."""


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("220 post.example")
        while line := self.rfile.readline().decode("latin-1").strip():
            verb, _, rest = line.partition(" ")
            answer = self.server.answers.pop(verb.upper(), None)
            if answer:
                self.say(answer)
            elif verb.upper() == "DATA":
                self.say("354 go on")
                self.server.mails.append(message_from_bytes(b"".join(iter(self.line, b".\r\n")), policy=policy.default))
                self.say("250 kept")
            elif verb.upper() == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 fine" if rest or verb else "500 what")
        return None

    def line(self):
        return self.rfile.readline()

    def say(self, words):
        self.wfile.write(words.encode() + b"\r\n")


class _Threads(socketserver.ThreadingTCPServer):
    daemon_threads = False


@contextmanager
def open_for(server, answers):
    server.mails, server.answers = [], answers
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def brevo(*answers):
    """`answers` are the statuses of its first replies; afterwards it is strict. Its mails are the bodies it took."""
    return open_for(ThreadingHTTPServer(("127.0.0.1", 0), _Brevo), list(answers))


def smtp(**answers):
    """`answers` are lines said instead, once, for a verb: RCPT="550 nobody". Its mails are parsed messages."""
    return open_for(_Threads(("127.0.0.1", 0), _Smtp), answers)
