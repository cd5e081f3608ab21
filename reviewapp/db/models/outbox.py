"""What officers write to experts and agencies: kept, shown in the app, sent by mail where set up."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from reviewapp.db.base import Table, UtcDateTime, one_of


class OutboxMessage(Table, table=True):
    """One reminder (催办) to one expert or one agency, word for word as it was previewed.

    It is read in the app at once. `state` is about what leaves the app: `waiting` until the worker
    hands it to the mail server, `sending` from just before that until the answer is stored, then
    `sent` or `failed` with its error. A worker that died between the two leaves `unsure`: perhaps
    sent, and only an officer sends it again. by_hand says that an officer passed it on.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        one_of("state", "waiting", "sending", "sent", "failed", "unsure"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_moment"),
        sa.CheckConstraint("text <> ''", name="says_something"),
        sa.CheckConstraint(
            "(expert_id IS NULL) <> (agency_id IS NULL)", name="is_to_expert_or_agency"
        ),
    )

    round_id: uuid.UUID = Field(foreign_key="round.id", index=True)
    expert_id: uuid.UUID | None = Field(default=None, foreign_key="expert.id", index=True)
    agency_id: uuid.UUID | None = Field(default=None, foreign_key="agency.id", index=True)
    written_by: uuid.UUID = Field(foreign_key="account.id")
    address: str = ""  # mail address of the receiver at that moment, empty for none
    subject: str
    text: str
    state: str = "waiting"
    mail_id: str = ""  # its Message-ID, the same at every attempt, so that receivers drop doubles
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    by_hand: bool = False  # passed on by an officer, as by WeChat
    error: str = ""
