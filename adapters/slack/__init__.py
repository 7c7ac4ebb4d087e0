"""The Slack adapter. `listeners` and `from_slack` read events; `messenger` and `to_slack` send messages."""
