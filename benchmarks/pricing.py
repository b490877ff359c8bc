"""Usage and price from raw JSON, and what pricing costs an ingest: pricing.py BUILD PYTHON [--events N] [--rounds N]
[--folder DIR]

The public price lists are imported, and what is left out of them is counted. The recorded responses are priced by the
library, by SQL in the stock shell, and by genai-prices and litellm (PYTHON has them), all on one core and in turns;
figures are medians of the rounds, ratios those within a round. Then responses are ingested beside events that need no
price. BUILD holds genops, genops_ledger.so and pricing_bench. Exit 1: a target is missed; 2: it could not be measured.
"""

import json
import os
import re
import resource
import subprocess
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from statistics import median

from measuring import Failed, count, exit_with, options, output_of, report
from price_files import measure_price_files

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "shared/data"  # ../shared/data beside the project
AT = "2025-11-06T12:00:00Z"  # what the expected prices are of
PASSES = {"genops": 400, "genai-prices": 10, "litellm": 4}
SQL_PASSES = 100
TARGETS = {"genai-prices": 30, "litellm": 60}
PRICED_PART = 0.5
KINDS = ("responses", "unpriced", "stated")
NANO = Decimal("1e-9")


# ---------------------------------------------------------------- the price of a response


class PriceList:
    """What the imported file says of a model, read without the library: for the reason of a difference."""

    def __init__(self):
        with (DATA / "prices-genai.json").open() as file:
            self.providers = {one["id"]: one for one in json.load(file, parse_float=Decimal)}

    def matches(self, clause, model):
        ((kind, value),) = clause.items()
        if kind in ("or", "and"):
            return (any if kind == "or" else all)(self.matches(part, model) for part in value)
        return {"equals": model == value, "starts_with": model.startswith(value), "ends_with": model.endswith(value),
                "contains": value in model}[kind] if kind != "regex" else re.search(value, model)  # fmt: skip

    def why(self, row, cost):
        """Why the file gives this cost and not the expected one; None: it does not."""
        model = row["response"].get("model") or row["response"].get("modelVersion")
        given = self.providers[row["provider"]]
        sellers = [given, *(self.providers[name] for name in given.get("fallback_model_providers", ()))]
        found = [one for seller in sellers for one in seller["models"] if self.matches(one["match"], model)]
        prices = found[0]["prices"] if found else {}
        if cost is None:
            return None if prices else f"the imported list has no price for {model}"
        if set(prices) == {"input_mtok", "output_mtok"} and not any(isinstance(rate, dict) for rate in prices.values()):
            usage = row["expect_usage"]
            listed = usage["input_tokens"] * prices["input_mtok"] + usage["output_tokens"] * prices["output_mtok"]
            if listed == cost * 1_000_000:
                return f"the imported list has one rate for all output of {model}, {prices['output_mtok']} USD"
        return None


class Responses:
    """The recorded ones, and what each is expected to cost."""

    def __init__(self, folder):
        self.path, self.rows, self.expected = folder / "responses.tsv", [], []
        with (DATA / "provider-responses.jsonl").open() as file, self.path.open("w") as out:
            for line in file:
                row = json.loads(line)
                out.write("\t".join((row["provider"], row["flavor"], json.dumps(row["response"]))) + "\n")
                usd = row.get("expect_usd")
                self.rows.append(row)
                self.expected.append(usd and Decimal(usd["input"]) + Decimal(usd["output"]))
        self.priced = sum(usd is not None for usd in self.expected)

    def __len__(self):
        return len(self.expected)

    def exact(self, costs):
        """How many cost what is expected, to the nano-USD. `costs`: USD, or None."""
        pairs = zip(self.expected, costs)
        return sum(None not in pair and abs(pair[0] - pair[1]) <= NANO / 2 for pair in pairs)


class Contestant:
    """A process that prices all responses as often as it is asked."""

    def __init__(self, name, *command):
        self.name, self.rates = name, []
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)  # fmt: skip

    def ask(self, question):
        self.process.stdin.write(f"{question}\n")
        self.process.stdin.flush()
        if not (answer := self.process.stdout.readline()):
            raise Failed(f"{self.name}: it has ended, exit {self.process.wait()}")
        return json.loads(answer, parse_float=Decimal)

    def measure(self, responses):
        passes = PASSES[self.name]
        self.rates.append(passes * responses / float(self.ask(passes)["cpu_seconds"]))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Shell:
    """The stock shell with the extension: a row per response, as often as there are passes."""

    SQL = """
.load {module} sqlite3_genopsledger_init
.bail on
CREATE TEMP TABLE response(provider TEXT, body TEXT);
WITH RECURSIVE pass(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM pass WHERE n < {passes})
INSERT INTO response SELECT r.value ->> 0, r.value ->> 1 FROM pass, json_each(CAST(readfile('{rows}') AS TEXT)) r;
.timer on
SELECT count(usage_of(provider, body)) FROM response;
.print both
WITH u AS MATERIALIZED (SELECT provider, usage_of(provider, body) AS usage FROM response)
SELECT count(cost_of(provider, usage ->> 'model', usage, '{at}')) FROM u;
"""
    name = "SQL"

    def __init__(self, module, ledger, responses, folder):
        self.ledger, self.rates, self.usage_rates = ledger, [], []
        rows = folder / "responses.json"
        with responses.path.open() as file:
            rows.write_text(json.dumps([line.rstrip("\n").split("\t")[::2] for line in file]))
        self.sql = self.SQL.format(module=module.with_suffix(""), passes=SQL_PASSES, rows=rows, at=AT)

    def measure(self, responses):
        done = subprocess.run(["sqlite3", self.ledger], input=self.sql, text=True, capture_output=True, check=False)
        times = re.findall(r"Run Time: real \S+ user (\S+) sys (\S+)", done.stdout)
        if done.returncode != 0 or done.stderr or len(times) != 2:
            raise Failed(f"sqlite3: {done.stderr or done.stdout}")
        usage, both = (sum(map(float, pair)) for pair in times)
        self.usage_rates.append(SQL_PASSES * responses / usage)
        self.rates.append(SQL_PASSES * responses / both)


def report_exact(responses, ours, peers):
    answers = ours.ask("answers")
    costs = [answer and (answer[0] - answer[1]) * NANO for answer in answers]  # without fees, as what is expected
    said = [f"genops {responses.exact(costs)}"]
    for peer in peers:
        given = [cost and Decimal(cost) for cost in peer.ask("answers")]
        said.append(f"{peer.name} {responses.exact(given)}")
    prices, explained = PriceList(), 0
    for number, (row, usd, cost) in enumerate(zip(responses.rows, responses.expected, costs), start=1):
        if usd is not None and (cost is None or abs(usd - cost) > NANO / 2):
            reason = prices.why(row, cost)
            explained += reason is not None
            print(f"  line {number}: expected {usd:f}, found {cost}: {reason or 'not explained'}")
    return report("exact to the nano-USD, or explained", responses.exact(costs) + explained,
                  "exact: " + ", ".join(said), responses.priced)  # fmt: skip


def measure_responses(given, folder):
    """True: every target is met."""
    program, responses, ledger = given.build / "pricing_bench", Responses(folder), folder / "prices.db"
    imported = output_of(program, "import", ledger, DATA / "prices-genai.json")
    print(f"{len(responses)} responses, {imported['models']} models, {given.rounds} rounds", flush=True)
    ours = Contestant("genops", program, "price", ledger, responses.path, AT)
    python = [given.python, "-B", HERE / "pricing_peers.py"]
    peers = [Contestant(name, *python, name, responses.path, AT) for name in TARGETS]
    shell = Shell(given.build / "genops_ledger.so", ledger, responses, folder)
    met = report_exact(responses, ours, peers)
    for _ in range(given.rounds):
        for one in (ours, *peers, shell):
            one.measure(len(responses))
    for peer in peers:
        ratios = [mine / theirs for mine, theirs in zip(ours.rates, peer.rates)]
        met &= report(f"usage and price / {peer.name}, per CPU second", median(ratios),
                      f"{median(ours.rates) / 1e3:.1f} k/s against {median(peer.rates) / 1e3:.2f} k/s, "
                      f"{min(ratios):.1f} to {max(ratios):.1f}", TARGETS[peer.name])  # fmt: skip
        ratios = [mine / theirs for mine, theirs in zip(shell.rates, peer.rates)]
        alone = median(shell.usage_rates)
        report(f"usage_of and cost_of in SQL / {peer.name}", median(ratios),
               f"{median(shell.rates) / 1e3:.1f} k/s; usage_of alone {alone / 1e3:.1f} k/s")  # fmt: skip
    for one in (ours, *peers):
        one.close()
    return met


# ---------------------------------------------------------------- ingest


def ingest(given, ledger, lines, kind):
    """Events per second of the wall and of the CPU, and bytes per event, of a new ledger."""
    ledger.unlink(missing_ok=True)
    command = [given.build / "genops", "--ledger", ledger, "--json", "--quiet"]
    subprocess.run([str(word) for word in [*command, "init"]], check=True, stdout=subprocess.DEVNULL)
    if kind == "responses":
        output_of(*command, "price", "import", DATA / "prices-genai.json")
    before = ledger.stat().st_size
    cpu_before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    counts = output_of(*command, "ingest", "--format", "responses" if kind == "responses" else "events", lines)
    seconds = time.perf_counter() - start
    cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
    if counts["rejected"] or counts["recorded"] < given.events:
        raise Failed(f"{kind}: expected {given.events} events recorded and none rejected, found {counts}")
    cpu_seconds = cpu.ru_utime + cpu.ru_stime - cpu_before.ru_utime - cpu_before.ru_stime
    return given.events / seconds, given.events / cpu_seconds, (ledger.stat().st_size - before) / given.events


def unpriced(given, ledger):
    query = "SELECT count(*) AS events FROM cost_event WHERE cost_nanos IS NULL"
    return output_of(given.build / "genops", "--ledger", ledger, "--json", "sql", query)[0]["events"]


def measure_ingest(given, folder):
    responses, ledger = Responses(folder).path, folder / "ingest.db"
    lines = {kind: folder / f"{kind}.ndjson" for kind in KINDS}
    for kind in KINDS:
        output_of(given.build / "pricing_bench", "lines", kind, responses, given.events, lines[kind])
    taken = {kind: [] for kind in KINDS}
    without = {}
    for _ in range(given.rounds):
        for kind in KINDS:
            taken[kind].append(ingest(given, ledger, lines[kind], kind))
            without[kind] = unpriced(given, ledger)
    rate, cpu, size = ({kind: median(one[i] for one in taken[kind]) for kind in KINDS} for i in range(3))
    print(f"ingest of {given.events} lines: " + "; ".join(
        f"{kind} {rate[kind] / 1e3:.1f} k/s ({cpu[kind] / 1e3:.1f} k per CPU s), {size[kind]:.0f} B/event, "
        f"{without[kind]} unpriced" for kind in KINDS))  # fmt: skip
    met = True
    for kind in KINDS[1:]:
        ratios = [mine[0] / other[0] for mine, other in zip(taken["responses"], taken[kind])]
        met &= report(f"ingest of responses / of events, {kind}", median(ratios),
                      f"{min(ratios):.2f} to {max(ratios):.2f}", PRICED_PART)  # fmt: skip
    return met


def arguments():
    parser = options(__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("python", type=Path)
    parser.add_argument("--events", type=count, default=1_000_000, help="of the ingest")
    given = parser.parse_args()
    given.build = given.build.resolve()
    return given


def main():
    given = arguments()
    for name in ("provider-responses.jsonl", "prices-genai.json"):
        if not (DATA / name).is_file():
            raise Failed(f"not measured: expected {name} in ../shared/data, beside the project, found none")
    if given.folder:
        given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="genops_pricing.", dir=given.folder) as name:
        folder, cores = Path(name), os.sched_getaffinity(0)
        os.sched_setaffinity(0, {max(cores)})
        met = measure_price_files(given.build / "genops", given.python, DATA / "prices-genai.json", folder)
        met &= measure_responses(given, folder)
        os.sched_setaffinity(0, cores)
        met &= measure_ingest(given, folder)
    return met


if __name__ == "__main__":
    exit_with(main, "pricing", subprocess.CalledProcessError)
