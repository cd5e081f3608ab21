"""workspace of reviews."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_0730"
down_revision = "20261126_0715"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "phrase",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("points_hundredths", sa.Integer(), nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_phrase_says_something")),
        sa.CheckConstraint(
            "points_hundredths IS NULL OR points_hundredths > 0",
            name=op.f("ck_phrase_points_positive"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_phrase_author_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_phrase_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase")),
        sa.UniqueConstraint(
            "author_id", "criterion", "text", name=op.f("uq_phrase_author_id_criterion_text")
        ),
    )
    with op.batch_alter_table("phrase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phrase_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_phrase_round_id"), ["round_id"], unique=False)

    op.create_table(
        "page_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report_version_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("width", sa.Float(), nullable=False),
        sa.Column("height", sa.Float(), nullable=False),
        sa.Column("block", sa.JSON(), nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.CheckConstraint("page >= 1", name=op.f("ck_page_text_page_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["report_version_id"],
            ["report_version.id"],
            name=op.f("fk_page_text_report_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_text")),
        sa.UniqueConstraint(
            "report_version_id", "page", name=op.f("uq_page_text_report_version_id_page")
        ),
    )
    with op.batch_alter_table("page_text", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_page_text_report_version_id"), ["report_version_id"], unique=False
        )

    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("box", sa.JSON(), nullable=False),
        sa.Column("has_box", sa.Boolean(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("report_version", sa.Integer(), nullable=False),
        sa.Column("lost_in", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("quote <> '' OR has_box", name=op.f("ck_evidence_shows_something")),
        sa.CheckConstraint("page >= 1", name=op.f("ck_evidence_page_counts_from_one")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_evidence_review_id")),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_file.sha256"], name=op.f("fk_evidence_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_review_id"), ["review_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_review_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("page_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_text_report_version_id"))

    op.drop_table("page_text")
    with op.batch_alter_table("phrase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_phrase_round_id"))
        batch_op.drop_index(batch_op.f("ix_phrase_author_id"))

    op.drop_table("phrase")
