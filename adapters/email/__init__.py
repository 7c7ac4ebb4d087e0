"""E-mail to the press office, sent when no channel can be reached. The desk receives no e-mail."""

from adapters.email.messenger import SmtpMessenger

__all__ = ["SmtpMessenger"]
