#!/usr/bin/python3
"""The main job on real input: azure_hour.py GENOPS-BINARY SOURCE-FOLDER

One hour of a production service (or, where ../shared/data is not there, a generated one) is ingested as CSV and as NDJSON;
its cost, computed here in whole numbers from the file, must come back from cost_rollup, from the stock shell with and
without the extension, and from the file destination.
"""

import csv
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

SEED = 20231116


def requests(source):
    path = Path(source) / "../shared/data/azure-llm-2023-conv.csv"
    if path.exists():
        with path.open() as file:
            for row in csv.DictReader(file):
                yield row["TIMESTAMP"].replace(" ", "T") + "Z", int(row["ContextTokens"]), int(row["GeneratedTokens"])
        return
    print(f"{path} is not there: a generated hour is used instead, seed {SEED}")
    chance = random.Random(SEED)
    for i in range(19_366):
        millis = i * 3_600_000 // 19_366
        at = f"2023-11-16T18:{millis // 60_000:02}:{millis // 1000 % 60:02}.{millis % 1000:03}Z"
        yield at, chance.randrange(1, 4000), chance.randrange(1, 500)


def usd(nanos):
    return f"{nanos // 10**9}.{nanos % 10**9:09}"


class Run:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.module = str(Path(binary).parent / "genops_ledger.so")

    def genops(self, *arguments):
        command = [self.binary, "--ledger", f"{self.folder}/ledger.db", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def module_is_sanitized(self):
        libraries = subprocess.run(["ldd", self.module], capture_output=True, text=True, check=True).stdout
        return "libasan" in libraries or "libtsan" in libraries

    def shell(self, *statements):
        command = ["sqlite3", "-readonly", f"{self.folder}/ledger.db", *statements]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def expect(what, found, expected):
    print(f"{what}: {found}")
    assert found == expected, f"{what}: expected {expected}, found {found}"


def main():
    binary, source = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        run = Run(binary, folder)
        total, by_minute = 0, {}
        hour = list(requests(source))
        with open(f"{folder}/a.csv", "w", newline="") as first, open(f"{folder}/b.jsonl", "w") as second:
            table = csv.writer(first)
            table.writerow("occurred_at provider model input_tokens output_tokens cost_usd customer_id".split())
            for number, (at, context, generated) in enumerate(hour):
                nanos = context * 30_000 + generated * 60_000  # 0.03 and 0.06 USD per 1,000
                total += nanos
                by_minute[at[:16]] = by_minute.get(at[:16], 0) + nanos
                customer = f"customer-{number % 7}"
                if number % 2:
                    table.writerow([at, "openai", "gpt-4", context, generated, usd(nanos), customer])
                else:
                    event = {"occurred_at": at, "provider": "openai", "model": "gpt-4", "input_tokens": context,
                             "output_tokens": generated, "cost_usd": usd(nanos), "customer_id": customer}
                    second.write(json.dumps(event) + "\n")
        counted = json.loads(run.genops("ingest", "--json", f"{folder}/a.csv", f"{folder}/b.jsonl"))
        expect("ingested", counted, {"read": len(hour), "recorded": len(hour), "duplicate": 0, "rejected": 0})

        rollup = "SELECT events, cost_nanos, input_tokens, output_tokens FROM cost_rollup('all', '')"
        sums = [len(hour), total, sum(row[1] for row in hour), sum(row[2] for row in hour)]
        found = json.loads(run.genops("sql", "--json", rollup))
        expect("cost_rollup", list(found[0].values()), sums)
        if run.module_is_sanitized():
            print("stock shell with the extension: skipped, it cannot load a module built with sanitizers")
        else:
            expect("stock shell with the extension", run.shell(f".load {run.module}", rollup), "|".join(map(str, sums)))
        expect("stock shell without", run.shell("SELECT sum(cost_nanos) FROM cost_event"), str(total))
        minutes = dict(line.split("|") for line in run.shell(
            "SELECT substr(occurred_at, 1, 16), sum(cost_nanos) FROM cost_event GROUP BY 1").splitlines())
        expect("minutes that differ", [m for m, n in by_minute.items() if minutes.get(m) != str(n)], [])

        run.genops("destination", "add", "out", f"file:{folder}/out.ndjson")
        run.genops("sync")
        with open(f"{folder}/out.ndjson") as file:
            shipped = [json.loads(line) for line in file]
        expect("documents shipped", len(shipped), len(hour))
        expect("their ids", len({document["event"]["id"] for document in shipped}), len(hour))
        expect("their cost", sum(document["genops"]["cost"]["total_nanos"] for document in shipped), total)
        run.genops("sync", "verify")
        run.genops("verify")


if __name__ == "__main__":
    main()
