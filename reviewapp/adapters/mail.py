"""Mail through the site's own SMTP server, where MAIL_URL names one."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

SECONDS = 20  # for each step of the talk with the server


class NotSent(Exception):
    """The server did not take the message; the text is for the officer."""


def send(url: str, *, key: str, address: str, subject: str, text: str) -> None:
    """Send one plain text. `key` makes the Message-ID, the same each time the same is sent.

    smtps:// speaks TLS from the start; smtp:// goes over to TLS where the server offers it, and a
    password is never sent without. Raises NotSent.
    """
    parts = urlsplit(url)
    sender = parse_qs(parts.query)["from"][0]
    message = EmailMessage()
    try:
        message["From"], message["To"], message["Subject"] = sender, address, subject
        message["Message-ID"] = f"<{key}@{sender.rpartition('@')[2].rstrip('>')}>"
        message.set_content(text)
        with _connected(parts.scheme, parts.hostname or "", parts.port) as server:
            if parts.username:
                if parts.scheme == "smtp" and not isinstance(server.sock, ssl.SSLSocket):
                    raise NotSent("the server offers no TLS, and a password needs it")
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NotSent(str(error)[:500] or type(error).__name__) from error


def _connected(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=context)
    server = smtplib.SMTP(host, port or 25, timeout=SECONDS)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=context)
        server.ehlo()
    return server
