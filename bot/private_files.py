"""Files and folders that only the desk's own user may read, whatever the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, each for its owner alone. Raises OSError."""
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        with suppress(FileExistsError):  # another process was faster, or it is a link, which leads nowhere
            missing.mkdir(mode=_FOLDER_MODE)
            missing.chmod(_FOLDER_MODE)  # the umask may have taken more away


def make_file(path: Path) -> None:
    """Make an empty file for its owner alone, unless there is a file. Raises OSError."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, _FILE_MODE))


def write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file for its owner alone, whole or not at all. Raises OSError."""
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:  # it is made with 0600
        try:
            file.writelines(pieces)
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def is_open_to_others(path: Path) -> bool:
    """Return whether other users of the machine may read or change a file and can reach it; False if there is none."""
    try:
        mode, folder = path.stat().st_mode, path.resolve().parent.stat().st_mode
    except OSError:
        return False
    return bool(mode & _OTHERS and folder & _OTHERS)
