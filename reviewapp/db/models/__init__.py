"""Every table; importing this module registers them all on the metadata."""

from reviewapp.db.models.account import Account, AccountLink
from reviewapp.db.models.calibration import CalibrationReview, ReferenceReport
from reviewapp.db.models.event import Event, EventHead
from reviewapp.db.models.evidence import Evidence, Phrase
from reviewapp.db.models.job import Job
from reviewapp.db.models.notice import Answer, Notice, NoticeHand, Receipt
from reviewapp.db.models.outbox import OutboxMessage
from reviewapp.db.models.page_reading import PageReading
from reviewapp.db.models.page_text import PageTextRow
from reviewapp.db.models.precheck import Finding, Precheck, ReportText, SentencePrint, Verdict
from reviewapp.db.models.register import Agency, Department, Expert
from reviewapp.db.models.report import (
    Intake,
    IntakeItem,
    IntakePart,
    Report,
    ReportSplit,
    ReportVersion,
    SplitRange,
    StoredFile,
    VersionPart,
)
from reviewapp.db.models.review import (
    Assignment,
    Recusal,
    Review,
    ReviewSnapshot,
    ReviewState,
    Score,
    VetoClaim,
)
from reviewapp.db.models.round import Round, RoundPhase, RubricVersion
from reviewapp.db.models.settlement import Opinion, OpinionItem, Settlement

__all__ = [
    "Account",
    "AccountLink",
    "Agency",
    "Answer",
    "Assignment",
    "CalibrationReview",
    "Department",
    "Event",
    "EventHead",
    "Evidence",
    "Expert",
    "Finding",
    "Intake",
    "IntakeItem",
    "IntakePart",
    "Job",
    "Notice",
    "NoticeHand",
    "Opinion",
    "OpinionItem",
    "OutboxMessage",
    "PageReading",
    "PageTextRow",
    "Phrase",
    "Precheck",
    "Receipt",
    "Recusal",
    "ReferenceReport",
    "Report",
    "ReportSplit",
    "ReportText",
    "ReportVersion",
    "Review",
    "ReviewSnapshot",
    "ReviewState",
    "Round",
    "RoundPhase",
    "RubricVersion",
    "Score",
    "SentencePrint",
    "Settlement",
    "SplitRange",
    "StoredFile",
    "Verdict",
    "VersionPart",
    "VetoClaim",
]
