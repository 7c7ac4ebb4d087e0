"""Labels, hints and options of forms.

Askers fill in the form that reports an enquiry and the form with its details. The other forms are for officers.
"""

from __future__ import annotations

REPLY_LABEL = "To the person who asked"
NOTE_LABEL = "Note, stays inside the press office"
OUTCOME_LABEL = "How did it end?"
CLOSE_NOTE_LABEL = "Anything to note, stays inside the press office"
REPORT = "Send to the press office"
TELL_PRESS = "Tell the press office"
REPORT_MESSAGE = "What happened, or what they wrote"
REPORT_SUBMIT = "Send"
DETAILS_HINTS = {
    "deadline": "Such as 17:00, tomorrow noon, or Friday 10am",
    "embargo": "Until when, or what they said of it",
}
"""Field of `Details` -> the hint below it in a form."""
REPLY_KIND_LABEL = "What kind of reply it is"
STATEMENT_TEXT, STATEMENT_APPROVER, STATEMENT_RECIPIENT = "The statement, word for word", "Approved by", "Issued to"
RESPONDED_HOW = "How the journalist was answered"
OPEN_CASE = "Open a case"
RECEIVED_BY_OPTIONS = ("phone", "e-mail", "other")
"""How an enquiry may have reached an officer who opens a case for it."""
RECEIVED_BY, COLLEAGUE = "How it reached you", "Colleague concerned"
HAND_OVER_TO = "To whom"
WAIT_FOR, WAIT_UNTIL = "What you wait for", "Until when"
WAIT_HINT = "Such as 16:00, or tomorrow at noon"
INCIDENT_TITLE = "Declare an incident"
INCIDENT_NAME, INCIDENT_NAME_HINT = "What it is called", "Such as: Fire in the physics building"
INCIDENT_LINE = "What staff read instead of the usual holding line"
INCIDENT_LEAD = "Who leads, and is called at any hour"
INCIDENT_LEAD_HINT = "One of the officers, such as slack:U0ANNA. Leave it empty if it is you."
INCIDENT_DECLARE = "Declare"


def case_opened(reference: str) -> str:
    """To the officer who opened a case with the form, as a notice."""
    return f"{reference} is open. Its card is in the press channels."
