"""Files of arrays that this user alone can have written, or that came with the machine.

The format is safetensors, which holds numbers and can run nothing, with a label and a SHA-256 of the arrays in its
metadata. Folder and file are opened without following links, and what is checked is what was opened: they belong to
this user or to root (as in a container image), and nobody else may write to them. Files are written into this user's
own folders only.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import math
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from bot import private_files

log = logging.getLogger(__name__)

Arrays = dict[str, npt.NDArray[Any]]

_TYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "V2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "u1",
    "BOOL": "?",
}
"""The types of safetensors as NumPy's. It has none for BF16, of which only the size is used."""
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
_ROOT = 0
_NO_LINK = os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | _NO_LINK
_FILE = os.O_RDONLY | os.O_NONBLOCK | _NO_LINK  # without O_NONBLOCK, opening a pipe would wait for somebody to write
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK


def read_arrays(path: Path, label: str) -> Arrays | None:
    """Return the arrays of a file that was written with this label.

    None if there is no such file, or if it is damaged, has another label, or may be somebody else's work. All but the
    first is logged.
    """
    try:
        with _folder(path.parent) as folder, _opened(path, folder) as file:
            arrays = _loaded(file, label)
            with suppress(OSError):  # the time of the last use; of a file that came with the machine it is not kept
                os.utime(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("%s cannot be read and is made again: %s.", path, error.strerror or error)
        return None
    except ValueError as error:
        log.warning("%s %s and is made again.", path, error)
        return None
    return arrays


def write_arrays(path: Path, label: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write a file that `read_arrays` returns, whole or not at all, for this user alone whatever the umask is.

    Folders that do not exist are made, also for this user alone. Raises OSError if the file cannot be written, or if
    the folder is another user's, others may write to it, or it is a link.
    """
    private_files.make_folder(path.parent)
    # safetensors writes the memory of an array as it lies, which for a transposed one are other numbers.
    whole = {name: np.asarray(each, order="C") for name, each in arrays.items()}
    content = save(whole, {"label": label, "sha256": _digest(label, whole)})
    with _folder(path.parent, to_write=True) as folder:
        part = f"{path.name}.{os.getpid()}.part"
        with suppress(FileNotFoundError):
            os.unlink(part, dir_fd=folder)
        try:
            with os.fdopen(os.open(part, _NEW_FILE, 0o600, dir_fd=folder), "wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(content)
            os.replace(part, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(part, dir_fd=folder)
            raise


def make_folder_for(path: Path) -> None:
    """Make the folder of a file that `write_arrays` is to write, where it is missing.

    Raises OSError as `write_arrays` does, for a caller who first has minutes of work to do.
    """
    private_files.make_folder(path.parent)
    with _folder(path.parent, to_write=True):
        pass


def mapped_arrays(path: Path) -> tuple[Arrays, Mapping[str, str]]:
    """Return the arrays of any safetensors file and its metadata. Raises ValueError if it is not such a file.

    The arrays are mapped and can only be read; what is not used takes no memory. The library says what is in the file,
    and refuses one that the arrays do not fill; but it would copy them.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            about = file.metadata() or {}
            listed = [(name, file.get_slice(name)) for name in file.offset_keys()]
            kinds = [(name, np.dtype(_TYPES[each.get_dtype()]), tuple(each.get_shape())) for name, each in listed]
    except (SafetensorError, KeyError):
        raise ValueError(f"{path.name} is not a safetensors file") from None
    data = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
    sizes = [math.prod(shape) * kind.itemsize for _, kind, shape in kinds]
    starts = len(data) - sum(sizes) + np.cumsum([0, *sizes])
    parts = [data[start : start + size] for start, size in zip(starts.tolist(), sizes, strict=False)]
    arrays = {name: part.view(kind).reshape(shape) for (name, kind, shape), part in zip(kinds, parts, strict=True)}
    return arrays, about


@contextmanager
def _folder(path: Path, *, to_write: bool = False) -> Iterator[int]:
    descriptor = os.open(path, _FOLDER)
    try:
        _check(os.fstat(descriptor), {os.geteuid()} if to_write else {os.geteuid(), _ROOT})
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _opened(path: Path, folder: int) -> Iterator[int]:
    descriptor = os.open(path.name, _FILE, dir_fd=folder)
    try:
        found = os.fstat(descriptor)
        _check(found, {os.geteuid(), _ROOT})
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EPERM, "it is not a file")
        yield descriptor
    finally:
        os.close(descriptor)


def _loaded(file: int, label: str) -> Arrays:
    # The library opens files by their names. This is the name of what is open already, whatever the path leads to now.
    try:
        arrays, about = mapped_arrays(Path(f"/dev/fd/{file}"))
    except ValueError:
        raise ValueError("is damaged") from None
    if about.get("label") != label:
        raise ValueError("is of another version")
    if about.get("sha256") != _digest(label, arrays):
        raise ValueError("is damaged")
    return arrays


def _check(found: os.stat_result, owners: set[int]) -> None:
    """Raise OSError if somebody but these may have written what was opened."""
    what = "folder" if stat.S_ISDIR(found.st_mode) else "file"
    if found.st_uid not in owners:
        raise OSError(errno.EPERM, f"the {what} belongs to another user")
    if found.st_mode & _OTHERS_MAY_WRITE:
        raise OSError(errno.EPERM, f"other users may write to the {what}; take that away (chmod go-w)")


def _digest(label: str, arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    digest = hashlib.sha256(label.encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"\n{name} {array.dtype} {array.shape}\n".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
