"""The encoder against a forward pass written out here, on a network of a few numbers, and against its own reference."""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from scipy.special import erf

from bot.errors import ConfigurationError
from bot.knowledge.model import Entry, Knowledge, Origin
from bot.matching.encoder.embedding_cache import Remembered
from bot.matching.encoder.onnx_graph import tensors
from bot.matching.encoder.sentence_encoder import PACKAGE, Encoder, find_encoder
from bot.matching.encoder.wordpiece import WordPieces
from bot.matching.match import Match
from bot.matching.matcher import Matcher
from bot.matching.options import Options
from bot.matching.process import model_cache

REFERENCE = Path(__file__).with_name("test_sentence_encoder.npz")
"""Texts of CLINC150, BANKING77 and HWU64 with the embeddings that the model's own implementation gives them."""
PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "may",
    "i",
    "post",
    "##ing",
    "##s",
    "photo",
    "a",
    "tweet",
    "?",
    "eat",
    "here",
]
WIDTH, HEADS, LAYERS, WIDE = 8, 2, 3, 16


def weights(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(PIECES), WIDTH),
        "embeddings.position_embeddings.weight": (16, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
    }
    for number in range(LAYERS):
        at = f"encoder.layer.{number}"
        for name in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            shapes |= {f"{at}.{name}.weight": (WIDTH, WIDTH), f"{at}.{name}.bias": (WIDTH,)}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{at}.{name}.weight": (WIDTH,), f"{at}.{name}.bias": (WIDTH,)}
        shapes |= {f"{at}.intermediate.dense.weight": (WIDE, WIDTH), f"{at}.intermediate.dense.bias": (WIDE,)}
        shapes |= {f"{at}.output.dense.weight": (WIDTH, WIDE), f"{at}.output.dense.bias": (WIDTH,)}
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def write_model(folder: Path, seed: int = 0, pooling: dict[str, bool] | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    sizes = {"hidden_size": WIDTH, "num_attention_heads": HEADS, "num_hidden_layers": LAYERS}
    config = {**sizes, "layer_norm_eps": 1e-12, "max_position_embeddings": 16}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "vocab.txt").write_text("\n".join(PIECES))
    if pooling is not None:
        (folder / "1_Pooling").mkdir(exist_ok=True)
        (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    save_file({"numbers": np.arange(5), **weights(seed)}, folder / "model.safetensors")
    return folder


def by_hand(numbers: list[int], seed: int = 0) -> np.ndarray:
    """Hidden states after the last layer, for one text, as the papers give the equations."""
    w = {name: values.astype(np.float64) for name, values in weights(seed).items()}

    def linear(given: np.ndarray, name: str) -> np.ndarray:
        return np.asarray(given @ w[f"{name}.weight"].T + w[f"{name}.bias"])

    def norm(given: np.ndarray, name: str) -> np.ndarray:
        centred = given - given.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True))
        return np.asarray(scaled * w[f"{name}.weight"] + w[f"{name}.bias"])

    embedded = w["embeddings.word_embeddings.weight"][numbers]
    embedded = embedded + w["embeddings.position_embeddings.weight"][: len(numbers)]
    hidden = norm(embedded + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for number in range(LAYERS):
        at = f"encoder.layer.{number}"
        query, key, value = (linear(hidden, f"{at}.attention.self.{part}") for part in ("query", "key", "value"))
        mixed = []
        for head in range(HEADS):
            span = slice(head * WIDTH // HEADS, (head + 1) * WIDTH // HEADS)
            scores = query[:, span] @ key[:, span].T / np.sqrt(WIDTH // HEADS)
            shares = np.exp(scores - scores.max(axis=1, keepdims=True))
            mixed.append(shares / shares.sum(axis=1, keepdims=True) @ value[:, span])
        joined = linear(np.concatenate(mixed, axis=1), f"{at}.attention.output.dense")
        hidden = norm(joined + hidden, f"{at}.attention.output.LayerNorm")
        wide = linear(hidden, f"{at}.intermediate.dense")
        fed = linear(wide * (1 + erf(wide / np.sqrt(2))) / 2, f"{at}.output.dense")
        hidden = norm(fed + hidden, f"{at}.output.LayerNorm")
    return hidden


def unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector))


@pytest.mark.parametrize("first_token", [False, True])
def test_the_graph_computes_what_the_equations_say(tmp_path: Path, first_token: bool) -> None:
    encoder = Encoder.open(write_model(tmp_path / "m", pooling={"pooling_mode_cls_token": first_token}))
    said = ["May I post?", "posting a photo, a tweet", "i"]
    found = encoder.embed(said)
    assert found.shape == (3, WIDTH)
    for text, vector in zip(said, found, strict=True):
        last = by_hand(encoder.pieces.numbers(text, 16))
        assert vector == pytest.approx(unit(last[0] if first_token else last.mean(axis=0)), abs=2e-4)


def test_a_text_is_the_same_alone_and_among_others(tmp_path: Path) -> None:
    encoder = Encoder.open(write_model(tmp_path / "m"))
    said = ["may i", "post photos here", "a tweet ? a tweet ? a tweet"]
    together = encoder.embed(said)
    assert np.concatenate([encoder.embed([text]) for text in said]) == pytest.approx(together, abs=1e-4)
    assert encoder.embed([]).shape == (0, WIDTH)


def test_a_very_long_text_is_cut_at_what_the_model_can_read(tmp_path: Path) -> None:
    encoder = Encoder.open(write_model(tmp_path / "m"))
    assert len(encoder.pieces.numbers("tweet " * 500, encoder.most)) == 16
    assert np.isfinite(encoder.embed(["tweet " * 500])).all()


def test_pieces_are_berts() -> None:
    pieces = WordPieces({piece: number for number, piece in enumerate(PIECES)}, lower=True)
    said = [PIECES[number] for number in pieces.numbers("Póst\u200bing photos? unheard", 20)]
    assert said == ["[CLS]", "post", "##ing", "photo", "##s", "?", "[UNK]", "[SEP]"]
    assert pieces.numbers("post " * 9, 5) == [2, 6, 6, 6, 3]
    assert "may" in pieces.whole_words
    assert "##ing" not in pieces.whole_words


def test_the_runtime_keeps_nothing_about_this_device(tmp_path: Path) -> None:
    """It would make an id and a database of what to send in the home folder (seen with ONNX Runtime 1.32)."""
    home = tmp_path / "home"
    home.mkdir()
    program = (
        f"from bot.matching.encoder.sentence_encoder import find_encoder as e; e({str(write_model(tmp_path / 'm'))!r})"
    )
    surroundings = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    subprocess.run([sys.executable, "-c", program], env=surroundings, check=True)
    assert list(home.rglob("*")) == []


@pytest.mark.parametrize("spoil", ["config.json", "vocab.txt", "model.safetensors"])
def test_a_folder_without_a_model_says_what_to_name_instead(tmp_path: Path, spoil: str) -> None:
    folder = write_model(tmp_path / "m")
    (folder / spoil).unlink()
    with pytest.raises(ConfigurationError, match=r"matching\.encoder") as caught:
        find_encoder(str(folder))
    assert "auto or off" in caught.value.problems[0].fix


@pytest.mark.parametrize(
    "content", [b"", b"short", struct.pack("<Q", 5) + b"[1,2]", struct.pack("<Q", 1 << 60) + b"{}"]
)
def test_what_is_no_safetensors_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(content)
    with pytest.raises(ValueError, match="not a safetensors file"):
        tensors(file)


def test_off_is_off() -> None:
    assert find_encoder("off") is None


def test_the_packaged_weights_give_the_embeddings_of_the_reference() -> None:
    encoder = find_encoder("auto")
    if encoder is None:
        pytest.skip(f"{PACKAGE} or onnxruntime is not installed")
    with np.load(REFERENCE) as reference:
        texts, expected = [str(text) for text in reference["texts"]], reference["embeddings"].astype(np.float32)
    cosines = (encoder.embed(texts) * expected).sum(axis=1)
    assert cosines.mean() >= 0.999
    assert cosines.min() >= 0.99


def test_what_was_embedded_is_kept_and_read_again(tmp_path: Path) -> None:
    encoder = Encoder.open(write_model(tmp_path / "m"))
    first = Remembered.open(encoder, tmp_path / "kept")
    made = first.embed(["may i post", "a tweet", "may i post"])
    first.keep()
    second = Remembered.open(encoder, tmp_path / "kept")
    assert len(second.known) == 2
    assert (second.embed(["may i post", "a tweet", "may i post"]) == made).all()


@pytest.mark.parametrize("how", ["cut", "text", "other model"])
def test_what_was_kept_is_not_trusted_when_damaged_or_of_another_model(tmp_path: Path, how: str) -> None:
    encoder = Encoder.open(write_model(tmp_path / "m"))
    first = Remembered.open(encoder, tmp_path / "kept")
    made = first.embed(["may i post", "a tweet"])
    first.keep()
    (file,) = (tmp_path / "kept").iterdir()
    content = file.read_bytes()
    if how == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif how == "text":
        file.write_bytes(b"no arrays")
    else:
        encoder = Encoder.open(write_model(tmp_path / "other", seed=1))
        made = Remembered.open(encoder, None).embed(["may i post", "a tweet"])
    again = Remembered.open(encoder, tmp_path / "kept")
    assert not again.known
    assert (again.embed(["may i post", "a tweet"]) == made).all()


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    remembered = Remembered.open(Encoder.open(write_model(tmp_path / "m")), tmp_path / "file" / "below")
    remembered.embed(["a tweet"])
    remembered.keep()
    assert (tmp_path / "file").read_text() == ""


def entry(name: str, *questions: str) -> Entry:
    return Entry(
        name, "", questions, ("may i eat a photo",), "…", (name,), (), "approved", "", None, Origin("a.yaml", 1)
    )


def same(one: Match, other: Match) -> bool:
    """Whether two matches agree: in float32 the last digit depends on where in memory the numbers stand."""
    scores = [[each.score for each in match.nearest] for match in (one, other)]
    named = [(match.outcome, [each.id for each in match.nearest]) for match in (one, other)]
    return named[0] == named[1] and scores[0] == pytest.approx(scores[1], abs=1e-5)


def test_a_matcher_uses_the_encoder_and_is_the_same_with_and_without_what_was_kept(tmp_path: Path) -> None:
    post = entry("post", "may i post a photo", "posting photos", "may i tweet", "post a tweet here")
    eat = entry("eat", "may i eat", "may i eat here", "eat ?")
    knowledge = Knowledge(revision="r", entries=(post, eat))
    options = Options(encoder=str(write_model(tmp_path / "m")), cache=tmp_path / "kept")
    cold, warm = model_cache.matcher_for(knowledge, options), Matcher.build(knowledge, options)
    assert cold.ranker.centroids is not None
    assert warm.ranker.centroids is not None
    assert np.array_equal(warm.ranker.centroids, cold.ranker.centroids)
    for said in ("may i post a photo", "eat here", "photos", ""):
        assert same(warm.match(said), cold.match(said))
    best = cold.match("may i eat here").best
    assert best is not None
    assert best.id == "eat"
    again = model_cache.read(model_cache.cache_place(knowledge, options))
    assert again is not None
    assert same(again.match("posting"), cold.match("posting"))
