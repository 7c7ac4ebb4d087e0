"""E-mail to the press office, sent when no channel can be reached. Nothing is received."""

from adapters.email.messenger import SmtpMessenger

__all__ = ["SmtpMessenger"]
