"""calibration."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_0930"
down_revision = "20261126_0901"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reference_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("report_version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rubric_hash", sa.Text(), nullable=False),
        sa.Column("agreed", sa.JSON(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "number >= 1 AND number <= 3", name=op.f("ck_reference_report_number_known")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_reference_report_round_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_reference_report_report_id")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["account.id"], name=op.f("fk_reference_report_entered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_report")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_reference_report_round_id_number")),
        sa.UniqueConstraint(
            "round_id", "report_id", name=op.f("uq_reference_report_round_id_report_id")
        ),
    )
    with op.batch_alter_table("reference_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reference_report_round_id"), ["round_id"])
        batch_op.create_index(batch_op.f("ix_reference_report_report_id"), ["report_id"])
    op.create_table(
        "calibration_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference_id", sa.Uuid(), nullable=False),
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["reference_id"],
            ["reference_report.id"],
            name=op.f("fk_calibration_review_reference_id"),
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["expert.id"], name=op.f("fk_calibration_review_expert_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_review")),
        sa.UniqueConstraint(
            "reference_id", "expert_id", name=op.f("uq_calibration_review_reference_id_expert_id")
        ),
    )
    with op.batch_alter_table("calibration_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calibration_review_reference_id"), ["reference_id"])
        batch_op.create_index(batch_op.f("ix_calibration_review_expert_id"), ["expert_id"])
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("calibration", sa.Text(), nullable=False, server_default="off")
        )
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.alter_column("calibration", server_default=None)
        batch_op.create_check_constraint(
            batch_op.f("ck_round_calibration_known"),
            "calibration IN ('off', 'offered', 'required')",
        )


def downgrade() -> None:
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_round_calibration_known"), type_="check")
        batch_op.drop_column("calibration")
    op.drop_table("calibration_review")
    op.drop_table("reference_report")
