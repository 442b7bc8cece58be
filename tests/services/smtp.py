"""A real SMTP server (aiosmtpd) that does what the address of the recipient says.

Prints {"port", "authority"} and then a line for each letter. Ends when its standard input does, and after ten minutes
(`--seconds`).

later@     451 4.3.0 to RCPT          gone@      550 5.1.1 to RCPT
denied@    554 5.7.1 to RCPT          full@      552 5.2.2 to RCPT
refused@   554 5.6.0 to the letter    busy@      452 4.3.1 to the letter
cut@       takes the letter, and closes without an answer
"""

import argparse
import asyncio
import base64
import email
import json
import os
import ssl
import sys
from email import policy

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

SECONDS_MAX = 600
AT_RECIPIENT = {
    "later": "451 4.3.0 <{}> try again later",
    "gone": "550 5.1.1 <{}> no such user here",
    "denied": "554 5.7.1 <{}> Relay access denied",
    "full": "552 5.2.2 <{}> mailbox full",
}
AT_LETTER = {"refused": "554 5.6.0 not like this", "busy": "452 4.3.1 no room now"}


class Handler:
    def __init__(self):
        self.connections = {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = AT_RECIPIENT.get(address.split("@")[0])
        if answer:
            return answer.format(address)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        user = envelope.rcpt_tos[0].split("@")[0]
        number = self.connections.setdefault(session.peer, len(self.connections))
        login = session.auth_data.login.decode() if session.auth_data else None
        letter = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "letter": base64.b64encode(envelope.original_content).decode(),
            "connection": number,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "login": login,
        }
        read = email.message_from_bytes(envelope.original_content, policy=policy.default)
        parts = list(read.walk())
        letter["read"] = {
            "from": str(read["from"]),
            "subject": str(read["subject"]),
            "defects": [repr(defect) for part in parts for defect in part.defects],
            "parts": {part.get_content_type(): part.get_content() for part in parts if not part.is_multipart()},
        }
        print(json.dumps(letter), flush=True)
        if user == "cut":
            server.transport.abort()
            return None
        return AT_LETTER.get(user, "250 2.0.0 OK queued as ABC123")


def log_in(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.login == b"flow@acme" and data.password == b"p:/%"
    return AuthResult(success=good, handled=False, auth_data=data)


async def serve(arguments):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    handler = Handler()

    def session():
        options = {"hostname": "localhost", "enable_SMTPUTF8": arguments.utf8}
        if arguments.tls == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        if arguments.login:
            options |= {"authenticator": log_in, "auth_required": True, "auth_require_tls": arguments.tls == "starttls"}
        return SMTP(handler, **options)

    wrapped = context if arguments.tls == "wrapped" else None
    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0, ssl=wrapped)
    der = ssl.PEM_cert_to_DER_cert(authority.cert_pem.bytes().decode())
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"port": port, "authority": base64.b64encode(der).decode()}), flush=True)
    await asyncio.wait_for(asyncio.to_thread(sys.stdin.read), arguments.seconds)


parser = argparse.ArgumentParser()
parser.add_argument("--tls", choices=["none", "starttls", "wrapped"], default="none")
parser.add_argument("--login", action="store_true")
parser.add_argument("--utf8", action="store_true")
parser.add_argument("--seconds", type=int, default=SECONDS_MAX)
try:
    asyncio.run(serve(parser.parse_args()))
finally:
    # A thread that still reads must not hold the process.
    os._exit(0)
