"""An SMTP server that keeps what it gets, and misbehaves when told to.

Arguments: folder, certificate, key, port (plain, offers STARTTLS), port (TLS from the first byte), and optionally an
address to ask about tokens (RFC 7662): then XOAUTH2 is offered beside the password.
Each mail becomes N.eml with its exact bytes and N.json with its envelope. The file `mode` in the folder says how to
answer: accept, defer (451), refuse (550), refuse-recipient (550 at RCPT), drop (keep the mail, then cut the line before
the answer), silent (keep the mail, never answer), silent-recipient (never answer RCPT).
"""

import asyncio
import base64
import json
import logging
import pathlib
import ssl
import sys
import urllib.parse
import urllib.request
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

# Lines that are cut on purpose are not worth a traceback.
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

folder = pathlib.Path(sys.argv[1])
certificate, key = sys.argv[2:4]
plain_port, tls_port = map(int, sys.argv[4:6])


introspection_url = sys.argv[6] if len(sys.argv) > 6 else None


def is_good(token):
    form = urllib.parse.urlencode({"token": token}).encode()
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(introspection_url, form) as answer:
        return json.load(answer)["active"]


def mode():
    return (folder / "mode").read_text().strip()


class Sink:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if mode() == "refuse-recipient":
            return "550 5.1.1 no such person"
        if mode() == "silent-recipient":
            await asyncio.sleep(3600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        how = mode()
        if how == "defer":
            return "451 4.3.0 try again later"
        if how == "refuse":
            return "550 5.7.1 not wanted"
        Sink.count += 1
        (folder / f"{Sink.count}.eml").write_bytes(envelope.original_content)
        written = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None}
        (folder / f"{Sink.count}.json").write_text(json.dumps(written))
        if how == "drop":
            server.transport.abort()
        if how in ("drop", "silent"):
            await asyncio.sleep(3600)
        return "250 2.0.0 kept"


class SinkWithTokens(Sink):
    async def auth_XOAUTH2(self, server, args):
        opening = base64.b64decode(args[1]).split(b"\x01")
        fields = dict(part.split(b"=", 1) for part in opening if part)
        token = fields[b"auth"].removeprefix(b"Bearer ").decode()
        if fields[b"user"] == b"privacy" and await asyncio.to_thread(is_good, token):
            return AuthResult(success=True, auth_data=token)
        # The client has to answer this before it is told no.
        await server.challenge_auth(json.dumps({"status": "400", "schemes": "bearer", "scope": "mail.send"}))
        return AuthResult(success=False, handled=False)


def authenticate(server, session, envelope, mechanism, login):
    good = login.login == b"privacy" and login.password == b"not-a-secret"
    return AuthResult(success=good, handled=False)


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()

    sink = SinkWithTokens if introspection_url else Sink

    def plain():
        return SMTP(sink(), tls_context=context, authenticator=authenticate, auth_require_tls=False, enable_SMTPUTF8=True)

    def protected():
        return SMTP(sink(), authenticator=authenticate, auth_require_tls=False, enable_SMTPUTF8=True)

    await loop.create_server(plain, "127.0.0.1", plain_port)
    await loop.create_server(protected, "127.0.0.1", tls_port, ssl=context)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
