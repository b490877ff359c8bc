#!/usr/bin/python3
"""Shows that replay.py can fail: self_test.py GENOPS-BINARY. Small documents, each right or wrong in one way."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

A, B = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
RANDOM = "$(cat /proc/sys/kernel/random/uuid)"


def block(language, body, answer=None):
    return f"```{language}\n{body}\n```\n" + (f"\n```text\n{answer}\n```\n" if answer else "")


REPEATED = f'$ export x={RANDOM}\n$ echo $x $x {RANDOM}'
RECORD = "$ genops --ledger costs.db record --provider openai --model gpt-4 --cost-usd 0.05 --key k --quiet"
LEDGER = "<!-- setup: " + RECORD.removeprefix("$ ") + " -->\n"
TEAM = "- `team`: `cost_event.team: expected text of 1 to 1024 bytes of UTF-8 without NUL`\n"
STATEMENT = "<!-- messages:\nINSERT INTO cost_event(provider, model, team) VALUES ('a', 'b', '')\n-->\n"

# What the document says, and the exit code that it must have.
CASES = [
    ("what comes", block("console", "$ echo one; echo two >&2\none\ntwo"), 0),
    ("another output", block("console", "$ echo one\ntwo"), 1),
    ("an output that is not shown", block("console", "$ echo one"), 1),
    ("an output that does not come", block("console", "$ true\none"), 1),
    ("nothing at all", "text\n", 1),
    ("a block nobody replays", block("console", "$ echo 1\n1") + block("ruby", "puts 1"), 1),
    ("a block that is marked", block("console", "$ true") + "<!-- not replayed: why -->\n" + block("ruby", "p"), 0),
    ("other ids", block("console", f"{REPEATED}\n{A} {A} {B}"), 0),
    ("one id where two are shown", block("console", f"{REPEATED}\n{A} {B} {B}"), 1),
    ("two ids where one is shown", block("console", f"{REPEATED}\n{A} {A} {A}"), 1),
    ("the same id in two blocks", block("console", f"{RECORD}\n{A}") + block("console", f"{RECORD}\n{A}"), 0),
    ("another id in a later block", block("console", f"{RECORD}\n{A}") + block("console", f"{RECORD}\n{B}"), 1),
    ("a number that is not marked", block("console", "$ echo 1\n2"), 1),
    ("a number that is marked", "<!-- varies: \\d+ -->\n" + block("console", "$ echo 1\n2"), 0),
    ("a mark for the next block only", "<!-- varies: \\d+ -->\n" + 2 * block("console", "$ echo 1\n2"), 1),
    ("an answer", LEDGER + block("sql", "SELECT usd_text(cost_nanos) AS usd FROM cost_event", "usd\n----\n0.05"), 0),
    ("another answer", LEDGER + block("sql", "SELECT usd_text(cost_nanos) AS usd FROM cost_event", "usd\n---\n1"), 1),
    ("an answer that is not shown", LEDGER + block("sql", "SELECT usd(0)"), 1),
    ("a function of a plain shell", LEDGER + "<!-- without the extension -->\n" + block("sql", "SELECT usd(0)"), 1),
    ("what Python prints", block("python", "print(1)", "1"), 0),
    ("what Python does not print", block("python", "print(1)", "2"), 1),
    ("a message", LEDGER + TEAM + STATEMENT, 0),
    ("a message in a table", f"{LEDGER}| In | Message |\n|---|---|\n| a | {TEAM[10:].strip()} |\n{STATEMENT}", 0),
    ("another message", LEDGER + TEAM.replace("1024", "512") + STATEMENT, 1),
    ("an item without a statement", LEDGER + TEAM + TEAM + STATEMENT, 1),
]  # fmt: skip


def replay(binary, document, **environment):
    script = Path(__file__).with_name("replay.py")
    return subprocess.run([sys.executable, "-B", script, binary, document], capture_output=True, text=True,
                          env={**os.environ, "UPDATE_GOLDEN": "", **environment})


def main(binary):
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "case.txt"
        for name, text, expected in CASES:
            document.write_text(text)
            codes = [replay(binary, document).returncode]
            if codes == [77]:
                continue  # a sanitizer: the stock shell cannot load the module
            if expected == 1 and "```" in text and "ruby" not in text or "another" in name:
                # What differs is written into the document, which then says what comes.
                codes += [replay(binary, document, UPDATE_GOLDEN="1").returncode, replay(binary, document).returncode]
            wanted = [expected, 0, 0][: len(codes)]
            if codes != wanted:
                wrong += 1
                print(f"{name}: expected codes {wanted}, found {codes}:\n{text}\n{replay(binary, document).stdout}")
    print(f"{len(CASES)} documents, {wrong} judged wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
