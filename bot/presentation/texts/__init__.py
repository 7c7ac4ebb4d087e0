"""Every sentence that the desk says of itself. What it says of a policy is in `knowledge/`.

Voice: a good colleague in the press office; calm, plain, brief, on your side. Functions take only what goes into the
sentence, and return plain text unless they say Markdown. All of it is used as `texts.NAME`.
"""

from bot.presentation.texts.answer_texts import *  # noqa: F403  one vocabulary, in several files for their size alone
from bot.presentation.texts.asker_texts import *  # noqa: F403
from bot.presentation.texts.card_texts import *  # noqa: F403
from bot.presentation.texts.form_texts import *  # noqa: F403
from bot.presentation.texts.page_texts import *  # noqa: F403
from bot.presentation.texts.refusal_texts import *  # noqa: F403
from bot.presentation.texts.thread_texts import *  # noqa: F403
