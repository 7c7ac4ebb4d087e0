"""`policydesk eval`: matches a labelled set of questions, and reports percentages that can be held to a bar."""

from bot.admin.evaluate.evaluation_output import as_json, as_text
from bot.admin.evaluate.evaluation_report import Bar, Report, evaluate, parse_bar
from bot.admin.evaluate.question_file import Row, read_questions

__all__ = ["Bar", "Report", "Row", "as_json", "as_text", "evaluate", "parse_bar", "read_questions"]
