"""An SMTP server that keeps what it gets, and misbehaves when told to.

Arguments: folder, certificate, key, port (plain, offers STARTTLS), port (TLS from the first byte).
Each mail becomes N.eml with its exact bytes and N.json with its envelope. The file `mode` in the folder says how to
answer: accept, defer (451), refuse (550), refuse-recipient (550 at RCPT), drop (keep the mail, then cut the line before
the answer), silent (keep the mail, never answer), silent-recipient (never answer RCPT).
"""

import asyncio
import json
import logging
import pathlib
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

# Lines that are cut on purpose are not worth a traceback.
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

folder = pathlib.Path(sys.argv[1])
certificate, key = sys.argv[2:4]
plain_port, tls_port = map(int, sys.argv[4:6])


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


def authenticate(server, session, envelope, mechanism, login):
    good = login.login == b"privacy" and login.password == b"not-a-secret"
    return AuthResult(success=good, handled=False)


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()

    def plain():
        return SMTP(Sink(), tls_context=context, authenticator=authenticate, auth_require_tls=False, enable_SMTPUTF8=True)

    def protected():
        return SMTP(Sink(), authenticator=authenticate, auth_require_tls=False, enable_SMTPUTF8=True)

    await loop.create_server(plain, "127.0.0.1", plain_port)
    await loop.create_server(protected, "127.0.0.1", tls_port, ssl=context)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
