"""Alerts: who asked for what, what is owed, and the e-mails that tell it once."""

from statements.alerts.sending import SendReport, send_due

__all__ = ["SendReport", "send_due"]
