"""Slack: staff ask where they work, the press office answers where it works."""
