"""Sizes and words: no file swallows the house, and each thing has one name."""

import ast
import re
from collections import Counter
from pathlib import Path

from tests.architecture.sources import ROOT, functions, identifiers, parsed, python_files

FILE_LINES_MAX = 379  # near 400 nothing can be added without a joint found in a hurry
FOLDER_FILES_MAX = 13  # about a dozen can be read as a list of contents
FUNCTION_LINES_MAX = 60
BANNED_NAMES = {"available", "available_balance", "hold", "lock_amount", "reserve"}
"""Names that say too little: buying power and withdrawable are two things, and money is frozen, not held."""
BANNED_WORDS = {"acct", "amt", "cents", "txn", "unfreeze"}
"""Words that may not stand in a name, between its underscores or capitals: others mean the same."""
INEXACT = {"float", "float16", "float32", "float64", "longdouble", "complex", "complex64", "complex128"}
INEXACT |= {"uint16", "uint32", "uint64"}
"""No floats, and no unsigned numbers, which become float64 beside a signed column; uint8 is for bytes."""
INEXACT_CODE = re.compile(r"^[<>=|]?(f[248]|c8|c16|u[248])$")


def words(name: str) -> set[str]:
    """The words of an identifier: `TxnAmount` and `txn_amount` both have `txn` and `amount`."""
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


def test_no_file_comes_near_400_lines() -> None:
    sql = [file.relative_to(ROOT) for folder in ("ledger", "frontend_sim") for file in (ROOT / folder).rglob("*.sql")]
    lengths = {str(file): len((ROOT / file).read_text("utf-8").splitlines()) for file in [*python_files(), *sql]}

    assert {file: lines for file, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


def test_no_folder_has_more_files_than_its_listing_can_tell() -> None:
    files = Counter(file.parent for file in python_files() if file.name != "__init__.py")

    assert {str(folder): count for folder, count in files.items() if count > FOLDER_FILES_MAX} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    too_long = [
        f"{file}:{function.lineno} {function.name} {lines}"
        for file in python_files()
        for function in functions(parsed(file))
        if (lines := (function.end_lineno or function.lineno) - function.lineno + 1) > FUNCTION_LINES_MAX
    ]

    assert too_long == []


def test_every_file_opens_with_what_belongs_in_it() -> None:
    assert [str(file) for file in python_files() if not ast.get_docstring(parsed(file))] == []


def test_nothing_has_a_banned_name() -> None:
    found = [
        f"{file}:{line} {name}"
        for file in python_files()
        for name, line in identifiers(parsed(file))
        if name.lower().strip("_") in BANNED_NAMES or words(name) & BANNED_WORDS
    ]

    assert found == []


def test_the_words_of_a_name_are_seen_through_its_spelling() -> None:
    assert words("TxnAmount") == {"txn", "amount"}
    assert words("DEBIT_AMT") == {"debit", "amt"}
    assert not words("amount_percents") & BANNED_WORDS


def test_the_core_names_no_inexact_or_unsigned_number() -> None:
    found = [
        f"{file}:{line} {name}"
        for file in python_files("rules", "ledger/core")
        for name, line in [*identifiers(parsed(file)), *_type_codes(file)]
        if name in INEXACT or INEXACT_CODE.match(name)
    ]

    assert found == []


def test_the_core_divides_whole_numbers_only() -> None:
    divisions = [
        f"{file}:{node.lineno}"
        for file in python_files("rules", "ledger/core")
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div) and not _joins_paths(node)
    ]

    assert divisions == []


def _type_codes(file: Path) -> list[tuple[str, int]]:
    """String constants, among which numpy's type codes such as `<f8` would be, with their lines."""
    nodes = ast.walk(parsed(file))
    return [(n.value, n.lineno) for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def _joins_paths(node: ast.BinOp | ast.AugAssign) -> bool:
    right = node.right if isinstance(node, ast.BinOp) else node.value
    return isinstance(right, ast.Constant) and isinstance(right.value, str)
