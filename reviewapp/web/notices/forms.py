"""The form of what is entered with a notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from reviewapp.db.queries.notices import NoticePage
from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.notice import KINDS
from reviewapp.services.notice_facts import NoticeSettings

PUBLICITY_WORDS = {
    "public": N_("for the public"),
    "on-request": N_("on request"),
    "internal": N_("not for the public"),
}


def values_of(page: NoticePage) -> dict[str, Any]:
    """Return the fields of the form as they are stored."""
    settings = NoticeSettings.from_json(page.settings)
    values: dict[str, Any] = {
        "addressees": "\n".join(settings.addressees),
        "cc": "\n".join(settings.cc),
        "contact_name": settings.contact_name,
        "contact_phone": settings.contact_phone,
        "publicity": settings.publicity,
        "printer": settings.printer,
        "sealed": settings.sealed,
        "show_totals": settings.show_totals,
        "leads": set(settings.leads),
        "rectify_by": settings.rectify_by.isoformat() if settings.rectify_by else "",
        "draw_method": settings.draw_method,
        "issue_date": page.issue_date.isoformat() if page.issue_date else "",
    }
    for kind in KINDS:
        values[f"population-{kind}"] = settings.populations.get(kind, "")
    return values


def typed(form: Any) -> dict[str, Any]:
    """Return what was typed, so that a refusal loses nothing."""
    return {
        **form.to_dict(),
        "leads": set(form.getlist("leads")),
        "sealed": "sealed" in form,
        "show_totals": "show_totals" in form,
    }


def own_problem_texts(page: NoticePage) -> Mapping[str, str]:
    """Return an officer's own words on common problems, by key."""
    return NoticeSettings.from_json(page.settings).problem_texts


def settings_of(
    form: Any, shown: Mapping[str, str], own: Mapping[str, str]
) -> tuple[NoticeSettings, date | None]:
    """Read the form; Invalid names the field.

    `shown` are the words on each common problem as the form showed them, `own` those that an
    officer wrote before: only what was changed becomes an officer's own, and emptied it is the
    quotes' again.
    """
    texts = dict(own)
    for at, (key, words) in enumerate(shown.items()):
        text = " ".join(str(form.get(f"problem-{at}", words)).split())
        if not text:
            texts.pop(key, None)
        elif text != words:
            texts[key] = text
    settings = NoticeSettings(
        addressees=_names(form.get("addressees", "")),
        cc=_names(form.get("cc", "")),
        contact_name=form.get("contact_name", "").strip(),
        contact_phone=form.get("contact_phone", "").strip(),
        publicity=form.get("publicity", "public"),
        printer=form.get("printer", "").strip(),
        sealed="sealed" in form,
        show_totals="show_totals" in form,
        leads=tuple(form.getlist("leads")),
        rectify_by=_day(form, "rectify_by"),
        populations=_populations(form),
        draw_method=form.get("draw_method", "").strip(),
        problem_texts=texts,
    )
    return settings, _day(form, "issue_date")


def _names(text: str) -> tuple[str, ...]:
    return tuple(line.strip(" ；;，,、") for line in text.splitlines() if line.strip(" ；;，,、"))


def _populations(form: Any) -> dict[str, int]:
    found = {}
    for kind in KINDS:
        text = form.get(f"population-{kind}", "").strip()
        if not text:
            continue
        if not text.isdecimal() or len(text) > 5:
            raise Invalid(N_("A whole number is needed here."), field=f"population-{kind}")
        found[kind] = int(text)
    return found


def _day(form: Any, name: str) -> date | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(N_("Write the day as 2026-03-02."), field=name) from None
