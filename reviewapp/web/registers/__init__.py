"""The registers of agencies, departments and experts."""

from reviewapp.web.registers.views import bp

__all__ = ["bp"]
