"""the order in which evidence was cited."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_0901"
down_revision = "20261126_0842"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    _count()
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.alter_column("number", server_default=None)
        batch_op.create_unique_constraint(
            batch_op.f("uq_evidence_review_id_number"), ["review_id", "number"]
        )


def _count() -> None:
    """Number what is there by its moment; within one moment any order is as good as the other."""
    evidence = sa.table(
        "evidence",
        *(sa.column(name, sa.Uuid()) for name in ("id", "review_id")),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("number", sa.Integer()),
    )
    cited = sa.select(evidence.c.id, evidence.c.review_id).order_by(
        evidence.c.review_id, evidence.c.created_at, evidence.c.id
    )
    review, number = None, 0
    for row in op.get_bind().execute(cited).all():
        review, number = row.review_id, number + 1 if row.review_id == review else 1
        op.get_bind().execute(
            sa.update(evidence).where(evidence.c.id == row.id).values(number=number)
        )


def downgrade() -> None:
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_evidence_review_id_number"), type_="unique")
        batch_op.drop_column("number")
