"""A ledger as the program keeps it, and what a test expects of it."""

import json
import os
import subprocess
from decimal import Decimal

# What a developer has set is not what is tested.
FOREIGN = ("GENOPS_", "ELASTICSEARCH_")


def expect(what, found, expected):
    assert found == expected, f"{what}: expected {expected!r}, found {found!r}"


class Ledger:
    """Runs the program on one ledger, with `environment` beside what this process has. `said` is all that it said."""

    def __init__(self, genops, path):
        self.genops, self.path = genops, path
        self.environment = {}
        self.said = []

    def start(self, *arguments):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return subprocess.Popen(
            [self.genops, "--ledger", self.path, *arguments], env=kept | self.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip

    def finish(self, process, code=0, text=None):
        """Gives what it said: stdout and stderr."""
        stdout, stderr = process.communicate(text)
        self.said.append(stdout + stderr)
        expect(f"exit of {process.args}\n{stdout}{stderr}", process.returncode, code)
        return stdout, stderr

    def run(self, *arguments, code=0, text=None):
        return self.finish(self.start(*arguments), code, text)

    def rows(self, *arguments, code=0):
        return json.loads(self.run(*arguments, "--json", code=code)[0], parse_float=Decimal)

    def query(self, sql):
        return self.rows("sql", sql)

    def ingest(self, events):
        self.run("ingest", "-", text="".join(json.dumps(event) + "\n" for event in events))

    def record(self, count, at, **more):
        """So many events at one time."""
        event = {"occurred_at": at, "provider": "openai", "model": "gpt-4", "cost_usd": "0.01"} | more
        self.ingest([event] * count)

    def sync(self, *arguments, code=0):
        """Of the one destination that is shipped to."""
        return self.rows("sync", *arguments, code=code)[0]

    def status(self, name="search"):
        (found,) = [row for row in self.rows("sync", "status") if row["destination"] == name]
        return found

    def refusals(self):
        """Of each event that was refused, in order: state, status, type, reason."""
        return self.query("SELECT state, status, type, reason FROM undelivered ORDER BY seq")
