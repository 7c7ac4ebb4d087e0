"""Adapters: slopes against differences, what an encoder learns, and how adapters are kept and found."""

from pathlib import Path

import numpy as np
import pytest

from bot.knowledge.model import Entry, Knowledge, Origin
from bot.matching import adapters
from bot.matching.adapters import cache_file, find_adapters, key_of, learn_adapters, write_adapters
from bot.matching.encoder.adapter import MATRICES, Adapter
from bot.matching.encoder.adapter_learning import learn_adapter
from bot.matching.encoder.low_rank_layer import LowRankLayer
from bot.matching.encoder.sentence_encoder import Encoder
from bot.matching.matcher import Matcher
from bot.matching.options import Options
from bot.matching.process import model_cache
from tests.unit.matching.test_sentence_encoder import write_model

POST = ("may i post a photo", "posting photos", "may i tweet", "post a tweet here", "a photo ?", "may i post ?")
EAT = ("may i eat", "may i eat here", "eat ?", "i eat here", "eat a s here", "here i eat")
TEXTS = (*POST, *EAT)
OWNER = np.repeat([0, 1], [len(POST), len(EAT)])


def nothing(what: str, done: int, whole: int) -> None:
    """Show no progress."""


@pytest.fixture
def encoder(tmp_path: Path) -> Encoder:
    return Encoder.open(write_model(tmp_path / "m"))


def entry(name: str, questions: tuple[str, ...]) -> Entry:
    where = Origin("a.yaml", 1)
    return Entry(name, "", questions, (), "…", (name,), (), "approved", "", None, where)


def knowledge(*, more: tuple[str, ...] = ()) -> Knowledge:
    posting = tuple(f"{text} {word}" for text in POST for word in ("here", "a tweet", "?"))
    eating = tuple(f"{text} {word}" for text in EAT for word in ("here", "s", "?"))
    return Knowledge(revision=f"r{len(more)}", entries=(entry("post", posting + more), entry("eat", eating)))


@pytest.mark.parametrize("name", MATRICES)
def test_slopes_are_the_differences(encoder: Encoder, name: str) -> None:
    chance = np.random.default_rng(0)
    layer = LowRankLayer.of(encoder.layers[0], encoder.heads, encoder.epsilon, 2, chance)
    layer.up[name][:] = chance.normal(0, 0.1, layer.up[name].shape)
    layer.add()
    given, there = encoder.embedded([encoder.pieces.numbers(text, 16) for text in POST[:3]])
    wanted = chance.normal(size=given.shape).astype(np.float32)

    def value() -> float:
        layer.add()
        return float((layer.forward(given, there).astype(np.float64) * wanted).sum())

    value()
    layer.back(wanted)
    for weights, slopes in ((layer.up, layer.slopes_up), (layer.down, layer.slopes_down)):
        way = chance.normal(size=weights[name].shape).astype(np.float32)
        expected = float(np.vdot(slopes[name], way))
        start, step = weights[name].copy(), np.float32(3e-3)
        weights[name][:] = start + step * way
        above = value()
        weights[name][:] = start - step * way
        below = value()
        weights[name][:] = start
        assert (above - below) / (2 * step) == pytest.approx(expected, rel=0.02, abs=0.02)


def test_the_layers_give_what_the_graph_gives(encoder: Encoder) -> None:
    numbers = [encoder.pieces.numbers(text, 16) for text in TEXTS]
    hidden, there = encoder.embedded(numbers)
    for weights in encoder.layers:
        layer = LowRankLayer.of(weights, encoder.heads, encoder.epsilon, 2, np.random.default_rng(0))
        hidden = layer.forward(hidden, there)
    means = np.stack([part.mean(axis=0) for part in np.split(hidden, np.cumsum(there.sum(axis=1))[:-1])])
    units = means / np.linalg.norm(means, axis=1, keepdims=True)
    assert encoder.embed(TEXTS) == pytest.approx(units, abs=1e-4)


def apart(encoder: Encoder) -> float:
    """How much nearer texts are to those of their own label than to the others."""
    vectors = encoder.embed(TEXTS)
    near = vectors @ vectors.T
    own = OWNER[:, None] == OWNER
    return float(near[own].mean() - near[~own].mean())


def test_what_is_learned_moves_labels_apart_and_leaves_the_encoder_alone(encoder: Encoder) -> None:
    before = apart(encoder)
    done: list[tuple[int, int]] = []
    again = 40
    adapter = learn_adapter(encoder, TEXTS * again, np.tile(OWNER, again), lambda *step: done.append(step))
    assert apart(encoder.adapted(adapter)) > 5 * max(before, 0.001)
    assert apart(encoder) == before
    assert done[-1][0] == done[-1][1] == len(done)


def test_learning_twice_gives_the_same(encoder: Encoder) -> None:
    one, other = (learn_adapter(encoder, TEXTS, OWNER) for _ in range(2))
    assert one.fingerprint == other.fingerprint
    assert encoder.adapted(one).fingerprint == encoder.adapted(other).fingerprint != encoder.fingerprint


def test_an_adapter_that_has_learned_nothing_changes_nothing(encoder: Encoder) -> None:
    adapter = learn_adapter(encoder, TEXTS, OWNER)
    still = Adapter({name: values * np.float32(not name.endswith("up")) for name, values in adapter.thin.items()})
    assert encoder.adapted(still).embed(TEXTS) == pytest.approx(encoder.embed(TEXTS), abs=1e-5)


def test_adapters_serve_the_questions_that_they_were_learned_from_and_no_others(
    encoder: Encoder, tmp_path: Path
) -> None:
    learned = learn_adapters(knowledge(), encoder, nothing)
    assert learned is not None
    assert len(learned.folds) == 3
    write_adapters(learned, cache_file(tmp_path / "kept", learned.key))
    found = find_adapters(key_of(knowledge(), encoder.fingerprint), tmp_path / "kept")
    assert found is not None
    assert found.final.fingerprint == learned.final.fingerprint
    assert [one.fingerprint for one in found.folds] == [one.fingerprint for one in learned.folds]
    changed = key_of(knowledge(more=("tweet a photo",)), encoder.fingerprint)
    assert find_adapters(changed, tmp_path / "kept") is None
    assert find_adapters(key_of(knowledge(), "other weights"), tmp_path / "kept") is None


def test_a_damaged_file_is_not_used(encoder: Encoder, tmp_path: Path) -> None:
    learned = learn_adapters(knowledge(), encoder, nothing)
    assert learned is not None
    write_adapters(learned, cache_file(tmp_path / "kept", learned.key))
    (file,) = (tmp_path / "kept").iterdir()
    file.write_bytes(file.read_bytes()[:-8])
    assert find_adapters(learned.key, tmp_path / "kept") is None


def test_too_little_is_not_learned(encoder: Encoder) -> None:
    few = Knowledge(revision="few", entries=(entry("post", POST), entry("eat", EAT)))
    assert learn_adapters(few, encoder, nothing) is None


def test_a_matcher_has_the_adapter_that_is_there_unless_it_is_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Encoder.open(write_model(tmp_path / "m"))
    monkeypatch.setattr(adapters, "SHIPPED", tmp_path / "none")
    options = Options(encoder=str(tmp_path / "m"), cache=tmp_path / "kept")
    without = model_cache.matcher_for(knowledge(), options)
    assert (without.adapter, without.tier) == ("", "full, words and sentence encoder, no adapter")
    learned = learn_adapters(knowledge(), encoder, nothing)
    assert learned is not None
    write_adapters(learned, cache_file(tmp_path / "kept", learned.key))
    made, read = (model_cache.matcher_for(knowledge(), options) for _ in range(2))
    assert made.adapter == read.adapter == f"learned {learned.key[:12]}"
    for said in ("may i post", "eat here"):
        scores = [[one.score for one in matcher.match(said).nearest] for matcher in (made, read)]
        assert scores[0] == pytest.approx(scores[1], abs=1e-5)
    off = Options(encoder=str(tmp_path / "m"), cache=tmp_path / "kept", tune=False)
    assert model_cache.matcher_for(knowledge(), off).adapter == ""
    assert Matcher.build(knowledge(), off).adapter == ""
