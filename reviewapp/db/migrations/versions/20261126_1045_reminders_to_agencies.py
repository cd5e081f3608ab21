"""reminders to agencies, and what was perhaps sent."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_1045"
down_revision = "20261126_0930"
branch_labels = None
depends_on = None

_KNOWN = "ck_outbox_message_state_known"


def upgrade() -> None:
    with op.batch_alter_table("agency", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mail", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("agency", schema=None) as batch_op:
        batch_op.alter_column("mail", server_default=None)
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agency_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("mail_id", sa.Text(), nullable=False, server_default=""))
        batch_op.alter_column("expert_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.drop_constraint(batch_op.f(_KNOWN), type_="check")
        batch_op.create_check_constraint(
            batch_op.f(_KNOWN), "state IN ('waiting', 'sending', 'sent', 'failed', 'unsure')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_outbox_message_is_to_expert_or_agency"),
            "(expert_id IS NULL) <> (agency_id IS NULL)",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_outbox_message_agency_id"), "agency", ["agency_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_outbox_message_agency_id"), ["agency_id"])
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.alter_column("mail_id", server_default=None)


def downgrade() -> None:
    message = sa.table("outbox_message", sa.column("agency_id"), sa.column("state"))
    bind = op.get_bind()
    bind.execute(sa.delete(message).where(message.c.agency_id.is_not(None)))
    for known, was in (("sending", "waiting"), ("unsure", "failed")):
        bind.execute(sa.update(message).where(message.c.state == known).values(state=was))
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_message_agency_id"))
        batch_op.drop_constraint(batch_op.f("fk_outbox_message_agency_id"), type_="foreignkey")
        batch_op.drop_constraint(
            batch_op.f("ck_outbox_message_is_to_expert_or_agency"), type_="check"
        )
        batch_op.drop_constraint(batch_op.f(_KNOWN), type_="check")
        batch_op.create_check_constraint(
            batch_op.f(_KNOWN), "state IN ('waiting', 'sent', 'failed')"
        )
        batch_op.alter_column("expert_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("mail_id")
        batch_op.drop_column("agency_id")
    with op.batch_alter_table("agency", schema=None) as batch_op:
        batch_op.drop_column("mail")
