"""Mail to the press office, for when no channel can be reached. It only sends."""

from adapters.email.messenger import PLATFORM, SmtpMessenger

__all__ = ["PLATFORM", "SmtpMessenger"]
