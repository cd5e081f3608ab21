"""What can go wrong in the domain, as an English msgid with named values, translated at the edge."""

from __future__ import annotations


def N_(message: str) -> str:
    """Mark a msgid for extraction (pybabel -k N_) without translating it here."""
    return message


class DomainError(Exception):
    """A refusal with a message for people.

    `message` is an English gettext msgid with %(name)s placeholders, `values` what fills them,
    `field` the form field that it belongs to ("" for the whole form).
    """

    def __init__(self, message: str, *, field: str = "", **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.values = values

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class NotFound(DomainError):
    """The thing is not there, or the actor may not know that it is (404)."""


class NotAllowed(DomainError):
    """The actor may see the thing but not do this to it (403)."""


class Conflict(DomainError):
    """The thing is in another state, or somebody changed it meanwhile (409)."""


class Invalid(DomainError):
    """What was sent cannot be accepted as it is (422)."""
