"""Gauges and counters in Prometheus' text format (version 0.0.4)."""

from __future__ import annotations

from collections.abc import Iterable

from bot.ports import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def render(metrics: Iterable[Metric]) -> str:
    """Return all metrics as the body of one response."""
    return "".join(_render(metric) for metric in metrics)


def _render(metric: Metric) -> str:
    lines = [f"# HELP {metric.name} {_escape(metric.help)}", f"# TYPE {metric.name} {metric.kind}"]
    for labels, value in metric.samples.items():
        pairs = ",".join(f'{name}="{_escape(text, quotes=True)}"' for name, text in labels)
        lines.append(f"{metric.name}{{{pairs}}} {value}" if pairs else f"{metric.name} {value}")
    return "\n".join(lines) + "\n"


def _escape(text: str, *, quotes: bool = False) -> str:
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n")
    return escaped.replace('"', '\\"') if quotes else escaped
