"""Every sentence that the desk says of itself. What it says of a policy stands in `knowledge/`.

Voice: a good colleague in the press office; calm, plain, brief, on your side. Functions take only what goes into the
sentence, and return plain text unless they say Markdown.
"""

from bot.presentation.texts.answer_texts import *  # noqa: F403  one vocabulary, in three rooms only for their size
from bot.presentation.texts.asker_texts import *  # noqa: F403
from bot.presentation.texts.enquiry_texts import *  # noqa: F403
from bot.presentation.texts.linked_case_texts import *  # noqa: F403
from bot.presentation.texts.officer_texts import *  # noqa: F403
from bot.presentation.texts.queue_texts import *  # noqa: F403
from bot.presentation.texts.reminder_texts import *  # noqa: F403
