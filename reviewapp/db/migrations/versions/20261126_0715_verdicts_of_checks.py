"""verdicts of checks."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_0715"
down_revision = "20261124_0315"
branch_labels = None
depends_on = None

SEVERITIES = "severity IN ('error', 'warning', 'notice')"
WITH_SILENT = "severity IN ('error', 'warning', 'notice', 'silent')"


def upgrade() -> None:
    op.create_table(
        "verdict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report_version_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("check", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules_hash", sa.String(), nullable=False),
        sa.Column("layout", sa.String(), nullable=False),
        sa.Column("triage", sa.String(), nullable=False),
        sa.CheckConstraint(
            "triage IN ('confirmed', 'dismissed')", name=op.f("ck_verdict_triage_known")
        ),
        sa.ForeignKeyConstraint(
            ["report_version_id"],
            ["report_version.id"],
            name=op.f("fk_verdict_report_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
        sa.UniqueConstraint(
            "report_version_id",
            "key",
            "version",
            "rules_hash",
            name=op.f("uq_verdict_report_version_id_key_version_rules_hash"),
        ),
    )
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verdict_check"), ["check"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_verdict_report_version_id"), ["report_version_id"], unique=False
        )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_finding_severity_known"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_finding_severity_known"), WITH_SILENT)
    with op.batch_alter_table("precheck", schema=None) as batch_op:
        batch_op.add_column(sa.Column("layout", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("precheck", schema=None) as batch_op:
        batch_op.drop_column("layout")
    op.execute("DELETE FROM finding WHERE severity = 'silent'")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_finding_severity_known"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_finding_severity_known"), SEVERITIES)
    op.drop_table("verdict")
