"""readings of scanned pages."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_0800"
down_revision = "20261126_0745"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("reading", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("page >= 1", name=op.f("ck_page_reading_page_counts_from_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_reading")),
        sa.UniqueConstraint(
            "sha256", "engine", "page", name=op.f("uq_page_reading_sha256_engine_page")
        ),
    )


def downgrade() -> None:
    op.drop_table("page_reading")
