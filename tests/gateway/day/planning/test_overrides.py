"""What a file of overrides may say, and the one line for each thing it may not.

Belongs here: reading one. Never here: what follows from it.
"""

from pathlib import Path

import pytest

from config.kit.exit_codes import ConfigFault, ExitCode
from gateway.day.planning.overrides import NO_OVERRIDES, Overrides, read_overrides


def written(folder: Path, text: str) -> Path:
    """A file of overrides with this text."""
    file = folder / "calendar.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_says_what_differs(tmp_path: Path) -> None:
    text = """
        years = [2027]
        closed = [20260721, 20270101]      # a typhoon; New Year
        trading = [20_260_725]
        bank_working = [20261010]          # 调休
        bank_holidays = [20270101]
    """
    assert read_overrides(written(tmp_path, text)) == Overrides(
        years=(2027,),
        closed=(20260721, 20270101),
        trading=(20260725,),
        bank_working=(20261010,),
        bank_holidays=(20270101,),
    )
    assert read_overrides(written(tmp_path, "")) == NO_OVERRIDES


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("closed = 20261010", "closed: Expected `array`, got `int`"),
        ("closed = [2026-10-10]", "closed[0]: Expected `int`, got `date`"),
        ("close = []", "Object contains unknown field `close`"),
        ("closed = [20260101, 20260230]", "closed: 20260230 is no date yyyymmdd"),
        ("trading = [2026]", "trading: 2026 is no date yyyymmdd"),
        ("years = [1989]", "years[0]: Expected `int` >= 1990"),
        ("years = [20270101]", "years[0]: Expected `int` <= 2059"),
        ("bank_working = [20261010, 20261010]", "bank_working: 20261010 stands there twice"),
        ("years = [2027, 2027]", "years: 2027 stands there twice"),
        ("closed = [20261009]\ntrading = [20261009]", "trading: 20261009 stands in closed too"),
        ("bank_working = [20261010]\nbank_holidays = [20261010]", "bank_holidays: 20261010 stands in bank_working too"),
        (
            "years = [2027]\nclosed = [20260721]",
            "closed: names no day of 2027, which `years` says is told whole",
        ),
        (
            "years = [2027]\nclosed = [20270101]",
            "bank_holidays: names no day of 2027, which `years` says is told whole",
        ),
        ("closed = [", "Invalid value (at end of document)"),
    ],
)
def test_each_mistake_gets_one_line_with_file_list_and_reason(tmp_path: Path, text: str, line: str) -> None:
    file = written(tmp_path, text)

    with pytest.raises(ConfigFault) as caught:
        read_overrides(file)
    assert str(caught.value) == f"{file}: {line}"
    assert caught.value.exit_code is ExitCode.CONFIG


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigFault, match=r"calendar\.toml: No such file"):
        read_overrides(tmp_path / "calendar.toml")
    with pytest.raises(ConfigFault, match="Is a directory"):
        read_overrides(tmp_path)
    file = tmp_path / "gbk.toml"
    file.write_bytes("closed = [] # 台风".encode("gbk"))
    with pytest.raises(ConfigFault, match=r":1: byte 17 of the line is not UTF-8, as in GBK"):
        read_overrides(file)
