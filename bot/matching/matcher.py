"""The matcher: a knowledge base in, a judgement on each message out. Pure, no I/O once built, safe in any thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from bot.knowledge.model import Knowledge
from bot.matching.adapters import find_adapters, key_of
from bot.matching.calibration import Seen, calibrate, related
from bot.matching.encoder.embedding_cache import Remembered
from bot.matching.encoder.sentence_encoder import find_encoder
from bot.matching.examples import Examples
from bot.matching.match import Explanation, Match, Weighed
from bot.matching.media import MediaDetector, outlet_of
from bot.matching.options import Options
from bot.matching.outcome import FEWEST_WORDS, MOST_ANSWERS, Judge, Part, Verdict
from bot.matching.ranker import Ranker
from bot.matching.reading import Reader, Reading
from bot.matching.softmax import logistic
from bot.matching.training_data import Lessons
from bot.text import follows_up

STEPS = (
    "step 1 of 3, reading the examples",
    "step 2 of 3, finding out how sure to be",
    "step 3 of 3, learning all of them",
)
"""What `Matcher.build` does, in order. With the sentence encoder each takes a similar time."""
_EXPLAINED = 5
_BATCH = 64


@dataclass(frozen=True)
class Matcher:
    """Made by `build`. The model cache stores all of it but the encoder, which is opened again."""

    reader: Reader
    ranker: Ranker
    judge: Judge
    detector: MediaDetector | None
    adapter: str = ""
    """The name of the adapter that the encoder has; empty if it has none."""

    @classmethod
    def build(
        cls, knowledge: Knowledge, options: Options | None = None, begin: Callable[[str], object] = str
    ) -> Matcher:
        """Learn from the knowledge base. Takes seconds for some thousand examples; nothing else is read.

        `begin` is called with each of the `STEPS` when it begins.
        """
        begin(STEPS[0])
        options = options or Options()
        examples = Examples.of(knowledge)
        encoder = find_encoder(options.encoder)
        reader = Reader.of(knowledge, encoder.pieces.whole_words if encoder else ())
        adapters = find_adapters(key_of(knowledge, encoder.fingerprint), options.cache) if encoder else None
        if encoder and adapters and options.tune:
            of_folds = [Remembered.open(encoder.adapted(one), options.cache) for one in adapters.folds]
            encoder = encoder.adapted(adapters.final)
        else:
            adapters, of_folds = None, []
        memory = Remembered.open(encoder, options.cache) if encoder else None
        lessons = Lessons.of(examples, replace(reader, encoder=memory), of_folds)
        akin = related(examples.labels, knowledge)
        begin(STEPS[1])
        calibration = calibrate(lessons.held_out(), examples.labels, akin, options.accept, by_words=encoder is None)
        for one in (memory, *of_folds):
            if one:
                one.keep()
        begin(STEPS[2])
        judge = Judge(examples.labels, knowledge, calibration)
        return cls(
            replace(reader, encoder=encoder), lessons.ranker, judge, lessons.detector, adapters.name if adapters else ""
        )

    @property
    def tier(self) -> str:
        """What it goes by, as `--explain` says it."""
        if not self.reader.encoder:
            return "lexical, the words alone"
        return f"full, words and sentence encoder, {f'adapter {self.adapter}' if self.adapter else 'no adapter'}"

    def match(self, text: str, previous: str = "") -> Match:
        """Judge one message. `previous` is what the same person asked just before, which a follow-up is read with."""
        alone = self.match_many([text])[0]
        if not previous or not follows_up(text) or alone.outcome in ("media", "confirm_media") or alone.danger:
            return alone
        sure = alone.outcome == "answer" and alone.entries[0].score >= self.judge.calibration.sure
        together = self.match_many([f"{previous} {text}"])[0]
        if sure or together.outcome not in ("answer", "choose"):
            return alone
        return replace(together, explanation=replace(together.explanation, read=f"{previous} {text}"))

    def match_many(self, texts: Iterable[str]) -> list[Match]:
        """Judge several messages, each on its own; an encoder reads some of them at a time."""
        listed = list(texts)
        batches = (listed[start : start + _BATCH] for start in range(0, len(listed), _BATCH))
        return [self._match(readings) for batch in batches for readings in self.reader.parts_many(batch)]

    def _match(self, readings: Sequence[Reading]) -> Match:
        if not readings[0].words or not self.judge.labels:
            return Match("unknown", explanation=Explanation("there is nothing to go by"))
        whole, *sentences = [self._part(reading) for reading in readings]
        verdict = self.judge.judge(whole, sentences)
        plain = Match(
            outcome=verdict.outcome,
            entries=verdict.entries,
            best=whole.candidates[0] if whole.candidates else None,
            topic=verdict.topic,
            nearest=self.judge.nearest(verdict.part),
            explanation=self._explained(verdict, readings[0]),
        )
        plain = _with_danger(plain, *self.judge.danger(whole, sentences))
        return self._with_enquiry(plain, whole, sentences) if self.detector else plain

    def _part(self, reading: Reading) -> Part:
        ranked = self.ranker.rank(reading.rows, reading.vector)
        seen = Seen(ranked, self.detector.score(reading)) if self.detector else Seen(ranked)
        return self.judge.part(reading, seen)

    def _with_enquiry(self, plain: Match, whole: Part, sentences: Sequence[Part]) -> Match:
        """With what speaks for an enquiry; one goes before whatever else the message holds."""
        parts = (whole, *sentences)
        plain = replace(plain, media_score=logistic(max(part.enquiry for part in parts)))
        outcome = self.judge.enquiry(whole, sentences)
        in_danger = plain.danger != "" and plain.topic == plain.danger  # who is, is not asked about journalists
        if outcome is None or (in_danger and outcome != "media"):
            return plain
        others = [part for part in sentences if part.enquiry < self.judge.calibration.possible]
        answers = [self.judge.judge(part, ()) for part in others if len(part.reading.words) >= FEWEST_WORDS]
        entries = dict.fromkeys(verdict.entries[0] for verdict in answers if verdict.outcome == "answer")
        return replace(
            plain,
            outcome=outcome,
            entries=tuple(entries)[:MOST_ANSWERS],
            topic="",
            outlet=outlet_of([part.reading for part in parts]),
            explanation=replace(plain.explanation, why="an enquiry from the media, or perhaps one"),
        )

    def _explained(self, verdict: Verdict, reading: Reading) -> Explanation:
        part = verdict.part
        columns = zip(part.ranked.labels[:_EXPLAINED], part.ranked.score, part.confidences, strict=False)
        weighed = [
            Weighed(
                self.judge.labels[label].kind,
                self.judge.labels[label].id,
                {"score": float(score), "confidence": float(confidence)},
            )
            for label, score, confidence in columns
        ]
        return Explanation(
            verdict.why,
            dict(reading.repaired),
            tuple(weighed),
            self.judge.calibration.accept,
            part.reading.text,
        )


def _with_danger(plain: Match, danger: str, clear: bool) -> Match:
    """With the group on danger, which is also the reply where it is clear, or where there is nothing else to say."""
    silent = plain.outcome == "unknown" and not plain.topic
    if danger and ((clear and plain.outcome != "answer") or silent):
        return replace(plain, outcome="unknown", entries=(), topic=danger, danger=danger)
    return replace(plain, danger=danger)
