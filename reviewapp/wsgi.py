"""The WSGI application that gunicorn serves."""

import os
import sys
import threading

from reviewapp.adapters import child, rule_files
from reviewapp.app import create_app
from reviewapp.config import Config, SettingError
from reviewapp.db.session import Database

_BOOT_ERROR = 3  # gunicorn gives up on this status instead of starting the worker again and again

try:
    config = Config.from_env(os.environ)
    Database(config.database_url).reach()
    rule_files.require(config.rubrics_dir)
    app = create_app(config)
except SettingError as error:
    sys.stderr.write(f"reviewapp: {error}\n")
    raise SystemExit(_BOOT_ERROR) from None

# The first upload and the first page image would wait two seconds for the child's imports.
threading.Thread(target=child.warm, daemon=True).start()
