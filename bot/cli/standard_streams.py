"""Standard input and output as commands use them: what cannot be read or written becomes a sentence.

Input may be closed or hold bytes that are no text. Output may be closed, on a full disk, read by a program that has
gone, or in an encoding that lacks a character.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from bot.errors import Problem, UserError
from bot.plaintext import without_control_characters


def prepare_streams() -> None:
    """Let undecodable input through as lone surrogates, and escape what output cannot encode.

    The surrogates are refused where they are read. The escapes are those of JSON, so that `--json` stays JSON.
    An output that the process was started without, as by `>&-`, becomes one that goes nowhere.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  until the process ends
    codecs.register_error("json-escapes", _json_escapes)
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="json-escapes")


def _json_escapes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)), error.end


def is_text(given: str) -> bool:
    """Return False if it holds bytes that could not be decoded, which Python keeps as lone surrogates."""
    try:
        given.encode()
    except UnicodeEncodeError:
        return False
    return True


def standard_input() -> TextIO:
    """Return standard input. Raises UserError if the process was started without one, as by `<&-`."""
    if sys.stdin is None:
        raise UserError(Problem("standard input", "is closed.", "Leave out <&-, or redirect a file into it."))
    return sys.stdin


def input_lines() -> Iterator[str]:
    """Return standard input line by line, counting the lines on standard error if that is a terminal.

    Raises UserError if standard input is closed, and at a line that is no text.
    """
    return _lines(standard_input())


def _lines(source: TextIO) -> Iterator[str]:
    shows_progress = sys.stderr.isatty() and not sys.stdout.isatty()
    for number, line in enumerate(source, start=1):
        if shows_progress:
            print(f"\r{number} questions", end="", file=sys.stderr, flush=True)
        if not is_text(line):
            where, what = f"line {number} of standard input", f"is not {source.encoding.upper()}."
            raise UserError(Problem(where, what, "Save it as UTF-8, or convert it with iconv."))
        yield line.rstrip("\r\n")


def write_line(text: str, end: str = "\n") -> None:
    """Write text and `end` to standard output. Raises as `write_pieces`."""
    write_pieces((text, end))


def write_pieces(pieces: Iterable[str]) -> None:
    """Write text to standard output, piece by piece, without control characters. It is buffered until `flush_output`.

    Raises UserError if it cannot be written, and BrokenPipeError if the program that reads it has gone.
    """
    for piece in pieces:
        with _refusing_failures():
            sys.stdout.write(without_control_characters(piece))


def flush_output() -> None:
    """Write out what is buffered. Raises as `write_pieces`."""
    with _refusing_failures():
        sys.stdout.flush()


@contextmanager
def _refusing_failures() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        what, fix = f"cannot be written: {error.strerror}.", "Redirect it to another place."
        raise UserError(Problem("standard output", what, fix)) from None


def discard_output() -> None:
    """Let what is still buffered go nowhere. Python writes it when it exits, and would fail again with a traceback."""
    with suppress(OSError):  # a stream of a test has no file descriptor to redirect
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
