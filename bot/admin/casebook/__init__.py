"""The record of the cases: `policydesk cases list`, `show` and `export`.

Times are ISO 8601 in the organisation's zone. The keys of the JSON and the columns of the CSV are a contract: add to
them, do not rename.
"""

from bot.admin.casebook.case_output import as_csv, as_json, as_table, as_text, write
from bot.admin.casebook.case_records import Record, all_records, find, overdue, read, set_next_reference
from bot.admin.casebook.case_values import EXPORTED, LISTED, summary, whole

__all__ = [
    "EXPORTED",
    "LISTED",
    "Record",
    "all_records",
    "as_csv",
    "as_json",
    "as_table",
    "as_text",
    "find",
    "overdue",
    "read",
    "set_next_reference",
    "summary",
    "whole",
    "write",
]
