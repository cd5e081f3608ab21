"""The notice (通报): composed from settled results, edited in words, frozen with its hash."""

from reviewapp.domain.notice.blocks import SOURCES, Block, BlockKind, Column, Figure, Segment, Table
from reviewapp.domain.notice.compose import compose
from reviewapp.domain.notice.content import NoticeContent
from reviewapp.domain.notice.doc_number import check_doc_number
from reviewapp.domain.notice.edits import (
    RefreshedEdits,
    apply_edits,
    editable,
    refresh_edits,
    typed_figures,
)
from reviewapp.domain.notice.facts import (
    KINDS,
    LETTERS,
    PUBLICITY,
    TOO_FEW,
    AgencyLine,
    Band,
    CommonProblem,
    DimensionRate,
    Draw,
    NoticeInput,
    Organisation,
    RatedReport,
    Requirement,
    RubricRef,
    Strength,
)
from reviewapp.domain.notice.wording import Wording

__all__ = [
    "KINDS",
    "LETTERS",
    "PUBLICITY",
    "SOURCES",
    "TOO_FEW",
    "AgencyLine",
    "Band",
    "Block",
    "BlockKind",
    "Column",
    "CommonProblem",
    "DimensionRate",
    "Draw",
    "Figure",
    "NoticeContent",
    "NoticeInput",
    "Organisation",
    "RatedReport",
    "RefreshedEdits",
    "Requirement",
    "RubricRef",
    "Segment",
    "Strength",
    "Table",
    "Wording",
    "apply_edits",
    "check_doc_number",
    "compose",
    "editable",
    "refresh_edits",
    "typed_figures",
]
