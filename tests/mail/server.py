"""A mail server for tests: TLS required, AUTH checked, answers by the recipient's name. Writes a line of JSON a message to stdout.

    python server.py CERT KEY [--implicit] [--plain]     prints {"port": N} first

The local part of the recipient decides: later-… 451 at RCPT; refused-… 550 at RCPT; spam-… 554 after the message; full-… 452 after the
message; lost-… takes the message and hangs up without an answer; once-… 451 the first time. Needs `aiosmtpd`.
"""

import argparse
import asyncio
import email
import email.policy
import hashlib
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

SEEN = {}


def say(value):
    print(json.dumps(value), flush=True)


def walk(message):
    parts = []
    for part in message.walk():
        content = None if part.is_multipart() else part.get_payload(decode=True)
        parts.append({
            "type": part.get_content_type(),
            "cid": part.get("Content-ID"),
            "name": part.get_filename(),
            "disposition": part.get_content_disposition(),
            "bytes": None if content is None else len(content),
            "sha256": None if content is None else hashlib.sha256(content).hexdigest(),
        })
    return parts


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        kind = address.split("-")[0]
        SEEN[address] = SEEN.get(address, 0) + 1
        if kind == "later" or (kind == "once" and SEEN[address] == 1):
            return "451 4.7.1 try again later"
        if kind == "refused":
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        kind = envelope.rcpt_tos[0].split("-")[0]
        if kind in ("spam", "full"):
            return "554 5.7.1 looks like spam" if kind == "spam" else "452 4.3.1 mailbox full"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        say({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": [[name, str(value)] for name, value in message.items()],
            "defects": [str(d) for part in message.walk() for d in part.defects],
            "header_defects": [f"{n}: {d}" for n, v in message.items() for d in getattr(v, "defects", [])],
            "parts": walk(message),
            "text": message.get_body(("plain",)).get_content(),
            "html": message.get_body(("html",)).get_content(),
            "tls": session.ssl is not None,
            "user": session.auth_data.decode() if session.auth_data else None,
            "bytes": len(envelope.content),
        })
        if kind == "lost":
            server.transport.abort()
        return "250 2.0.0 queued"


def authenticate(server, session, envelope, mechanism, data):
    login, password = data.login.decode(), data.password.decode()
    is_right = (login, password) == ("desk", "correct horse")
    return AuthResult(success=is_right, handled=False, auth_data=login.encode() if is_right else None)


class Server(SMTP):
    async def auth_XOAUTH2(self, _, args):
        import base64
        words = base64.b64decode(args[1] if len(args) > 1 else "").decode()
        if words == "user=desk\x01auth=Bearer token-42\x01\x01":
            return AuthResult(success=True, auth_data=b"desk")
        return AuthResult(success=False, handled=False)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cert")
    parser.add_argument("key")
    parser.add_argument("--implicit", action="store_true")
    parser.add_argument("--plain", action="store_true")
    args = parser.parse_args()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(args.cert, args.key)
    handler = Handler()

    def factory():
        common = {"hostname": "localhost", "enable_SMTPUTF8": False}
        if args.plain:
            return Server(handler, **common)
        starttls = {} if args.implicit else {"tls_context": context, "require_starttls": True}
        return Server(handler, authenticator=authenticate, auth_required=True, auth_require_tls=not args.implicit, **starttls, **common)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=context if args.implicit else None)
    say({"port": server.sockets[0].getsockname()[1]})
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
