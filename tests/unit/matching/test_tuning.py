"""Tuning: slopes against differences, and what a tuned encoder does that the general one does not."""

from pathlib import Path

import numpy as np
import pytest

from bot.knowledge.model import Knowledge, Media, Origin
from bot.matching.encoder.bert_layer import PARTS, Layer
from bot.matching.encoder.sentence_encoder import PACKAGE, Encoder, find_encoder
from bot.matching.encoder.tuning import tune
from bot.matching.matcher import Matcher
from bot.matching.options import Options
from bot.matching.process import model_cache
from tests.unit.matching.test_sentence_encoder import entry, same, write_model

WIDTH, HEADS, WIDE = 8, 2, 12
CARDS = [
    "my card was declined in the shop",
    "the shop would not take my card",
    "card refused when I paid",
    "why does the terminal reject my card",
    "paying by card did not go through",
    "they declined my card again",
]
TRANSFERS = [
    "my transfer was declined",
    "the bank would not take my transfer",
    "transfer refused when I sent it",
    "why does the bank reject my transfer",
    "sending money did not go through",
    "they declined my transfer again",
]
FEES = [
    "what does it cost",
    "is there a fee for that",
    "why was I charged extra",
    "how much do you charge",
    "an extra charge on my statement",
    "are there costs for paying abroad",
]
LOSSES = ["I lost my wallet", "somebody stole my purse", "my wallet is gone", "it must have been stolen"]


def layer(rng: np.random.Generator) -> Layer:
    shapes = {name: (WIDTH, WIDTH) for name in PARTS if name.endswith("weight")}
    shapes |= {"intermediate.dense.weight": (WIDE, WIDTH), "output.dense.weight": (WIDTH, WIDE)}
    weights = {
        name: rng.normal(size=(WIDTH,) if "LayerNorm" in name else shapes[name]).astype(np.float32) for name in shapes
    }
    weights |= {
        name: rng.normal(size=len(weights[f"{name.removesuffix('bias')}weight"])).astype(np.float32)
        for name in PARTS
        if name.endswith("bias")
    }
    return Layer.of(weights, HEADS, 1e-12)


def test_the_slopes_of_a_layer_are_those_that_differences_show() -> None:
    rng = np.random.default_rng(3)
    one = layer(rng)
    there = np.array([[True, True, True], [True, False, False], [True, True, False]])
    given = rng.normal(size=(6, WIDTH)).astype(np.float32)
    towards = rng.normal(size=(6, WIDTH))

    def loss(given: np.ndarray) -> float:
        return float((one.forward(given, there).astype(np.float64) * towards).sum())

    loss(given)
    slope = one.back(towards.astype(np.float32))
    slopes = dict(one.slopes)
    assert set(slopes) == set(PARTS)
    step = 1e-3
    for array, found in [(given, slope), *((one.weights[name], slopes[name]) for name in PARTS)]:
        aside = rng.normal(size=array.shape).astype(np.float32)
        before = array.copy()
        array += np.float32(step) * aside
        above = loss(given)
        array[...] = before - np.float32(step) * aside
        below = loss(given)
        array[...] = before
        expected = (above - below) / (2 * step)
        assert float((found * aside).sum()) == pytest.approx(expected, rel=0.02, abs=0.05)


def test_there_is_no_way_back_before_the_way_forward() -> None:
    with pytest.raises(RuntimeError):
        layer(np.random.default_rng(0)).back(np.zeros((1, WIDTH), dtype=np.float32))


def test_a_tail_in_numpy_gives_what_the_graph_gives(tmp_path: Path) -> None:
    encoder = Encoder.open(write_model(tmp_path / "m"))
    texts = ["may i post a tweet", "eat"]
    states = encoder.states(texts)
    there = np.arange(len(states[0])) < np.array([[len(one)] for one in states])
    hidden = np.concatenate(states)
    for tensors in encoder.tail:
        hidden = Layer.of(tensors, encoder.heads, encoder.epsilon).forward(hidden, there)
    means = np.stack([part.mean(axis=0) for part in np.split(hidden, [len(states[0])])])
    expected = means / np.linalg.norm(means, axis=1, keepdims=True)
    assert encoder.embed(texts)[:, 0] == pytest.approx(expected, abs=1e-4)
    assert encoder.pooled(states) == pytest.approx(encoder.embed(texts), abs=1e-5)


@pytest.fixture(scope="module")
def general() -> Encoder:
    encoder = find_encoder("auto")
    if encoder is None:
        pytest.skip(f"{PACKAGE} is not installed")
    return encoder


@pytest.fixture(scope="module")
def tuned(general: Encoder) -> Encoder:
    texts = [*CARDS, *TRANSFERS, *FEES, *LOSSES]
    owner = np.repeat(np.arange(4), [len(CARDS), len(TRANSFERS), len(FEES), len(LOSSES)])
    return tune(general, general.states(texts), owner)


def apart(encoder: Encoder) -> float:
    """How much nearer held-back questions are to their own kind than to the other."""
    cards, transfers = (encoder.embed(texts)[:, 0].mean(axis=0) for texts in (CARDS, TRANSFERS))
    card, transfer = encoder.embed(["card not accepted at the till", "the transfer I made was sent back"])[:, 0]
    return float(card @ cards - card @ transfers + transfer @ transfers - transfer @ cards)


def test_questions_that_were_not_learned_are_further_apart(general: Encoder, tuned: Encoder) -> None:
    assert apart(tuned) > 1.1 * apart(general)


def test_what_has_nothing_to_do_with_it_stays_where_it_was(general: Encoder, tuned: Encoder) -> None:
    said = ["the weather in Lancaster tomorrow", "a recipe for bread"]
    cosines = (general.embed(said)[:, 0] * tuned.embed(said)[:, 0]).sum(axis=1)
    assert cosines.min() > 0.8


def test_tuning_twice_gives_the_same_and_leaves_the_general_model_alone(general: Encoder, tuned: Encoder) -> None:
    before = general.embed(CARDS)
    states = general.states([*CARDS, *TRANSFERS, *FEES, *LOSSES])
    again = tune(general, states, np.repeat(np.arange(4), [len(CARDS), len(TRANSFERS), len(FEES), len(LOSSES)]))
    assert again.embed(CARDS) == pytest.approx(tuned.embed(CARDS), abs=1e-3)
    assert general.embed(CARDS) == pytest.approx(before, abs=1e-6)
    assert not general.is_tuned


def test_a_tuned_encoder_is_opened_again_with_what_it_learned(tuned: Encoder) -> None:
    opened = Encoder.open(tuned.folder, tuned.fingerprint, tuned.tail)
    assert opened.embed(CARDS) == pytest.approx(tuned.embed(CARDS), abs=1e-6)


@pytest.mark.parametrize(("labels", "each"), [(1, 30), (4, 1), (3, 3), (2, 1100)])
def test_too_little_to_learn_from_or_plenty_leaves_the_encoder_as_it_was(
    tmp_path: Path, labels: int, each: int
) -> None:
    encoder = Encoder.open(write_model(tmp_path / "m"))
    states = encoder.states(["may i post"]) * (labels * each)
    assert tune(encoder, states, np.repeat(np.arange(labels), each)) is encoder


def test_a_model_that_reads_its_first_piece_is_not_tuned(tmp_path: Path) -> None:
    encoder = Encoder.open(write_model(tmp_path / "m", pooling={"pooling_mode_cls_token": True}))
    states = encoder.states(["may i post"]) * 30
    assert tune(encoder, states, np.repeat([0, 1], 15)) is encoder


def test_a_matcher_of_some_dozen_questions_tunes_its_encoder_and_is_built_the_same_again(tmp_path: Path) -> None:
    groups = {"cards": CARDS, "transfers": TRANSFERS, "fees": FEES, "losses": LOSSES}
    knowledge = Knowledge(revision="r", entries=tuple(entry(name, *texts) for name, texts in groups.items()))
    options = Options(encoder=str(write_model(tmp_path / "m")), cache=tmp_path / "kept")
    cold, warm = model_cache.matcher_for(knowledge, options), Matcher.build(knowledge, options)
    stored = model_cache.read(model_cache.cache_place(knowledge, options))
    assert stored is not None
    for matcher in (cold, stored):
        assert isinstance(matcher.reader.encoder, Encoder)
        assert matcher.reader.encoder.is_tuned
        for said in ("my card was refused", "the fee", "stolen"):
            assert same(matcher.match(said), warm.match(said))


def test_enquiries_from_the_media_keep_the_encoder_as_it_was(tmp_path: Path) -> None:
    media = Media("Stay calm.", tuple(LOSSES), tuple(FEES), Origin("m.yaml", 1))
    entries = tuple(entry(name, *texts) for name, texts in {"cards": CARDS, "transfers": TRANSFERS}.items())
    matcher = Matcher.build(
        Knowledge(revision="r", entries=entries, media=media), Options(encoder=str(write_model(tmp_path / "m")))
    )
    assert isinstance(matcher.reader.encoder, Encoder)
    assert not matcher.reader.encoder.is_tuned
