"""Home: what waits for the person who is signed in."""

from reviewapp.web.home.views import bp

__all__ = ["bp"]
