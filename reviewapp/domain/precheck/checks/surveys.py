"""The numbers of a survey."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewapp.domain.precheck.finding import Doubt
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules

_N = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_ISSUED = rf"发放[^,。;\d]{{0,16}}(?P<issued>{_N})(?:份|张)"
_RETURNED = rf"(?:回收|收回)(?!有效)[^,。;\d有]{{0,10}}(?P<returned>{_N})(?:份|张)"
_VALID = rf"有效(?:回收|收回)?(?:问卷|调查问卷|调查表|的)*(?:共|为|数为)?(?P<valid>{_N})(?:份|张)"
_SENTENCES = (
    re.compile(rf"{_ISSUED}[^。;]{{0,30}}?{_RETURNED}(?:[^。;]{{0,30}}?{_VALID})?"),
    re.compile(rf"{_ISSUED}[^。;]{{0,30}}?{_VALID}"),
)
_STEPS = (("issued", "returned"), ("returned", "valid"), ("issued", "valid"))


@check("survey-arithmetic", version=1)
def survey_arithmetic(report: Report, _rules: Rules) -> Iterator[Doubt]:
    """More questionnaires returned than issued, or more valid than returned, in one sentence."""
    for paragraph in report.texts:
        seen: set[int] = set()
        for pattern in _SENTENCES:
            for match in pattern.finditer(paragraph.text):
                counts = {name: int(text.replace(",", "")) for name, text in _told(match)}
                for more, fewer in _STEPS:
                    if fewer not in counts or more not in counts or counts[fewer] <= counts[more]:
                        continue
                    at = match.start(fewer)
                    if at not in seen:
                        seen.add(at)
                        most = str(counts[more])
                        yield Doubt(
                            place=paragraph.place(at, match.end(fewer)),
                            expected=f"≤{most}",
                            found=str(counts[fewer]),
                            variant=fewer,
                            values={"most": most, "found": str(counts[fewer])},
                        )


def _told(match: re.Match[str]) -> list[tuple[str, str]]:
    return [(name, text) for name, text in match.groupdict().items() if text is not None]
