"""Every sentence that the desk says of itself. What it says about a policy is in `knowledge/`.

Voice: a good colleague in the press office; calm, plain, brief, on your side.

A function takes only what goes into its sentence. Its docstring says who reads the sentence and where. Texts are plain
text unless the docstring says Markdown, and are escaped where Markdown is wanted; a constant can be used as either,
since it reads the same. A test holds this (tests/unit/presentation/test_markdown_in_texts.py). Other modules use all of
them as `texts.NAME`.
"""

from bot.presentation.texts.answer_texts import *  # noqa: F403  one vocabulary, in several files for their size alone
from bot.presentation.texts.asker_texts import *  # noqa: F403
from bot.presentation.texts.card_texts import *  # noqa: F403
from bot.presentation.texts.form_texts import *  # noqa: F403
from bot.presentation.texts.page_texts import *  # noqa: F403
from bot.presentation.texts.refusal_texts import *  # noqa: F403
from bot.presentation.texts.thread_texts import *  # noqa: F403
