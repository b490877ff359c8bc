#!/usr/bin/python3
"""The habits of the project that no compiler sees: tidy.py FOLDER [--module genops_ledger.so --program genops]

Prints what is wrong where, one line each; exit 1 if anything is. Each check's own text says what it asks for.
Without the built files only the sources are looked at. self_test.py shows that every check can fail.
"""

import argparse
import os
import sys
from pathlib import Path

import built
import rooms
import sources

SOURCE_CHECKS = [
    rooms.check_rooms, rooms.check_dead_files, sources.check_lengths, sources.check_words, sources.check_sleeps,
    sources.check_migrations, sources.check_executables, sources.check_links,
]  # fmt: skip
BUILT_CHECKS = [built.check_module, built.check_functions, built.check_commands]


class Tree:
    """The project's files, without what is built and what git keeps."""

    def __init__(self, root, module=None, program=None):
        self.root, self.module, self.program = Path(root), module, program
        self.paths = sorted(self._walk())

    def _walk(self):
        for folder, subfolders, names in os.walk(self.root):
            subfolders[:] = [name for name in subfolders if not self._is_built(Path(folder, name))]
            for name in names:
                yield str(Path(folder, name).relative_to(self.root))

    @staticmethod
    def _is_built(folder):
        return folder.name in (".git", "build", "__pycache__") or (folder / "CMakeCache.txt").exists()

    def files(self, folders, endings):
        """Paths in the folders; the ending "" stands for names without a point."""
        for path in self.paths:
            ending = os.path.splitext(path)[1]
            if path.startswith(tuple(folders)) and (ending in endings if ending else "" in endings):
                yield path

    def text(self, path):
        return (self.root / path).read_text(errors="replace")

    def lines(self, path):
        return enumerate(self.text(path).splitlines(), start=1)


def problems(tree, checks):
    return [problem for check in checks for problem in check(tree)]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--module", type=Path)
    parser.add_argument("--program", type=Path)
    return parser.parse_args()


def main():
    given = arguments()
    checks = SOURCE_CHECKS + (BUILT_CHECKS if given.module and given.program else [])
    found = problems(Tree(given.folder, given.module, given.program), checks)
    print("\n".join(found) if found else f"{len(checks)} checks, nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
