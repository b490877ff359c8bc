#!/usr/bin/python3
"""Replays the examples of one document and compares what comes with what it says: replay.py GENOPS-BINARY DOCUMENT

All examples of a document run in order in one temporary folder. Replayed are
  ```console   lines of "$ " are commands; what follows is their stdout and stderr
  ```sql       asked of costs.db in the stock shell with the extension; a ```text block behind it is the answer
  ```python    if a ```text block behind it says what it prints
and the messages of errors in a list or table. Comments of the markdown, which a reader does not see, say the rest:
  <!-- setup: COMMANDS -->            run, and must succeed
  <!-- without the extension -->      before a ```sql block
  <!-- varies: REGULAR EXPRESSION --> before a block: what it finds is not compared
  <!-- not replayed: WHY -->          before a block that only a reader can run; the test lists them
  <!-- messages: STATEMENTS -->       behind a list or table: one statement a line, one for each item, whose last
                                      `code` is the message of that statement's error
UUIDs may differ from the document's, but where it shows one twice, one must come twice. events.jsonl is the ```json
block of docs/sql.md. UPDATE_GOLDEN=1 writes what came into the document.
"""

import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

SKIPPED = 77
TIMEOUT_SECONDS = 120
WIDTH = 120
PROJECT = Path(__file__).resolve().parents[2]
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
# On stderr of every report under GENOPS_NOW, and of `genops doctor` where SQLite is old. The documents leave it out.
LEFT_OUT = re.compile(r"^(?:GENOPS_NOW is set|This SQLite can lose)[^\n]*\n?", re.M)
SHOWN_FOLDER = "/srv/ai/costs"  # as long as the temporary folder, so that columns are as wide

COMMENT = r"<!-- (?:without the extension|(?:varies|not replayed): [^\n]*) -->\n"
PART = re.compile(
    rf"<!-- setup: (?P<setup>.*?) -->\n"
    rf"|(?P<above>(?:^(?:[-|] |\|-|  \S)[^\n]*\n)+)\n?<!-- messages:\n(?P<messages>.*?)-->\n"
    rf"|(?P<comments>(?:^{COMMENT})*)^```(?P<language>\w+)\n(?P<body>.*?)^```\n(?:\n```text\n(?P<answer>.*?)^```\n)?"
    rf"|^<!-- not replayed: (?P<indented>[^\n]*) -->\n\n?(?=    )",
    re.S | re.M)


class Ids:
    """Which UUID of this run stands for which of the document."""

    def __init__(self):
        self.shown, self.found = {}, {}

    def agree(self, shown, found):
        pairs = list(zip(UUID.findall(shown), UUID.findall(found)))
        for there, here in pairs:
            if self.shown.get(here, there) != there or self.found.get(there, here) != here:
                return False
            self.shown[here], self.found[there] = there, here
        return True

    def as_shown(self, text):
        return UUID.sub(lambda id: self.shown.setdefault(id[0], id[0]), text)


class Replay:
    def __init__(self, binary, document, folder, state):
        self.build, self.document, self.folder = Path(binary).resolve().parent, document, Path(folder)
        self.state = Path(state) / "exported"  # what the shell of one command hands on to that of the next
        self.text = document.read_text()
        self.ids, self.failed, self.not_replayed, self.count = Ids(), [], [], 0
        (self.folder / "build").mkdir(parents=True)
        (self.folder / "build/release").symlink_to(self.build)
        events = re.search(r"^```json\n(.*?)^```", (PROJECT / "docs/sql.md").read_text(), re.S | re.M)[1]
        (self.folder / "events.jsonl").write_text(events)
        self.state.write_text("")

    def shell(self, command, check=False):
        script = f'. "$0"\n{command}\nstatus=$?; export -p > "$0"; exit $status'
        environment = {"PATH": f"{self.build}:/usr/local/bin:/usr/bin:/bin", "HOME": str(self.folder), "TZ": "UTC",
                       "LC_ALL": "C.UTF-8", "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
        done = subprocess.run(["/bin/bash", "-c", script, self.state], cwd=self.folder, env=environment, check=check,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=TIMEOUT_SECONDS)
        text = done.stdout.decode(errors="backslashreplace")
        text = text.replace(str(self.folder), SHOWN_FOLDER).replace(str(self.build), "build/release")
        text = LEFT_OUT.sub("", text).rstrip("\n")
        return "".join(line.rstrip() + "\n" for line in text.split("\n")) if text else ""

    def console(self, body):
        found = ""
        for command in re.findall(r"^\$ (.*(?:\n> .*)*)", body, re.M):
            found += f"$ {command}\n" + self.shell(command.replace("\n> ", "\n"))
        return found

    def sql(self, query, extension=True):
        """As the shell's columns; one JSON value alone; errors without the shell's own words."""
        load = '-cmd ".load build/release/genops_ledger" ' if extension else ""
        answer = self.shell(f"sqlite3 {load}-header -column costs.db {shlex.quote(query)}")
        answer = re.sub(r"^Error: (?:stepping|in prepare), ", "Error: ", answer)
        answer = re.sub(r" \(\d+\)$", "", answer, flags=re.M)
        lines = answer.split("\n")
        if len(lines) == 4 and lines[2].startswith("{") and re.fullmatch("-+", lines[1]):
            return lines[2] + "\n"
        return answer

    def compared(self, shown, found, at, varies=()):
        """What the document shall say: what it says, if that is what came."""
        self.count += 1
        plain = [UUID.sub("<uuid>", text) for text in (shown, found)]
        for pattern in varies:
            plain = [re.sub(pattern, "<varies>", text, flags=re.M) for text in plain]
        if plain[0] == plain[1] and self.ids.agree(shown, found):
            return shown
        if plain[0] == plain[1]:
            plain = shown, self.ids.as_shown(found)
        line = self.text.count("\n", 0, at) + 1
        diff = difflib.unified_diff(*[text.splitlines(keepends=True) for text in plain], "document", "came", n=1)
        self.failed.append(f"{self.document.name}:{line}: this came of the example:\n" + "".join(diff))
        return self.ids.as_shown(found)

    def block(self, part):
        language, body, answer, comments = part["language"], part["body"], part["answer"], part["comments"]
        why = re.search(r"not replayed: (.*) -->", comments)
        varies = re.findall(r"varies: (.*) -->", comments)
        if why:
            self.pass_over(part, why[1])
        elif language == "console":
            found = self.console(body)
            return f"{comments}```console\n{self.compared(body, found, part.start('body'), varies)}```\n"
        elif language == "sql" or (language == "python" and answer is not None):
            found = self.shell(f"/usr/bin/python3 -c {shlex.quote(body)}") if language == "python" else self.sql(
                body, "without the extension" not in comments)
            answer = self.compared(answer or "", found, part.start("body"), varies)
            return f"{comments}```{language}\n{body}```\n" + (f"\n```text\n{answer}```\n" if answer else "")
        elif language not in ("text", "json"):
            self.failed.append(f"{self.document.name}: a block of {language} that is neither replayed nor marked "
                               f"<!-- not replayed: WHY -->:\n{body}")
        return part[0]

    def messages(self, part):
        """The items above the comment, their last `code` compared with the errors of its statements."""
        items = re.findall(r"^(?:- |\| ).*\n(?:  \S.*\n)*", part["above"], re.M)
        if items[0].startswith("|"):
            items = items[1:]  # the heads of the columns
        statements = part["messages"].splitlines()
        at, above = part.start("above"), part["above"]
        if len(items) != len(statements):
            self.failed.append(f"{self.document.name}: {len(items)} items have {len(statements)} statements:\n{above}")
            return part[0]
        for item, statement in zip(items, statements):
            head, code, tail = re.fullmatch(r"(.*`)(.*?)(`[ |]*\n)", item, re.S).groups()
            shown = " ".join(code.split()) + "\n"
            found = self.sql(statement).removeprefix("Error: ")
            said = self.compared(shown, found, at)
            if said != shown:
                whole = head + said.strip() + tail
                above = above.replace(item, whole if item.startswith("|") else textwrap.fill(
                    " ".join(whole.split()), WIDTH, subsequent_indent="  ", break_long_words=False,
                    break_on_hyphens=False) + "\n")
        return above + part[0][len(part["above"]):]

    def pass_over(self, part, why):
        line = self.text.count("\n", 0, part.start()) + 1
        self.not_replayed.append(f"{self.document.name}:{line}: not replayed: {why}")

    def part(self, part):
        if part["setup"]:
            self.shell(part["setup"], check=True)
        elif part["messages"]:
            return self.messages(part)
        elif part["indented"]:
            self.pass_over(part, part["indented"])
        else:
            return self.block(part)
        return part[0]

    def run(self):
        return PART.sub(self.part, self.text)


def module_can_be_loaded(binary):
    """The runtime of a sanitizer must be loaded before anything else; the stock shell does not."""
    module = Path(binary).resolve().parent / "genops_ledger.so"
    libraries = subprocess.run(["ldd", module], capture_output=True, check=True).stdout
    return not re.search(rb"lib[at]san", libraries)


def main():
    binary, document = sys.argv[1], Path(sys.argv[2])
    loads = re.search(r"\.load |^```(?:sql|python)$|^<!-- messages:$", document.read_text(), re.M)
    if loads and not module_can_be_loaded(binary):
        print("skipped: the stock shell cannot load a module that was built with a sanitizer")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="", dir="/tmp") as folder, tempfile.TemporaryDirectory() as state:
        assert len(folder) == len(SHOWN_FOLDER), folder
        replay = Replay(binary, document, folder, state)
        text = replay.run()
    for line in replay.not_replayed:
        print(line)
    if replay.failed and os.environ.get("UPDATE_GOLDEN"):
        if text == replay.text:
            print(*replay.failed, sep="\n")
            return 1
        document.write_text(text)
        print(f"updated {document}")
        return 0
    print(*replay.failed, f"{replay.count} examples compared, {len(replay.failed)} differ", sep="\n")
    return 1 if replay.failed or replay.count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
