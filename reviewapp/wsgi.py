"""The WSGI application that gunicorn serves."""

import os

from reviewapp.app import create_app
from reviewapp.config import Config

app = create_app(Config.from_env(os.environ))
