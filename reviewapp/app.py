"""create_app: the composition root, the only module that knows every part."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import js_lib_htmx
from flask import Flask, send_from_directory
from flask_bootstrap import Bootstrap5
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from reviewapp import web
from reviewapp.adapters.queue import HueyQueue, Queue
from reviewapp.adapters.storage import Storage
from reviewapp.config import Config
from reviewapp.db.session import Database
from reviewapp.web.support.access import PUBLIC, check_every_view_declares_access
from reviewapp.web.support.errors import init_errors
from reviewapp.web.support.filters import init_filters
from reviewapp.web.support.fragments import htmx
from reviewapp.web.support.frame import init_frame
from reviewapp.web.support.headers import init_headers
from reviewapp.web.support.identity import init_identity
from reviewapp.web.support.incoming import init_incoming
from reviewapp.web.support.language import init_language
from reviewapp.web.support.parts import Parts
from reviewapp.web.support.sentences import init_sentences

HTMX_FOLDER = Path(js_lib_htmx.__file__).parent / "static" / "htmx"


def create_app(
    config: Config,
    *,
    database: Database | None = None,
    storage: Storage | None = None,
    queue: Queue | None = None,
) -> Flask:
    """Build the web application; tests hand their own database and queue in."""
    app = Flask(
        "reviewapp.web",
        root_path=str(Path(web.__file__).parent),
        template_folder=str(config.templates_dir),
    )
    _settings(app, config)
    app.extensions["reviewapp"] = Parts(
        config=config,
        database=database or Database(config.database_url),
        storage=storage or Storage(config.storage_url, config.data_dir / "tmp"),
        queue=queue or HueyQueue(config.queue_url),
    )
    init_incoming(app)
    CSRFProtect(app)
    Bootstrap5(app)
    htmx.init_app(app)
    init_language(app)
    init_identity(app)
    init_filters(app)
    init_sentences(app)
    init_headers(app)
    init_errors(app)
    init_frame(app)
    web.register(app)
    _static_files(app)
    check_every_view_declares_access(app)
    return app


def _settings(app: Flask, config: Config) -> None:
    app.config.update(
        SECRET_KEY=config.secret_key,
        TESTING=config.testing,
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=config.session_minutes),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=config.secure_cookies,
        SESSION_COOKIE_NAME="reviewapp",
        WTF_CSRF_TIME_LIMIT=None,  # a form lives as long as the session it was opened in
        MAX_CONTENT_LENGTH=config.max_archive_bytes + 10_000_000,
        MAX_FORM_MEMORY_SIZE=4_000_000,
        MAX_FORM_PARTS=3000,
        BOOTSTRAP_SERVE_LOCAL=True,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )


def _static_files(app: Flask) -> None:
    """Serve htmx from where pip put it, and mark every static endpoint as public."""

    def htmx_static(filename: str) -> Any:
        return send_from_directory(HTMX_FOLDER, filename)

    app.add_url_rule("/htmx/<path:filename>", endpoint="htmx.static", view_func=htmx_static)
    for endpoint, view in app.view_functions.items():
        if endpoint.split(".")[-1] == "static":
            if hasattr(view, "__func__"):
                view = view.__func__
            vars(view)["access"] = PUBLIC
