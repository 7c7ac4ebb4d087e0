"""The matcher: a knowledge base in, a judgement on each message out. Pure, no I/O once built, safe in any thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.knowledge.model import Knowledge
from bot.matching.blend import Ranked, Ranker, train
from bot.matching.calibration import Calibration, calibrate
from bot.matching.examples import Examples, Whole
from bot.matching.match import Explanation, Match, Weighed
from bot.matching.media import MediaDetector, outlet_of, train_media
from bot.matching.outcome import FEWEST_WORDS, Judge, Part, Verdict
from bot.matching.reading import Reader, Reading
from bot.matching.softmax import logistic

_MOST_ANSWERS = 3
_EXPLAINED = 5


@dataclass(frozen=True, slots=True)
class Options:
    """`accept`: the share of correctly matched held-out questions to answer. `encoder`: auto, off or a folder."""

    accept: float = 0.9
    encoder: str = "auto"


@dataclass(frozen=True)
class Matcher:
    """Made by `build`; can be pickled, so that it may be built in a process of its own."""

    reader: Reader
    ranker: Ranker
    judge: Judge
    detector: MediaDetector | None

    @classmethod
    def build(cls, knowledge: Knowledge, options: Options | None = None) -> Matcher:
        """Learn from the knowledge base. Takes seconds for some thousand examples; nothing else is read."""
        examples = Examples.of(knowledge)
        media = knowledge.media
        reader = Reader.of(knowledge)
        ranker, calibration = _ranker(examples, reader, (options or Options()).accept)
        detector = train_media(media, examples.texts, reader) if media and media.enquiries else None
        return cls(reader, ranker, Judge(examples.labels, knowledge, calibration), detector)

    def match(self, text: str) -> Match:
        """Judge one message."""
        readings = self.reader.parts(text)
        if not readings[0].words or not self.judge.labels:
            return Match("unknown", explanation=Explanation("there is nothing to go by"))
        whole, *sentences = [self._part(reading) for reading in readings]
        verdict = self.judge.judge(whole, sentences)
        candidates = self.judge.candidates(whole)
        plain = Match(
            outcome=verdict.outcome,
            entries=verdict.entries,
            best=candidates[0] if candidates else None,
            topic=verdict.topic,
            nearest=self.judge.nearest(verdict.part),
            explanation=self._explained(verdict, readings[0]),
        )
        plain = _with_danger(plain, self.judge.danger([whole, *sentences]))
        return self._with_enquiry(self.detector, plain, readings, sentences) if self.detector else plain

    def match_many(self, texts: Iterable[str]) -> list[Match]:
        """Judge several messages, each on its own."""
        return [self.match(text) for text in texts]

    def _part(self, reading: Reading) -> Part:
        ranked = self.ranker.rank(reading.rows)
        return Part(reading, ranked, self.judge.calibration.confidence(ranked, len(reading.words)))

    def _with_enquiry(
        self, detector: MediaDetector, plain: Match, readings: Sequence[Reading], sentences: Sequence[Part]
    ) -> Match:
        """With what the detector says; an enquiry goes before whatever else the message holds."""
        score = detector.score(readings)
        share = logistic(score)
        if score < detector.possible:
            return replace(plain, media_score=share)
        certain = score >= detector.certain
        if plain.danger and not certain:  # who is in danger is not asked about journalists
            return replace(plain, media_score=share)
        others = [part for part in sentences if detector.score([part.reading]) < detector.possible]
        answers = [self.judge.judge(part, ()) for part in others if len(part.reading.words) >= FEWEST_WORDS]
        entries = dict.fromkeys(verdict.entries[0] for verdict in answers if verdict.outcome == "answer")
        return replace(
            plain,
            outcome="media" if certain else "confirm_media",
            entries=tuple(entries)[:_MOST_ANSWERS],
            topic="",
            media_score=share,
            outlet=outlet_of(readings),
            explanation=replace(
                plain.explanation, why="an enquiry from the media" if certain else "perhaps an enquiry from the media"
            ),
        )

    def _explained(self, verdict: Verdict, reading: Reading) -> Explanation:
        part = verdict.part
        ranked = part.ranked
        columns = zip(ranked.labels, ranked.score, ranked.near, ranked.logs, strict=True)
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
            tuple(weighed[:_EXPLAINED]),
            self.judge.calibration.accept,
            part.reading.text,
        )


def _with_danger(plain: Match, danger: str) -> Match:
    """With the group on danger, which is also the reply where there is no answer."""
    if danger and plain.outcome != "answer":
        return replace(plain, outcome="unknown", entries=(), topic=danger, danger=danger)
    return replace(plain, danger=danger)


def _ranker(examples: Examples, reader: Reader, accept: float) -> tuple[Ranker, Calibration]:
    """The ranker, and how sure to be of it."""
    read = [reader.read(text) for text in examples.texts]
    nots = [reader.read(text) for text in examples.nots]
    rows = [[one.rows[place] for one in read] for place in range(len(reader.channels))]
    against = [[one.rows[place] for one in nots] for place in range(len(reader.channels))]
    ranker = Ranker.of(examples, reader.channels, rows, against)

    def rank(learn: Whole, held: Whole) -> list[Ranked]:
        classifier = train(examples, reader.channels, rows, learn)
        return [ranker.rank(read[i].rows, (int(i), int(examples.owner[i])), classifier) for i in held]

    return ranker, calibrate(examples, [len(one.words) for one in read], rank, accept)
