"""Mail through the site's own SMTP server, where MAIL_URL names one.

SMTP cannot promise that a message goes out exactly once: a server may take it and the line break
before it says so. What is certain is told apart here from what is not.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

SECONDS = 20  # for each step of the talk with the server


class NotSent(Exception):
    """The server did not take the message; the text is for the officer."""


class PerhapsSent(Exception):
    """The line broke after the message was handed over and before the server said that it has it."""


class _Telling(smtplib.SMTP):
    """Knows from when on the server may have the message."""

    has_handed_over = False

    def data(self, msg: Any) -> Any:
        """Hand the message over."""
        self.has_handed_over = True
        return super().data(msg)


class _TellingTls(_Telling, smtplib.SMTP_SSL):
    pass


def domain_of(url: str) -> str:
    """Return the domain that the sender of a mail address setting writes from."""
    return _sender(url).rpartition("@")[2].rstrip(">")


def send(url: str, *, mail_id: str, address: str, subject: str, text: str) -> None:
    """Send one plain text. `mail_id` is its Message-ID, the same each time the same is sent.

    smtps:// speaks TLS from the start; smtp:// goes over to TLS where the server offers it, and a
    password is never sent without. Raises NotSent, or PerhapsSent where nobody can know.
    """
    parts = urlsplit(url)
    message = EmailMessage()
    server: _Telling | None = None
    try:
        message["From"], message["To"], message["Subject"] = _sender(url), address, subject
        message["Message-ID"] = f"<{mail_id}>"
        message.set_content(text)
        server = _connected(parts.scheme, parts.hostname or "", parts.port)
        if parts.username:
            if parts.scheme == "smtp" and not isinstance(server.sock, ssl.SSLSocket):
                raise NotSent("the server offers no TLS, and a password needs it")
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        said = str(error)[:500] or type(error).__name__
        # A reply is a refusal, whenever it comes; silence after the handing over is none.
        is_refusal = isinstance(
            error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused
        )
        if server is not None and server.has_handed_over and not is_refusal:
            raise PerhapsSent(said) from error
        raise NotSent(said) from error
    finally:
        if server is not None:
            # It is sent, or not, by now: how the farewell goes changes nothing.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()


def _sender(url: str) -> str:
    return parse_qs(urlsplit(url).query)["from"][0]


def _connected(scheme: str, host: str, port: int | None) -> _Telling:
    context = ssl.create_default_context()
    if scheme == "smtps":
        return _TellingTls(host, port or 465, timeout=SECONDS, context=context)
    server = _Telling(host, port or 25, timeout=SECONDS)
    try:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
    except BaseException:
        server.close()
        raise
    return server
