"""The Slack adapter: `listeners` and `from_slack` take events in, `messenger` and `to_slack` send messages out."""
