"""Mail to the press office, for when no channel can be reached. It only sends."""

from adapters.email.messenger import SmtpMessenger

__all__ = ["SmtpMessenger"]
