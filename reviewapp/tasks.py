"""The tasks by name: each is one service call that is safe to repeat."""

from __future__ import annotations
