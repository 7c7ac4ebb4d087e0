from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.knowledge.loader import load
from bot.knowledge.source_files import MAX_BYTES, overlooked
from tests.unit.knowledge.knowledge_folders import ENTRY, problems, said, write


def test_every_yaml_file_below_the_folder_is_read(tmp_path: Path) -> None:
    files = {"a.yaml": ENTRY, "topics/deep/b.yaml": ENTRY.replace("deleted-post", "other")}
    assert {entry.origin.file for entry in load(write(tmp_path, files)).entries} == {"a.yaml", "topics/deep/b.yaml"}


def test_hidden_and_other_files_are_left_out(tmp_path: Path) -> None:
    rubbish = {".b.yaml": "[", ".git/c.yaml": "[", "README.md": "[", "a.yaml~": "[", "#a.yaml#": "["}
    assert len(load(write(tmp_path, {"a.yaml": ENTRY, **rubbish})).entries) == 1


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert said(tmp_path / "no") == [(str(tmp_path / "no"), "This folder does not exist.")]


def test_a_file_instead_of_a_folder(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": ENTRY})
    assert said(tmp_path / "a.yaml") == [(str(tmp_path / "a.yaml"), "This is a file, not a folder.")]


def test_an_empty_folder(tmp_path: Path) -> None:
    assert said(tmp_path) == [(str(tmp_path), "No file in this folder has a name that ends in .yaml.")]


def test_a_folder_of_misnamed_files_names_them(tmp_path: Path) -> None:
    ((_, what),) = said(write(tmp_path, {"a.yml": ENTRY, "b.YAML": ENTRY}))
    assert what == "No file in this folder has a name that ends in .yaml, but there is a.yml, b.YAML."


def test_files_that_were_meant_to_be_read_are_pointed_out(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": ENTRY, "b.yml": "", "C.YAML": "", "d.yaml.txt": "", "notes.txt": "", ".e.yml": ""})
    assert [problem.where for problem in overlooked(tmp_path)] == ["C.YAML", "b.yml", "d.yaml.txt"]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"secret.yaml": ENTRY, "knowledge/a.yaml": ENTRY})
    (tmp_path / "knowledge/b.yaml").symlink_to("../secret.yaml")
    ((where, what),) = said(tmp_path / "knowledge")
    assert where == "b.yaml"
    assert what.startswith("This is a link to a file outside the knowledge folder")


def test_a_link_that_stays_in_the_folder_is_followed(tmp_path: Path) -> None:
    write(tmp_path, {"..2026/a.yaml": ENTRY})  # how Kubernetes mounts a config map
    (tmp_path / "..data").symlink_to("..2026")
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    assert load(tmp_path).entries[0].origin.file == "a.yaml"


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, {"releases/5/a.yaml": ENTRY})
    (tmp_path / "current").symlink_to("releases/5")
    assert load(tmp_path / "current").entries


def test_a_link_to_a_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"elsewhere/b.yaml": ENTRY, "knowledge/a.yaml": ENTRY})
    (tmp_path / "knowledge/more").symlink_to("../elsewhere")
    assert [where for where, _ in said(tmp_path / "knowledge")] == ["more"]


def test_links_that_lead_nowhere_or_in_a_circle(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": ENTRY})
    (tmp_path / "b.yaml").symlink_to("missing.yaml")
    (tmp_path / "c.yaml").symlink_to("c.yaml")
    assert [where for where, _ in said(tmp_path)] == ["b.yaml", "c.yaml"]


def test_what_is_no_ordinary_file_is_not_opened(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": ENTRY})
    os.mkfifo(tmp_path / "b.yaml")  # opening it would wait for ever
    assert said(tmp_path) == [("b.yaml", "This is not an ordinary file.")]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_a_file_and_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": ENTRY, "sub/b.yaml": ENTRY})
    (tmp_path / "a.yaml").chmod(0)
    (tmp_path / "sub").chmod(0)
    try:
        assert [where for where, _ in said(tmp_path)] == ["a.yaml", "sub"]
    finally:
        (tmp_path / "sub").chmod(0o700)


def test_a_file_beyond_all_measure_is_not_read(tmp_path: Path) -> None:
    (problem,) = problems(write(tmp_path, {"a.yaml": b"#" * (MAX_BYTES + 1)}))
    assert problem.where == "a.yaml"
    assert problem.what.startswith("The file is larger than 5 MB")


def test_a_name_that_is_not_utf8_can_still_be_reported(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.yaml"
    with open(path, "w") as file:  # noqa: PTH123  # a Path takes no bytes
        file.write("[")
    ((where, _),) = said(tmp_path)
    assert where.encode() == "caf\ufffd.yaml:1".encode()
