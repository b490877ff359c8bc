#!/usr/bin/python3
"""Shows that every check of tidy.py can fail: plants one violation at a time in a copy of the project and expects a
problem that was not there before. The same arguments as tidy.py."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import built
import rooms
import sources
import tidy

# Put together here, so that this file does not break the rules itself.
LATER = "TO" + "DO"
ELSEWHERE = "/" + "work/somewhere"
SHARED = "../" + "shared/"
WAIT = "sle" + "ep"


def append(path, text):
    def plant(root):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        with open(root / path, "a") as file:
            file.write(text)

    return plant


def rename(path, to):
    return lambda root: os.rename(root / path, root / to)


def replace(path, old, new):
    def plant(root):
        text = (root / path).read_text()
        assert old in text, f"{path}: expected {old!r}"
        (root / path).write_text(text.replace(old, new))

    return plant


def not_executable(path):
    return lambda root: os.chmod(root / path, 0o644)


# What is checked, a violation, and a part of the problem that must come of it.
PLANTS = [
    (rooms.check_rooms, append("src/core/text.cpp", '#include "store/outbox.hpp"\n'), "store is to the right of core"),
    (rooms.check_rooms, append("src/ingest/lines.cpp", '#include "append.hpp"\n'), "sql is to the right of ingest"),
    (rooms.check_rooms, append("src/core/text.cpp", '#include "genops/ledger.hpp"\n'), "store is to the right of core"),
    (rooms.check_rooms, append("src/core/text.cpp", "#include <unistd.h>\n"), "packages of room core"),
    (rooms.check_rooms, append("src/store/ledger.cpp", "#include <fmt/format.h>\n"), "packages of room store"),
    (rooms.check_rooms, append("extensions/append.cpp", "#include <SQLiteCpp/SQLiteCpp.h>\n"), "packages of room sql"),
    (rooms.check_rooms, append("src/sync/worker.cpp", "#include <unknown/api.hpp>\n"), "packages of room sync"),
    (rooms.check_rooms, append("include/genops/ledger.hpp", "#include <sqlite3.h>\n"), "public header"),
    (rooms.check_rooms, append("include/genops/ledger.hpp", "#include <boost/json.hpp>\n"), "public header"),
    (rooms.check_rooms, append("include/genops/ledger.hpp", '#include "core/text.hpp"\n'), "public header"),
    (rooms.check_rooms, append("include/genops/novelty.hpp", "\n"), "belongs to no room"),
    (rooms.check_dead_files, append("src/core/dead.cpp", "\n"), "src/core/dead.cpp: no CMakeLists.txt"),
    (rooms.check_dead_files, append("src/core/dead.hpp", "\n"), "src/core/dead.hpp: no file includes it"),
    (rooms.check_dead_files, append("tests/core/dead_tests.cpp", "\n"), "tests/core/dead_tests.cpp"),
    (rooms.check_dead_files, append("tests/elsewhere/some_test.cpp", "\n"), "tests/elsewhere/some_test.cpp"),
    (rooms.check_dead_files, append("tests/core/dead.test", "\n"), "tests/core/dead.test"),
    (sources.check_lengths, append("src/core/text.cpp", "//\n" * 350), "src/core/text.cpp"),
    (sources.check_lengths, append("scripts/test", "#\n" * 350), "scripts/test"),
    (sources.check_lengths, append("migrations/0001_initial.sql", "--\n" * 400), "migrations/0001_initial.sql"),
    (sources.check_words, append("src/core/text.cpp", f"// {LATER}: later\n"), "issue's number"),
    (sources.check_words, append("README.md", f"see {ELSEWHERE}\n"), "a path of one machine"),
    (sources.check_words, append("tests/core/money_test.cpp", f"// {SHARED}design\n"), "outside the project"),
    (sources.check_words, append("src/core/text.cpp", f"// {SHARED}data/x.csv\n"), "for tests, scripts"),
    (sources.check_sleeps, append("tests/core/money_test.cpp", f"std::this_thread::{WAIT}_for(1s);\n"), "waits for time"),
    (sources.check_sleeps, append("tests/core/money_test.cpp", f"u{WAIT}(10);\n"), "waits for time"),
    (sources.check_sleeps, append("tests/cli/waiting.test", f"genops sync & {WAIT} 1\n"), "waits for time"),
    (sources.check_sleeps, append("tests/tidy/waiting.py", f"time.{WAIT}(1)\n"), "waits for time"),
    (sources.check_migrations, append("migrations/0077_gap.sql", "\n"), "migrations/0077_gap.sql"),
    (sources.check_migrations, rename("migrations/0001_initial.sql", "migrations/1_initial.sql"), "1_initial.sql"),
    (sources.check_executables, not_executable("scripts/test"), "scripts/test: not executable"),
    (sources.check_executables, not_executable("tests/tidy/tidy.py"), "tests/tidy/tidy.py: not executable"),
    (sources.check_executables, append("scripts/novelty", "echo\n"), "scripts/novelty: expected a first line"),
    (sources.check_links, append("docs/new" + ".md", "[how](nowhere.txt)\n"), "a link to nowhere.txt"),
    (sources.check_links, append("src/core/text.cpp", "// see docs/nowhere" + ".md\n"), "names docs/nowhere"),
]  # fmt: skip
BUILT_PLANTS = [
    (built.check_functions, append("docs/sql.md", "\n### no_such_function(x)\n"), "no_such_function() is not registered"),
    (built.check_functions, replace("docs/sql.md", "### ", "#### "), "which the module registers"),
    (built.check_commands, replace("docs/cli.md", "# ", "- "), "no heading for genops init"),
    (built.check_commands, replace("docs/cli.md", "--to", "--tu"), "genops sync --to is not named"),
]  # fmt: skip


def copy_of(tree, folder):
    for path in tree.paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(tree.root / path, folder / path)
    return folder


def missed(tree, check, plant, expected):
    """What is wrong with the check, or None: the planted violation must be found, and was not there before."""
    before = set(check(tree))
    with tempfile.TemporaryDirectory() as folder:
        try:
            plant(copy_of(tree, Path(folder)))
        except OSError as error:
            return f"{check.__name__}: cannot plant a violation: {error}"
        found = set(check(tidy.Tree(folder, tree.module, tree.program))) - before
    if any(expected in problem for problem in found):
        return None
    return f"{check.__name__}: expected a problem with '{expected}', found {sorted(found) or 'none'}"


def missed_in_module(tree):
    """A module that exports too much and links SQLite."""
    source = "extern const char* sqlite3_libversion(void); const char* second(void) { return sqlite3_libversion(); }"
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder, "planted.so")
        subprocess.run(["g++", "-shared", "-fPIC", "-x", "c++", "-", "-o", module, "-lsqlite3"],
                       input=f'extern "C" {{ {source} }}', text=True, check=True)  # fmt: skip
        found = "\n".join(built.check_module(tidy.Tree(tree.root, module, tree.program)))
    for expected in ("the one exported symbol", "calls sqlite3_libversion", "links libsqlite3"):
        if expected not in found:
            yield f"check_module: expected a problem with '{expected}', found {found or 'none'}"


def main():
    given = tidy.arguments()
    tree = tidy.Tree(given.folder, given.module, given.program)
    plants = PLANTS + (BUILT_PLANTS if given.module and given.program else [])
    wrong = [answer for plant in plants if (answer := missed(tree, *plant))]
    wrong += missed_in_module(tree) if given.module else []
    unproven = {check for check in tidy.SOURCE_CHECKS} - {plant[0] for plant in PLANTS}
    wrong += [f"{check.__name__}: no violation of it is planted" for check in unproven]
    print("\n".join(wrong) if wrong else f"{len(plants)} planted violations, all found")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
