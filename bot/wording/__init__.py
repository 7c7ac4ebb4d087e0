"""Every sentence that the desk says of itself. What it says of a policy stands in `knowledge/`.

Voice: a good colleague in the press office; calm, plain, brief, on your side. Functions take only what goes into the
sentence, and return plain text unless they say Markdown.
"""

from bot.wording.answers import *  # noqa: F403  one vocabulary, in three rooms only for their size
from bot.wording.askers import *  # noqa: F403
from bot.wording.capture import *  # noqa: F403
from bot.wording.duty import *  # noqa: F403
from bot.wording.officers import *  # noqa: F403
from bot.wording.queue import *  # noqa: F403
from bot.wording.stories import *  # noqa: F403
