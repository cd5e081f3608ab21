"""What officers write to experts: kept, shown in the app, and sent by mail where that is set up."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from reviewapp.db.base import Table, UtcDateTime, one_of


class OutboxMessage(Table, table=True):
    """One reminder (催办) to one expert, word for word as it was previewed.

    The expert reads it in the app at once. `state` is about what leaves the app: `waiting` until
    it is sent by mail, or marked as passed on by hand (by_hand), or failed with its error.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        one_of("state", "waiting", "sent", "failed"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_moment"),
        sa.CheckConstraint("text <> ''", name="says_something"),
    )

    round_id: uuid.UUID = Field(foreign_key="round.id", index=True)
    expert_id: uuid.UUID = Field(foreign_key="expert.id", index=True)
    written_by: uuid.UUID = Field(foreign_key="account.id")
    address: str = ""  # mail address of the expert at that moment, empty for none
    subject: str
    text: str
    state: str = "waiting"
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    by_hand: bool = False  # passed on by an officer, as by WeChat
    error: str = ""
