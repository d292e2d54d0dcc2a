"""The source as the rules read it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATED = "hotline/store/migrations/versions"


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, where it stands."""

    where: str
    module: str
    """The file's own module name, e.g. `hotline.voice.webhooks`."""
    imported: str
    """What is imported, in full; for `from a import b` both `a` and `a.b` are listed."""


def product_files() -> list[Path]:
    """Every Python file of the product."""
    return sorted(path for path in (ROOT / "hotline").rglob("*.py") if "__pycache__" not in path.parts)


def hand_written() -> list[Path]:
    """The same without migrations, which a tool writes."""
    return [path for path in product_files() if GENERATED not in path.as_posix()]


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def where(path: Path, line: int) -> str:
    """File and line, as an editor opens them."""
    return f"{path.relative_to(ROOT)}:{line}"


def module_of(path: Path) -> str:
    """The module name of a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[Import]:
    """Everything that a file imports, wherever in the file."""
    module = module_of(path)
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield Import(where(path, node.lineno), module, name.name)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{where(path, node.lineno)}: imports are absolute here"
            yield Import(where(path, node.lineno), module, str(node.module))
            for name in node.names:
                yield Import(where(path, node.lineno), module, f"{node.module}.{name.name}")


def is_within(module: str, package: str) -> bool:
    """Whether a module is the package or lies in it."""
    return module == package or module.startswith(package + ".")


def committed_files() -> list[Path]:
    """Every file that is committed, or would be.

    Read from the directory and `.gitignore`: on a bare machine there is no git, and it refuses other people's clones.
    """
    ignored = [".git", *(line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines() if line)]
    return [path for path in sorted(_below(ROOT, ignored)) if path.is_file()]


def _below(directory: Path, ignored: list[str]) -> Iterator[Path]:
    for path in directory.iterdir():
        inside = path.relative_to(ROOT).as_posix()
        if any(fnmatch(path.name, name) or inside == name for name in ignored):
            continue
        if path.is_dir():
            yield from _below(path, ignored)
        else:
            yield path
