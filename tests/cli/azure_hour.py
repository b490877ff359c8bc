#!/usr/bin/python3
"""The main job on real input: azure_hour.py GENOPS-BINARY SOURCE-FOLDER azure|generated job|module

One hour of a production service, or a generated one, is ingested as CSV and as NDJSON. `job`: its cost, computed here in
whole numbers from the file, must come back from cost_rollup, from the stock shell, and from the file destination.
`module`: it must come back from the stock shell with the extension. Exit 77, and "skipped: why": that cannot be done here.
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import ledger  # noqa: E402
from hour import DATA, SEED, generated_hour, is_real, price, real_hour, usd  # noqa: E402

SKIPPED = 77
ROLLUP = "SELECT events, cost_nanos, input_tokens, output_tokens FROM cost_rollup('all', '')"


class Run:
    def __init__(self, binary, folder):
        self.folder = folder
        self.ledger = ledger.Ledger(binary, f"{folder}/ledger.db")
        self.module = str(Path(binary).parent / "genops_ledger.so")

    def module_is_sanitized(self):
        libraries = subprocess.run(["ldd", self.module], capture_output=True, text=True, check=True).stdout
        return "libasan" in libraries or "libtsan" in libraries

    def shell(self, *statements):
        command = ["sqlite3", "-readonly", self.ledger.path, *statements]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def expect(what, found, expected):
    print(f"{what}: {found}")
    ledger.expect(what, found, expected)


def ingest(run, hour):
    with open(f"{run.folder}/a.csv", "w", newline="") as first, open(f"{run.folder}/b.jsonl", "w") as second:
        table = csv.writer(first)
        table.writerow("occurred_at provider model input_tokens output_tokens cost_usd customer_id".split())
        for number, (at, context, generated) in enumerate(hour):
            cost, customer = usd(price(context, generated)), f"customer-{number % 7}"
            if number % 2:
                table.writerow([at, "openai", "gpt-4", context, generated, cost, customer])
            else:
                event = {"occurred_at": at, "provider": "openai", "model": "gpt-4", "input_tokens": context,
                         "output_tokens": generated, "cost_usd": cost, "customer_id": customer}
                second.write(json.dumps(event) + "\n")
    counted = run.ledger.rows("ingest", f"{run.folder}/a.csv", f"{run.folder}/b.jsonl")
    expect("ingested", counted, {"read": len(hour), "recorded": len(hour), "duplicate": 0, "rejected": 0})


def check_job(run, hour, sums):
    expect("cost_rollup", list(run.ledger.query(ROLLUP)[0].values()), sums)
    total = sums[1]
    expect("stock shell without the extension", run.shell("SELECT sum(cost_nanos) FROM cost_event"), str(total))
    by_minute = {}
    for at, context, generated in hour:
        by_minute[at[:16]] = by_minute.get(at[:16], 0) + price(context, generated)
    minutes = dict(line.split("|") for line in run.shell(
        "SELECT substr(occurred_at, 1, 16), sum(cost_nanos) FROM cost_event GROUP BY 1").splitlines())
    expect("minutes that differ", [m for m, n in by_minute.items() if minutes.get(m) != str(n)], [])

    run.ledger.run("destination", "add", "out", f"file:{run.folder}/out.ndjson")
    run.ledger.run("sync")
    with open(f"{run.folder}/out.ndjson") as file:
        shipped = [json.loads(line) for line in file]
    expect("documents shipped", len(shipped), len(hour))
    expect("their ids", len({document["event"]["id"] for document in shipped}), len(hour))
    expect("their cost", sum(document["genops"]["cost"]["total_nanos"] for document in shipped), total)
    run.ledger.run("sync", "verify")
    run.ledger.run("verify")


def check_module(run, hour, sums):
    expect("stock shell with the extension", run.shell(f".load {run.module}", ROLLUP), "|".join(map(str, sums)))


def skip(why):
    print(f"skipped: {why}")
    return SKIPPED


def main():
    binary, source, which, part = sys.argv[1:]
    if which == "azure" and not is_real(source):
        return skip(f"there is no {DATA}; the generated hour is tested all the same")
    with tempfile.TemporaryDirectory() as folder:
        run = Run(binary, folder)
        if part == "module" and run.module_is_sanitized():
            return skip("the stock shell cannot load a module that is built with sanitizers")
        hour = list(real_hour(source) if which == "azure" else generated_hour())
        sums = [len(hour), sum(price(*row[1:]) for row in hour), sum(row[1] for row in hour), sum(row[2] for row in hour)]
        data = Path(DATA).name if which == "azure" else f"generated, seed {SEED}"
        print(f"note: {sums[0]} requests ({data}), {sums[1]} nano-USD")
        ingest(run, hour)
        {"job": check_job, "module": check_module}[part](run, hour, sums)
    return 0


if __name__ == "__main__":
    sys.exit(main())
