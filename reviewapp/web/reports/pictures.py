"""Pictures of a report's pages: where they are kept, and how large each page is."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import g, request, url_for

from reviewapp.adapters.child import ChildDied, ChildRefused
from reviewapp.adapters.page_images import DPI, MAX_SIDE, SCALES, PageImages, pixels
from reviewapp.db.queries.reports import VersionLine, version_line
from reviewapp.web.reports import bp
from reviewapp.web.support.parts import parts, read

log = logging.getLogger("reviewapp")
# A page that cannot be drawn may cost seconds each time, so nobody tries it again for a while.
_REST_SECONDS = 600
_MOST_RESTING = 500
_resting: dict[tuple[str, int], float] = {}


@dataclass(frozen=True)
class PageSize:
    """A page's picture in pixels, and the page in points (0 × 0 where the scale is not known)."""

    width_px: int
    height_px: int
    width: float
    height: float


@lru_cache(maxsize=4)
def _images(folder: Path) -> PageImages:
    return PageImages(folder)


def picture(version: VersionLine, page: int, dpi: int = DPI) -> bytes | None:
    """Return one page as WebP, or None where there is no such page or it cannot be drawn.

    None too for a resolution that is not among SCALES: each is kept on disk.
    """
    if not 1 <= page <= version.pages or dpi not in SCALES:
        return None
    key = (version.sha256, page)
    if _resting.get(key, 0) > time.monotonic():
        return None
    images, storage = _images(parts().config.data_dir / "cache" / "pages"), parts().storage
    try:
        with storage.local_path(version.sha256) as path:
            return images.get(version.sha256, path, page, dpi)
    except (KeyError, FileNotFoundError):
        return None
    except (ChildDied, ChildRefused) as error:
        if len(_resting) >= _MOST_RESTING:
            _resting.clear()
        _resting[key] = time.monotonic() + _REST_SECONDS
        log.warning("page %s of %s could not be drawn: %s", page, version.sha256[:12], error)
        return None


def etag_of(version: VersionLine, page: int, dpi: int = DPI) -> str:
    """Return what names a picture: it changes with the file and the resolution only."""
    return f"{version.sha256[:32]}-{page}-{dpi}"


@bp.app_template_global()
def page_size(report_id: UUID, version: int, page: int) -> PageSize | None:
    """Tell the viewer how large a page is; None where it cannot be drawn.

    Whether the reader may open the file is decided by the view that shows the viewer.
    """
    with read() as db:
        line = version_line(db, report_id, version)
    image = picture(line, page) if line else None
    if image is None:
        return None
    width, height = pixels(image)
    if max(width, height) >= MAX_SIDE:  # drawn smaller than life, by how much is not known
        return PageSize(width, height, 0, 0)
    return PageSize(width, height, round(width * 72 / DPI, 2), round(height * 72 / DPI, 2))


@bp.app_template_global()
def page_address(page: int) -> str:
    """Return the address of the page that includes the viewer, turned to another page."""
    here = (request.endpoint or "", request.view_args or {})
    endpoint, values = g.get("viewer_at") or here
    kept: dict[str, Any] = {
        key: value
        for key, value in request.args.items()
        if key not in {*values, "page", "finding"} and not key.startswith("_")
    }
    return url_for(endpoint, **values, **kept, page=page, _anchor="viewer")
