from pathlib import Path

import pytest

from proxy.stores.epoch import EpochFile


def read(file: EpochFile) -> int | None:
    with file.held() as held:
        return held.read()


def test_a_new_folder_has_no_epoch(tmp_path: Path) -> None:
    assert read(EpochFile(tmp_path)) is None


def test_the_epoch_goes_on_and_never_back(tmp_path: Path) -> None:
    one, two = EpochFile(tmp_path), EpochFile(tmp_path)
    one.advance(5)
    two.advance(3)
    assert read(two) == 5
    two.advance(7)
    one.advance(6)
    assert read(one) == 7


@pytest.mark.parametrize(
    "content", ["", "7", "7\n", "00000000000000000007", "0000000000000000000x\n", "9" * 30]
)
def test_a_number_that_is_not_whole_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "epoch").write_text(content)
    assert read(EpochFile(tmp_path)) is None


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        EpochFile(tmp_path / "gone").advance(1)
