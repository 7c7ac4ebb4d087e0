"""A message read as the knowledge base's own words: repaired, synonyms replaced, in every channel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.knowledge.model import Knowledge
from bot.matching.cues import VOCABULARY
from bot.matching.encoder.sentence_encoder import Embeds
from bot.matching.examples import Examples
from bot.matching.lexical.channels import Channel, Floats, Row, channels_of
from bot.matching.lexical.repair import Lookups, Repair
from bot.text import WORD, Synonyms, bounded, clean, sentences, words

_MOST_SENTENCES = 12
"""Of a longer message the whole counts, and its first and last sentences."""

_LONGEST_OPENING = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """`plain` are the repaired words, `words` the same with synonyms replaced, `rows` those per channel.

    `repaired` says what became what, one word or two with a space between them.
    """

    text: str
    plain: tuple[str, ...]
    words: tuple[str, ...]
    rows: tuple[Row, ...]
    repaired: Mapping[str, str]
    vector: Floats | None = None
    """From the encoder, of shape (width)."""

    @property
    def surface(self) -> str:
        """The text as it was written but for its repaired words: what an encoder should read."""
        text = clean(self.text)
        if not self.repaired:
            return text
        for typed, meant in self.repaired.items():
            first, _, second = typed.partition(" ")
            if second:
                text = re.sub(rf"(?<![^\W_]){first}[\W_]+{second}(?![^\W_])", meant, text, flags=re.IGNORECASE)
        return WORD.sub(lambda found: self.repaired.get(found[0].casefold(), found[0]), text)


@dataclass(frozen=True)
class Reader:
    """Reads texts the way the examples were read."""

    repair: Repair
    synonyms: Synonyms
    channels: tuple[Channel, ...]
    openings: frozenset[tuple[str, ...]]
    """What people say before they ask: small talk, as words."""
    encoder: Embeds | None = None

    @classmethod
    def of(cls, knowledge: Knowledge, english: Iterable[str] = (), encoder: Embeds | None = None) -> Reader:
        """Learn vocabulary and features from all texts of a knowledge base. `english` are no typing errors either."""
        examples, media, synonyms = Examples.of(knowledge), knowledge.media, knowledge.synonyms
        enquiries = (*media.enquiries, *media.look_alikes) if media else ()
        texts = (*examples.texts, *examples.nots, *enquiries)
        names = VOCABULARY if media else ()
        listed = [words(text) for text in texts]
        known = [words(phrase) for group in synonyms for phrase in group]
        same = Synonyms.of(synonyms)
        channels = channels_of([same.replace(one) for one in listed])
        openings = frozenset(tuple(words(text)) for topic in knowledge.smalltalk for text in topic.questions)
        return cls(Repair.of([*listed, *known, *names], english), same, channels, openings, encoder)

    def read(self, text: str, lookups: Lookups | None = None) -> Reading:
        """Read one text by its words alone. `lookups` are those of the message that the text is a part of."""
        plain, repaired = self.repair.words(words(text), lookups)
        read = self.synonyms.replace(plain)
        return Reading(text, tuple(plain), tuple(read), tuple(channel.row(read) for channel in self.channels), repaired)

    def read_many(self, texts: Iterable[str]) -> list[Reading]:
        """Read texts, with their vectors where there is an encoder."""
        return [reading for [reading] in self._encoded([[self.read(text)] for text in texts])]

    def parts_many(self, texts: Iterable[str]) -> list[list[Reading]]:
        """The parts of each text, with their vectors where there is an encoder: all are encoded together."""
        return self._encoded([self.parts(text) for text in texts])

    def _encoded(self, read: list[list[Reading]]) -> list[list[Reading]]:
        if self.encoder is None or not read:
            return read
        vectors = iter(self.encoder.embed_parts([[one.surface for one in parts] for parts in read]))
        return [[replace(one, vector=next(vectors)) for one in parts] for parts in read]

    def parts(self, text: str) -> list[Reading]:
        """The whole message, then its sentences if it has several, then what follows a greeting in one sentence."""
        text = bounded(text)
        split = sentences(text)
        if len(split) > _MOST_SENTENCES:
            half = _MOST_SENTENCES // 2
            split = [*split[:half], *split[-half:]]
        lookups: Lookups = {}
        whole = self.read(text, lookups)
        asked = [] if len(split) > 1 else self._after_opening(whole)
        return [whole, *(self.read(one, lookups) for one in split if len(split) > 1), *asked]

    def _after_opening(self, whole: Reading) -> list[Reading]:
        for length in range(min(_LONGEST_OPENING, len(whole.plain)), 0, -1):
            if whole.plain[:length] in self.openings:
                return [self.read(" ".join(whole.plain[length:]))]
        return []
