#!/usr/bin/python3
"""Runs one golden file of the command line: run_case.py GENOPS-BINARY CASE.test

A case is a story in steps, in one temporary folder. A step is shell input, a line of ----, and what came of it: stdout
as it is, stderr behind "! ", and "exit N" when it is not 0. A line of ==== stands between steps; lines of # before the
first step say what the case is about. "# needs: NAME" skips the case (exit 77) where the machine cannot do it.

UUIDs, the folder, the ids of prices, and the versions of SQLite and of the bundled prices are masked. UPDATE_GOLDEN=1 writes what came into the file.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
TIMEOUT_SECONDS = 120

NEEDS = {
    "private mounts": "unshare -m true || unshare -rm true",
    "sqlite3": "command -v sqlite3",
    # The runtime of a sanitizer must be loaded before anything else; the stock shell does not.
    "module without sanitizers": 'ldd "$(dirname "$(command -v genops)")/genops_ledger.so" | { ! grep -E "lib(a|t)san"; }',
}

MASKS = [
    (re.compile(rb"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), b"<uuid>"),
    (re.compile(rb'(sqlite_version"?:? *"?)[0-9.]+'), rb"\1<version>"),
    (re.compile(rb'(sqlite_wal_reset_bug"?:? *"?)(?:yes|no)'), rb"\1<depends>"),
    (re.compile(rb"! This SQLite can lose .*\n"), b""),
    (re.compile(rb'(_bytes"?:? *"?)[0-9]+'), rb"\1<size>"),
    (re.compile(rb'(lag_seconds":)[0-9]+'), rb"\1<seconds>"),
    # What the bundled price book says changes with its figures, and so do the ids behind it.
    (re.compile(rb"genops 20[0-9-]{8}( \([0-9]+ days? old\), )[0-9]+ prices"), rb"genops <version>\1<n> prices"),
    (re.compile(rb'("name":"genops","version":")[^"]*("(?:,"prices":)?)[0-9]*'), rb"\1<version>\2<n>"),
    (re.compile(rb'("price_id":)[0-9]+'), rb"\1<id>"),
    (re.compile(rb"(?m)^ *[0-9]{4,5}(?=  (?:user|acme|night) )"), b"    <id>"),
    (re.compile(rb"\b[0-9]{4,5}(?=  (?:exact name|pattern|set by))"), b"<id>"),
]


def mask(output, folder):
    for pattern, replacement in [(re.compile(re.escape(os.fsencode(folder))), b"<folder>"), *MASKS]:
        output = pattern.sub(replacement, output)
    return output


def environment(binary, folder):
    return {
        "PATH": f"{Path(binary).resolve().parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": folder,
        "LC_ALL": "C.UTF-8",
        "GENOPS_NOW": "2026-01-18T12:00:00Z",
        "GENOPS_LEDGER": "ledger.db",
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""),
    }


def in_lines(output):
    if output and not output.endswith(b"\n"):
        output += b"(no line end)\n"
    return output


def run_step(script, binary, folder):
    done = subprocess.run(["/bin/sh", "-c", script], cwd=folder, env=environment(binary, folder),
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_SECONDS)
    output = in_lines(done.stdout).replace(b"\r\n", b"<CR>\n")
    output += b"".join(b"! " + line + b"\n" for line in done.stderr.splitlines())
    if done.returncode != 0:
        output += b"exit %d\n" % done.returncode
    return mask(output, folder)


def split(text):
    """The comment on top, and the steps as (input, output)."""
    lines = text.splitlines(keepends=True)
    top = 0
    while top < len(lines) and (lines[top].startswith(b"#") or not lines[top].strip()):
        top += 1
    steps = []
    for part in re.split(rb"^====\n", b"".join(lines[top:]), flags=re.M):
        script, separator, output = part.partition(b"----\n")
        if not separator:
            sys.exit(f"a step without a line of ----: {part.decode()}")
        steps.append((script, output))
    return b"".join(lines[:top]), steps


def missing_need(comment, binary):
    for name in re.findall(rb"^# needs: (.*)$", comment, flags=re.M):
        probe = NEEDS[name.decode()]
        if subprocess.run(["/bin/sh", "-c", probe], env=environment(binary, "/"), capture_output=True).returncode != 0:
            return name.decode()
    return None


def main():
    binary, case = sys.argv[1], Path(sys.argv[2])
    golden = case.read_bytes()
    comment, steps = split(golden)
    need = missing_need(comment, binary)
    if need:
        print(f"skipped: this machine has no {need}")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="genops-cli-", dir="/tmp") as folder:
        found = comment + b"====\n".join(
            script + b"----\n" + run_step(script.decode(), binary, folder) for script, _ in steps)
    if found == golden:
        return 0
    if os.environ.get("UPDATE_GOLDEN"):
        case.write_bytes(found)
        print(f"updated {case}")
        return 0
    import difflib
    sys.stdout.writelines(difflib.unified_diff(
        golden.decode(errors="backslashreplace").splitlines(keepends=True),
        found.decode(errors="backslashreplace").splitlines(keepends=True), "expected", "found"))
    return 1


if __name__ == "__main__":
    sys.exit(main())
