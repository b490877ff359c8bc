"""Logs of Claude Code, imported and read by ccusage: agent_logs.py BUILD CCUSAGE [--lines N] [--bytes N] [--rounds N]
[--seed N] [--folder DIR]

In each round ccusage reports on the logs, genops imports them into a new ledger, durably, imports them again, and
reports; in turns, each the first as often. Figures are medians of the rounds, ratios those within a round. Then tokens
and costs per day and model are compared: tokens must be equal, and each difference in cost is explained from the
requests themselves. CCUSAGE is its native program; BUILD holds genops and genops_ledger.so. Exit 1: a target is missed
or something is not explained; 2: it could not be measured.
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median

from measuring import Failed, count, exit_with, options, report

HERE = Path(__file__).resolve().parent
IMPORT_PART, REPORT_MS = 1.0, 30
SAME_USD = 1e-5  # each of its floats and each of our components is rounded, once per request
TIER_TOKENS = 200_000  # where it looks for a second price
TODAY = time.strftime("%Y-%m-%d", time.gmtime())
SHOWN = 12
FIELDS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens")


def run(environment, *command):
    """What a command printed as JSON, and seconds of the wall and of the CPU, and MiB at most."""
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, env=environment)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: exit {process.returncode}")
    return json.loads(printed), (seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


class Contest:
    def __init__(self, given, folder):
        self.logs, self.ledger, self.given = folder / "claude", folder / "ledger.db", given
        (folder / "home").mkdir()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "TZ": "UTC",
                            "CLAUDE_CONFIG_DIR": str(self.logs)}  # fmt: skip
        self.taken = defaultdict(list)

    def genops(self, *arguments):
        command = [self.given.build / "genops", "--ledger", self.ledger, "--json", "--quiet"]
        return run(self.environment, *command, *arguments)

    def ccusage(self):
        said, taken = run(self.environment, self.given.ccusage, "--offline", "--json")
        self.taken["ccusage"].append(taken)
        self.said = said

    def import_and_report(self):
        for path in self.ledger.parent.glob("ledger.db*"):
            path.unlink()
        first, taken = self.genops("ingest", "--format", "claude-code")
        self.taken["first import"].append(taken)
        again, taken = self.genops("ingest", "--format", "claude-code")
        self.taken["second import"].append(taken)
        self.counts = first
        if again["recorded"] != 0:
            raise Failed(f"the second import: expected 0 recorded, found {again}")
        window = ("--period", "day", "--from", "2026-01-01", "--to", "2027-01-01")
        self.rows, taken = self.genops("report", "--by", "model", *window)
        self.taken["report"].append(taken)

    def read_files(self):
        """What reading the files takes when their pages are in memory, as a floor."""
        start = time.perf_counter()
        self.bytes = sum(len(path.read_bytes()) for path in self.logs.rglob("*.jsonl"))
        self.taken["reading"].append((time.perf_counter() - start, 0, 0))

    def run(self, rounds):
        self.read_files()  # both find the files in memory
        self.taken.clear()
        for number in range(rounds):
            self.read_files()
            both = (self.ccusage, self.import_and_report)
            for one in both if number % 2 == 0 else both[::-1]:
                one()

    def median(self, name, figure=0):
        return median(taken[figure] for taken in self.taken[name])


# ---------------------------------------------------------------- tokens


def theirs_of(said):
    """Tokens and USD by (day, model), fast mode under a name of its own, and the models it has no price for."""
    tokens, usd, unpriced = {}, {}, set()
    for day in said["daily"]:
        for row in day["modelBreakdowns"]:
            key = day["period"], row["modelName"]
            tokens[key] = (row["inputTokens"], row["outputTokens"], row["cacheReadTokens"], row["cacheCreationTokens"])
            usd[key] = row["cost"]
            if row.get("missingPricing"):
                unpriced.add(row["modelName"])
    return tokens, usd, unpriced


def requests_of(db):
    """Each request with what was corrected later."""
    columns = ("event_id", "refers_to", "occurred_at", "model", "service_tier", "units", "cost_nanos", *FIELDS)
    select = f"SELECT {', '.join(columns)} FROM cost_event WHERE kind IN ('attempt', 'adjustment') ORDER BY seq"
    requests = {}
    for row in db.execute(select):
        row = dict(zip(columns, row))
        row["searches"] = json.loads(row.pop("units") or "{}").get("searches", 0)
        original = requests.setdefault(row["refers_to"] or row["event_id"], row)
        if original is not row:
            for name in (*FIELDS, "cost_nanos", "searches"):
                original[name] = (original[name] or 0) + (row[name] or 0)
    return requests.values()


def key_of(request):
    fast = "-fast" if request["service_tier"] == "fast" else ""
    return request["occurred_at"][:10], request["model"] + fast


def tokens_of(requests):
    tokens = defaultdict(lambda: [0, 0, 0, 0])
    for request in requests:
        for place, name in enumerate(FIELDS):
            tokens[key_of(request)][min(place, 3)] += request[name] or 0
    return {key: tuple(counts) for key, counts in tokens.items() if any(counts)}


def compare_reports(rows, ours):
    """The report is a sum of the same requests."""
    reported = {(row["period"], row["model"]): sum(row[name] or 0 for name in FIELDS) for row in rows if row["events"]}
    summed = Counter()
    for (day, model), counts in ours.items():
        summed[day, model.removesuffix("-fast")] += sum(counts)
    if reported != dict(summed):
        raise Failed("the report and the log differ in tokens")


def compare_tokens(ours, theirs):
    """How many (day, model) differ, after naming them."""
    keys = [key for key in sorted(ours.keys() | theirs.keys()) if ours.get(key) != theirs.get(key)]
    for key in keys[:SHOWN]:
        print(f"  {' '.join(key)}: input, output, cache read, cache written: genops {ours.get(key)}, "
              f"ccusage {theirs.get(key)}")  # fmt: skip
    return len(keys)


# ---------------------------------------------------------------- costs


class Rates:
    """What our price book asks, as the functions give it; nano-USD per token, below and above the context tier."""

    def __init__(self, db):
        self.db, self.known = db, {}

    def cost(self, request, usage, at=None):
        """On the day of the request, unless `at` says another."""
        at, model, tier = at or request["occurred_at"][:10], request["model"], request["service_tier"]
        key = at, model, tier, *sorted(usage.items())
        if key not in self.known:
            json_usage = json.dumps(usage | ({"service_tier": tier} if tier else {}))
            select = self.db.execute("SELECT cost_of('anthropic', ?, ?, ?)", (model, json_usage, at))
            (self.known[key],) = select.fetchone()
        return self.known[key]

    def low(self, request, name, at=None):
        return self.cost(request, {name: 100_000}, at) / 1e5

    def high(self, request, name, at=None):
        beside = {"input_tokens": 300_000}
        both = beside | {name: beside.get(name, 0) + 100_000}
        return (self.cost(request, both, at) - self.cost(request, beside, at)) / 1e5

    def has_tier(self, request, at):
        return self.low(request, "input_tokens", at) != self.high(request, "input_tokens", at)


def explain(request, rates, reasons):
    """Adds what the rules of the two differ by for one request, in nano-USD."""
    if request["cost_nanos"] is None:
        return
    if request["searches"]:
        reasons["web search fees, which it ignores"] += rates.cost(request, {"searches": request["searches"]})
    counts = {name: request[name] or 0 for name in FIELDS}
    prompt = sum(counts.values()) - counts["output_tokens"]
    if prompt <= TIER_TOKENS:
        return
    whole = sum(rates.high(request, name) * count for name, count in counts.items())
    if rates.has_tier(request, TODAY):
        reason = "context tier: of the whole request, not of the tokens above it"
        above = {name: max(count - TIER_TOKENS, 0) for name, count in counts.items()}
        other = sum(rates.low(request, name) * (count - above[name]) + rates.high(request, name) * above[name]
                    for name, count in counts.items())  # fmt: skip
    else:
        reason = "context tier that held on the day: its prices are today's"
        other = sum(rates.low(request, name) * count for name, count in counts.items())
    reasons[reason] += whole - other


def compare_costs(db, requests, usd, unpriced):
    """Prints the sum of each reason, and where something is left that no reason explains. False: there is."""
    ours, reasons, rates = Counter(), defaultdict(Counter), Rates(db)
    for request in requests:
        ours[key_of(request)] += (request["cost_nanos"] or 0) / 1e9
        explain(request, rates, reasons[key_of(request)])
    sums, left = Counter(), []
    for key in sorted(ours.keys() | usd.keys()):
        rest = ours[key] - usd.get(key, 0)
        if key[1] in unpriced:
            sums["models that it has no price for"] += rest
            continue
        for reason, nanos in reasons[key].items():
            sums[reason] += nanos / 1e9
            rest -= nanos / 1e9
        if abs(rest) > SAME_USD:
            left.append((key, ours[key], usd.get(key), rest))
    total, theirs = sum(ours.values()), sum(usd.values())
    print(f"cost: genops {total:.6f} USD, ccusage {theirs:.6f}, difference {total - theirs:+.6f}:")
    for reason, amount in sums.items():
        print(f"  {amount:+14.6f}  {reason}")
    print(f"  {sum(row[3] for row in left):+14.6f}  not explained, in {len(left)} of {len(ours)} days and models")
    for key, mine, other, rest in left[:SHOWN]:
        print(f"    {' '.join(key)}: genops {mine:.6f}, ccusage {other}, left {rest:+.6f}")
    return not left


# ---------------------------------------------------------------- the table


def figures_of(contest, name):
    wall, cpu, memory = (contest.median(name, figure) for figure in range(3))
    return f"{name} {wall:.2f} s wall, {cpu:.2f} s CPU, {memory:.0f} MiB"


def report_times(contest):
    ratios = [[mine[i] / theirs[i] for mine, theirs in zip(contest.taken["first import"], contest.taken["ccusage"])]
              for i in range(3)]  # fmt: skip
    met = report("first import, durable / ccusage, wall", median(ratios[0]),
                 f"{figures_of(contest, 'first import')}; {figures_of(contest, 'ccusage')}; "
                 f"{min(ratios[0]):.2f} to {max(ratios[0]):.2f}", most=IMPORT_PART)  # fmt: skip
    report("  the same, CPU", median(ratios[1]), "")
    report("  the same, memory", median(ratios[2]), "")
    report("second import, which records nothing, s", contest.median("second import"),
           figures_of(contest, "second import"))  # fmt: skip
    met &= report("report by day and model, ms", contest.median("report") * 1e3, figures_of(contest, "report"),
                  most=REPORT_MS)  # fmt: skip
    report("reading the files alone, s", contest.median("reading"), f"{contest.bytes} bytes")
    return met


def compare(contest, given):
    db = sqlite3.connect(f"file:{contest.ledger}?mode=ro", uri=True)
    db.enable_load_extension(True)
    db.load_extension(str((given.build / "genops_ledger").resolve()))
    requests = list(requests_of(db))
    ours, (tokens, usd, unpriced) = tokens_of(requests), theirs_of(contest.said)
    compare_reports(contest.rows, ours)
    different = compare_tokens(ours, tokens)
    outcomes = ", ".join(f"{contest.counts[name]} {name}" for name in ("read", "recorded", "duplicate", "revised"))
    met = report(f"days and models of {len(tokens)} whose tokens differ", different,
                 f"{len(requests)} requests, {sum(map(sum, ours.values()))} tokens; {outcomes}", most=0)  # fmt: skip
    return compare_costs(db, requests, usd, unpriced) and met


def arguments():
    parser = options(__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("ccusage", type=Path)
    parser.add_argument("--lines", type=count, default=200_000)
    parser.add_argument("--bytes", type=count, default=200_000_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    return parser.parse_args()


def main():
    given = arguments()
    if given.folder:
        given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="genops_agent_logs.", dir=given.folder) as name:
        folder = Path(name)
        asked = ("--lines", given.lines, "--bytes", given.bytes, "--seed", given.seed)
        subprocess.run([sys.executable, "-B", HERE / "agent_log_tree.py", folder, *map(str, asked)], check=True)
        contest = Contest(given, folder)
        contest.run(given.rounds)
        met = report_times(contest)
        met &= compare(contest, given)
    return met


if __name__ == "__main__":
    exit_with(main, "agent_logs", subprocess.CalledProcessError, sqlite3.Error)
