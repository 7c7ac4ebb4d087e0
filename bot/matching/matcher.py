"""The matcher: a knowledge base in, a judgement on each message out. Pure, no I/O once built, safe in any thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from bot.knowledge.model import Knowledge
from bot.matching.calibration import Calibration, calibrate, folds, tuned_folds
from bot.matching.encoder.sentence_encoder import find_encoder
from bot.matching.examples import Examples, Whole
from bot.matching.match import Explanation, Match, Weighed
from bot.matching.media import MediaDetector, outlet_of, train_media
from bot.matching.options import Options
from bot.matching.outcome import FEWEST_WORDS, MOST_ANSWERS, Judge, Part, Verdict
from bot.matching.ranker import Ranked, Ranker, train
from bot.matching.reading import Reader, Reading
from bot.matching.softmax import logistic
from bot.matching.training_data import Lessons
from bot.text import follows_up

STEPS = (
    "step 1 of 3, reading the examples",
    "step 2 of 3, finding out how sure to be",
    "step 3 of 3, telling enquiries of the media apart",
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
        media = knowledge.media
        encoder = find_encoder(options.encoder)
        reader = Reader.of(knowledge, encoder.pieces.whole_words if encoder else ())
        lessons = Lessons.of(examples, reader, encoder, options.cache)
        ranker, calibration = _ranker(lessons, options.accept, lambda: begin(STEPS[1]))
        begin(STEPS[2])
        reader = replace(reader, encoder=lessons.embeds)
        detector = train_media(media, lessons.others(), reader) if media and media.enquiries else None
        if lessons.memory:
            lessons.memory.keep()
        reader = replace(reader, encoder=lessons.encoder)
        return cls(reader, ranker, Judge(examples.labels, knowledge, calibration), detector)

    @property
    def tier(self) -> str:
        """What it goes by, as `--explain` says it."""
        return "full, words and sentence encoder" if self.reader.encoder else "lexical, the words alone"

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
        return self._with_enquiry(self.detector, plain, whole, sentences) if self.detector else plain

    def _part(self, reading: Reading) -> Part:
        return self.judge.part(reading, self.ranker.rank(reading.rows, vector=reading.vector))

    def _with_enquiry(self, detector: MediaDetector, plain: Match, whole: Part, sentences: Sequence[Part]) -> Match:
        """With what the detector says; an enquiry goes before whatever else the message holds."""
        readings = [part.reading for part in (whole, *sentences)]
        score = detector.score(readings)
        plain = replace(plain, media_score=logistic(score))
        outcome = self.judge.enquiry(detector, score, whole, sentences)
        in_danger = plain.danger != "" and plain.topic == plain.danger  # who is, is not asked about journalists
        if outcome is None or (in_danger and outcome != "media"):
            return plain
        others = [part for part in sentences if detector.score([part.reading]) < detector.possible]
        answers = [self.judge.judge(part, ()) for part in others if len(part.reading.words) >= FEWEST_WORDS]
        entries = dict.fromkeys(verdict.entries[0] for verdict in answers if verdict.outcome == "answer")
        return replace(
            plain,
            outcome=outcome,
            entries=tuple(entries)[:MOST_ANSWERS],
            topic="",
            outlet=outlet_of(readings),
            explanation=replace(plain.explanation, why="an enquiry from the media, or perhaps one"),
        )

    def _explained(self, verdict: Verdict, reading: Reading) -> Explanation:
        part = verdict.part
        ranked = part.ranked
        first = slice(_EXPLAINED)
        columns = zip(ranked.labels[first], ranked.score[first], ranked.near[first], ranked.logs[first], strict=True)
        weighed = [
            Weighed(
                self.judge.labels[label].kind,
                self.judge.labels[label].id,
                {"score": float(a), "similarity": float(b), "classifier": float(c)},
            )
            for label, a, b, c in columns
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


def _ranker(lessons: Lessons, accept: float, begin_asking: Callable[[], object]) -> tuple[Ranker, Calibration]:
    """The ranker, and how sure to be of it."""
    examples, channels, rows = lessons.examples, lessons.reader.channels, lessons.rows
    ranker = Ranker.of(examples, channels, rows, lessons.rows_of_nots, lessons.vectors, lessons.is_tuned)

    def rank(learn: Whole, held: Whole) -> list[Ranked]:
        vectors = lessons.unseen(learn)
        unseen = ranker.unseen(examples, train(examples, channels, rows, learn, vectors and vectors[0]), vectors)
        given = vectors[0] if vectors else [None] * len(examples.owner)
        own = ((int(i), int(examples.owner[i])) for i in held)
        return [unseen.rank(lessons.read[i].rows, one, given[i]) for i, one in zip(held, own, strict=True)]

    begin_asking()
    held = tuned_folds(examples) if lessons.is_tuned else folds(examples)
    return ranker, calibrate(examples, [len(one.words) for one in lessons.read], rank, accept, held)
