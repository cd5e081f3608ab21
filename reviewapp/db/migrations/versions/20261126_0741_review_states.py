"""every saved state of a review."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "20261126_0741"
down_revision = "20261126_0730"
branch_labels = None
depends_on = None


def upgrade() -> None:
    states = op.create_table(
        "review_state",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.Column("saved_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('saved', 'restored', 'earlier')", name=op.f("ck_review_state_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_state_review_id")
        ),
        sa.ForeignKeyConstraint(
            ["saved_by"], ["account.id"], name=op.f("fk_review_state_saved_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_state")),
        sa.UniqueConstraint(
            "review_id", "number", "field", name=op.f("uq_review_state_review_id_number_field")
        ),
        sa.UniqueConstraint(
            "review_id", "field", "version", name=op.f("uq_review_state_review_id_field_version")
        ),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state_number", sa.Integer(), nullable=False, server_default="0")
        )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.alter_column("state_number", server_default=None)
    _keep_what_stands(states)


def _keep_what_stands(states: sa.Table) -> None:
    """Write what earlier versions of the program saved as the first states of each review."""
    moment, connection = sa.DateTime(timezone=True), op.get_bind()
    review = sa.table(
        "review",
        *(sa.column(name, sa.Uuid()) for name in ("id",)),
        *(sa.column(name, sa.Integer()) for name in ("opinion_version", "vetoes_version")),
        sa.column("state_number", sa.Integer()),
        sa.column("opinion", sa.Text()),
        *(sa.column(name, moment) for name in ("created_at", "saved_at")),
    )
    score = sa.table(
        "score",
        sa.column("review_id", sa.Uuid()),
        *(sa.column(name, sa.Integer()) for name in ("points_hundredths", "version")),
        *(sa.column(name, sa.Text()) for name in ("criterion", "reason")),
        sa.column("saved_at", moment),
    )
    veto = sa.table(
        "veto_claim",
        sa.column("review_id", sa.Uuid()),
        *(sa.column(name, sa.Text()) for name in ("veto", "ground")),
    )
    for one in connection.execute(sa.select(review)).all():
        found = [
            (
                row.saved_at,
                f"criterion-{row.criterion}",
                row.version,
                {"points": _points(row.points_hundredths), "reason": row.reason},
            )
            for row in connection.execute(sa.select(score).where(score.c.review_id == one.id))
        ]
        found.sort(key=lambda line: (line[0], line[1]))
        last = one.saved_at or one.created_at
        found += [
            (
                last,
                f"veto-{row.veto}",
                one.vetoes_version,
                {"claimed": "1", "ground": row.ground},
            )
            for row in connection.execute(sa.select(veto).where(veto.c.review_id == one.id))
        ]
        if one.opinion:
            found.append((last, "opinion", one.opinion_version, {"opinion": one.opinion}))
        for number, (at, field, version, change) in enumerate(found, start=1):
            connection.execute(
                sa.insert(states).values(
                    id=uuid.uuid4(),
                    created_at=at,
                    review_id=one.id,
                    number=number,
                    field=field,
                    version=version,
                    kind="earlier",
                    change=change,
                )
            )
        connection.execute(
            sa.update(review).where(review.c.id == one.id).values(state_number=len(found))
        )


def _points(hundredths: int | None) -> str:
    if hundredths is None:
        return ""
    whole, part = divmod(hundredths, 100)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".")


def downgrade() -> None:
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_column("state_number")
    op.drop_table("review_state")
