"""What may import what, where the import contracts of the build cannot say it."""

import sys

import grimp

from tests.architecture.sources import PACKAGES, imported, parsed, python_files

CORE_MAY_IMPORT = {
    "__future__", "abc", "bisect", "collections", "dataclasses", "enum", "functools", "hashlib", "itertools",
    "math", "operator", "struct", "types", "typing", "msgspec", "numpy", "typing_extensions",
}  # fmt: skip
"""What the pure core may use from outside: no clock, no randomness, no I/O, no database, no logging."""

RULES_MAY_IMPORT = {"collections", "dataclasses", "enum", "typing", "protocol", "rules"}
"""What a page of the rules may use: it reckons in whole numbers."""

IMPURE_PROTOCOL = "protocol.client"


def test_no_file_imports_itself_by_way_of_others() -> None:
    """Who imports none of those that are left goes, again and again: who stays then is in a circle, or on one."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    left = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    while free := [module for module, imports in left.items() if not imports & left.keys()]:
        for module in free:
            del left[module]

    assert sorted(left) == []


def test_the_core_imports_only_itself_and_pure_things() -> None:
    found = [
        f"{file}:{line} {module}"
        for file in python_files("ledger/core")
        for module, line in imported(parsed(file))
        if not _core_may_import(module)
    ]

    assert found == []


def test_the_rules_import_the_protocol_and_hardly_anything_else() -> None:
    found = [
        f"{file}:{line} {module}"
        for file in python_files("rules")
        for module, line in imported(parsed(file))
        if module.split(".")[0] not in RULES_MAY_IMPORT or module.startswith(IMPURE_PROTOCOL)
    ]

    assert found == []


def test_pure_packages_read_no_configuration() -> None:
    found = [
        f"{file}:{line}"
        for file in python_files("protocol", "rules", "ledger/core")
        for module, line in imported(parsed(file))
        if module.split(".")[0] == "config"
    ]

    assert found == []


def test_no_file_imports_the_wheel_of_postgresql() -> None:
    found = [str(file) for file in python_files() for module, _ in imported(parsed(file)) if "pgserver" in module]

    assert found == []


def test_everything_imported_is_the_library_ours_or_declared() -> None:
    declared = {
        "asyncpg", "cryptography", "exchange_calendars", "fpdf", "grimp", "hypothesis", "matplotlib", "msgspec", "nacl",
        "numpy", "packaging", "prometheus_client", "psutil", "pylopdf_fonts_zh_cn", "pypdfium2", "pytest",
        "pytest_trio", "rich", "trio", "trustme", "uvloop",
    }  # fmt: skip
    ours = {"protocol", "rules", "ledger", "gateway", "frontend_sim", "config", "benchmarks", "tests"}
    found = [
        f"{file}:{line} {module}"
        for file in python_files()
        for module, line in imported(parsed(file))
        if module.split(".")[0] not in sys.stdlib_module_names | declared | ours
    ]

    assert found == []


def _core_may_import(module: str) -> bool:
    if module.startswith((f"{IMPURE_PROTOCOL}.",)) or module == IMPURE_PROTOCOL:
        return False
    own = module == "ledger" or module.startswith("ledger.core") or module.split(".")[0] in ("protocol", "rules")
    return own or module.split(".")[0] in CORE_MAY_IMPORT


def test_the_rule_about_the_core_bites() -> None:
    assert _core_may_import("ledger.core.state.book")
    assert _core_may_import("protocol.limits")
    assert not _core_may_import("protocol.client.keys")
    assert not _core_may_import("ledger.journal")
    assert not _core_may_import("time")
