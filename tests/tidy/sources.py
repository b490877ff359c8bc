"""What the text of the project keeps to: lengths, words, links, the order of migrations."""

import os
import re
import stat

LONGEST = {".cpp": 350, ".hpp": 350, ".py": 350, ".sh": 350, ".sql": 400}
TEXT = (".cpp", ".hpp", ".py", ".sh", ".sql", ".test", ".md", ".txt", ".cmake", ".json", ".in", ".1", "")
UNNUMBERED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b(?!\(#\d+\))")
ONE_MACHINE = re.compile(r"(?<![\w.})*-])/(?:work|home|root|Users)(?:/|\b(?![\w-]))")
OUTSIDE = re.compile(r"\.\./shared(?!/data\b)")
OUTSIDE_DATA = re.compile(r"\.\./shared\b")
SLEEP = re.compile(r"\bsleep_(?:for|until)|\b(?:u|nano)?sleep\s*\(|(?:^|[;&|({]|\bdo|\bthen)\s*sleep\s+[\d.$]")
DOCUMENT = re.compile(r"(?<![\w/.-])((?:[\w.-]+/)*[\w-]+\.md)\b")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MAY_READ_DATA = ("tests/", "scripts/", "benchmarks/", "docs/", "examples/", "README.md")


def check_lengths(tree):
    """No source above 350 lines, no migration above 400."""
    for path in tree.paths:
        ending = os.path.splitext(path)[1]
        if path.startswith("scripts/") and not ending:
            ending = ".sh"
        if ending == ".sql" and not path.startswith("migrations/"):
            continue
        count = sum(1 for _ in tree.lines(path)) if ending in LONGEST else 0
        if count > LONGEST.get(ending, 0):
            yield f"{path}: {count} lines, at most {LONGEST[ending]}"


def check_words(tree):
    """Notes carry an issue's number; no path of one machine; outside data only where it may be missing."""
    for path in tree.files(("",), TEXT):
        for number, line in tree.lines(path):
            if UNNUMBERED.search(line):
                yield f"{path}:{number}: a note for later without an issue's number, (#12)"
            if ONE_MACHINE.search(line):
                yield f"{path}:{number}: a path of one machine: {ONE_MACHINE.search(line)[0]}"
            if OUTSIDE.search(line):
                yield f"{path}:{number}: names what is outside the project"
            elif OUTSIDE_DATA.search(line) and not path.startswith(MAY_READ_DATA):
                yield f"{path}:{number}: data outside the project is for tests, scripts, benchmarks and docs"


def check_sleeps(tree):
    """A test waits for what it tests, never for time."""
    for path in tree.files(("tests/",), (".cpp", ".hpp", ".py", ".sh", ".test", ".txt", "")):
        for number, line in tree.lines(path):
            if SLEEP.search(line):
                yield f"{path}:{number}: a test that waits for time: {line.strip()}"


def check_migrations(tree):
    """Numbered 0001, 0002, ... without a gap."""
    names = [path.removeprefix("migrations/") for path in tree.paths if path.startswith("migrations/")]
    if not names:
        yield "migrations/: there are none"
    for expected, name in enumerate(names, start=1):
        if not re.fullmatch(rf"{expected:04}_[a-z0-9_]+\.sql", name):
            yield f"migrations/{name}: expected {expected:04}_name.sql"


def check_executables(tree):
    """Scripts are executable, and say what runs them."""
    for path in tree.paths:
        first = next(tree.lines(path), (1, ""))[1] if path.endswith(TEXT) else ""
        command = path.startswith(("scripts/", ".ci/")) and "." not in path.rpartition("/")[2]
        if command and not first.startswith("#!"):
            yield f"{path}: expected a first line that says what runs it (#!/bin/bash)"
        if (command or first.startswith("#!")) and not os.stat(tree.root / path).st_mode & stat.S_IXUSR:
            yield f"{path}: not executable"


def check_links(tree):
    """Links lead to files, and a document that any text names is there."""
    for path in tree.files(("",), TEXT):
        folder = os.path.dirname(path)
        for number, line in tree.lines(path):
            targets = [target.split("#")[0] for target in LINK.findall(line)] if path.endswith(".md") else []
            for target in targets:
                if target and not re.match(r"[a-z]+:", target):
                    if not os.path.exists(tree.root / folder / target):
                        yield f"{path}:{number}: a link to {target}, which is not there"
            for name in DOCUMENT.findall(line):
                places = (name, f"{folder}/{name}", f"docs/{name}")
                if name not in targets and not any((tree.root / place).is_file() for place in places):
                    yield f"{path}:{number}: names {name}, which is not there"
