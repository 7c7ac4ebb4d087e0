"""Conversion of the desk's messages, forms and pages to Block Kit. No file here calls Slack."""
