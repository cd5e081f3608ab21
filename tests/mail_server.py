"""A mail server of a few lines that speaks SMTP on a real socket and keeps what it takes."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any


@dataclass
class Post:
    """The server's address, what it took, whom it refuses, and what it does once it has one.

    With `hangs_up` it takes a message and breaks the line without a word; while `holds` is set it
    takes a message and says nothing.
    """

    url: str = ""
    taken: list[EmailMessage] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    hangs_up: bool = False
    rude: bool = False  # breaks the line at the farewell
    holds: threading.Event = field(default_factory=threading.Event)


@contextmanager
def mail_server() -> Iterator[Post]:
    """Run the server while the block runs."""
    post = Post()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 ready")
            while line := self.rfile.readline().decode().strip():
                verb = line.partition(" ")[0].upper()
                if verb == "EHLO":
                    self._say("250-here", "250 8BITMIME")
                elif verb == "RCPT" and any(one in line for one in post.refused):
                    self._say("550 no such box")
                elif verb == "DATA":
                    self._say("354 go on")
                    post.taken.append(self._message())
                    while post.holds.is_set():
                        time.sleep(0.02)
                    if post.hangs_up:
                        return
                    self._say("250 taken")
                elif verb == "QUIT":
                    if not post.rude:
                        self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _say(self, *lines: str) -> None:
            with suppress(OSError):  # the other end may have died meanwhile
                self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

        def _message(self) -> EmailMessage:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line[1:] if line.startswith(b"..") else line)
            found: Any = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            return found  # type: ignore[no-any-return]

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        post.url = f"smtp://127.0.0.1:{server.server_address[1]}?from=pingji@caidian.example"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield post
        server.shutdown()
