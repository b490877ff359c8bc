#!/usr/bin/python3
"""What genops ships to a real Elasticsearch answers the GenOps guide's queries, with the ledger's figures.

guide_test.py VERSION GENOPS EXTENSION SOURCE-FOLDER BINARY-FOLDER

Five events whose figures are known, then an hour of requests whose sums are computed here in whole numbers:
the real one where its file is, else a generated one. Each is asked about by plain HTTP, in SQL, and by the
Python example, which uses the official client. Exit 77, and "skipped: why": no such server can run here.
"""

import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import guide
from cluster import Cluster
from python_client import python_with_client

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import hour  # noqa: E402
from elasticsearch import ElasticsearchServer, exit_without, why_not  # noqa: E402
from ledger import Ledger, expect  # noqa: E402

RECORDED_DAY = datetime(2023, 11, 16, tzinfo=timezone.utc)
TERMS_BUCKETS = 10  # what a terms aggregation gives where it is not told
MODELS = {"openai": "gpt-4", "anthropic": "claude-3-sonnet", "bedrock": "claude-3-haiku"}
NANOS_PER_TOKEN = {"openai": (30_001, 59_999), "anthropic": (3_003, 15_007), "bedrock": (251, 1_253)}


def milliseconds(at):
    return round(at.timestamp() * 1000)


def nanos(usd):
    """Of an exact amount, or of a sum in binary, which is off by far less than half a nano."""
    return round(usd * 10**9)


def in_nanos(figures):
    return {name: nanos(usd) for name, usd in figures.items()}


class Shipping:
    """A new ledger, and a cluster that has no documents yet."""

    def __init__(self, genops, extension, url, folder):
        self.extension, self.url = extension, url
        self.cluster = Cluster(url)
        self.ledger = Ledger(genops, f"{folder}/ledger.db")

    def sql_json(self, query):
        """The answer of a function that gives JSON text."""
        return json.loads(self.ledger.query(f"SELECT {query} AS answer")[0]["answer"], parse_float=Decimal)

    def ship(self):
        self.cluster.ask("DELETE", "/genops-ai-*")
        self.ledger.run("destination", "add", "es", self.url)
        self.ledger.run("sync", "setup")
        self.ledger.run("sync")
        events = self.ledger.query("SELECT count(*) AS n FROM cost_event")[0]["n"]
        expect("documents", self.cluster.count("genops-ai-*"), events)

    def example(self, python, *arguments):
        """Runs the example; gives what it said, and its exit code."""
        command = [python, "-B", guide.EXAMPLE, "--url", self.url, "--ledger", self.ledger.path, "--extension",
                   self.extension, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr, done.returncode


def check_ledger(shipping, day, daily, usage, trends):
    """The ledger's own answers are those of the cluster, but for the names beyond its ten buckets."""
    report = shipping.sql_json(f"cost_report('{day:%Y-%m-%d}')")
    expect("total_cost", nanos(report["total_cost"]), nanos(daily["total_cost"]))
    for breakdown in ("by_provider", "by_team", "by_customer"):
        found = in_nanos(report[breakdown])
        shown = in_nanos(daily[breakdown])
        expect(f"cost_report, {breakdown}", {name: found.get(name) for name in shown}, shown)
        expect(f"names {breakdown}", len(shown), min(len(found), TERMS_BUCKETS))
    for provider in shipping.sql_json("current_usage(30)")["providers"]:
        found = usage[provider["name"]]
        for figure in ("total_cost", "avg_cost_per_request"):
            what = f"current_usage, {provider['name']}, {figure}"
            expect(what, nanos(provider[figure]), nanos(found[figure]))
        expect(f"requests of {provider['name']}", provider["requests"], found["requests"])
        expect(f"models of {provider['name']}", in_nanos(provider["models"]), in_nanos(found["models"]))
    week_ago = milliseconds(datetime.now(timezone.utc) - timedelta(days=7))
    rows = shipping.ledger.query(f"SELECT period, cost_nanos FROM cost_rollup('day', '', {week_ago})")
    days = {at[:10]: nanos(cost) for at, cost in trends.items() if cost != 0}
    expect("cost_rollup by day", {row["period"]: row["cost_nanos"] for row in rows}, days)


def check_example(shipping, python, *arguments):
    """It says the same of both; and it says so when they differ."""
    if python is None:
        return
    said, code = shipping.example(python, *arguments)
    assert code == 0 and "DIFFERS" not in said, f"the example: exit {code}\n{said}"
    shipping.ledger.run("record", "--provider", "openai", "--model", "gpt-4", "--cost-nanos", "1")
    said, code = shipping.example(python, *arguments)
    assert code == 1 and "DIFFERS" in said, f"an event that is not shipped; the example: exit {code}\n{said}"


def used(total, requests, average, model):
    figures = {"total_cost": total, "requests": requests, "avg_cost_per_request": average}
    return figures | {"models": {model: total}}


def five_events(shipping, python):
    now = datetime.now(timezone.utc)
    today, before = milliseconds(now), milliseconds(now - timedelta(days=3))
    events = [
        (today, "openai", "gpt-4", "customer-123", "team-a", "0.05", "success"),
        (today, "anthropic", "claude-3-sonnet", "customer-123", "team-a", "0.03", "success"),
        (today, "bedrock", "claude-3-sonnet", "customer-456", "team-b", "0.02", "success"),
        (today, "openai", "gpt-4", "customer-456", "team-b", "0", "error"),
        (before, "openai", "gpt-4", "customer-123", "team-a", "0.10", "success"),
    ]
    for at, provider, model, customer, team, cost, status in events:
        shipping.ledger.run("record", "--at", str(at), "--provider", provider, "--model", model, "--team", team,
                        "--customer-id", customer, "--cost-usd", cost, "--status", status)  # fmt: skip
    shipping.ship()
    daily, usage = guide.daily_costs(shipping.cluster, now), guide.current_usage(shipping.cluster, 30)
    trends, change = guide.cost_trends(shipping.cluster, 7)
    # The doubles are Elasticsearch's own: 0.15000000000000002 is 0.05 + 0 + 0.10 there.
    expect("daily costs", daily, {
        "total_cost": 0.1,
        "by_provider": {"openai": 0.05, "anthropic": 0.03, "bedrock": 0.02},
        "by_team": {"team-a": 0.08, "team-b": 0.02},
        "by_customer": {"customer-123": 0.08, "customer-456": 0.02},
    })  # fmt: skip
    expect("current usage", usage, {
        "openai": used(0.15000000000000002, 3, 0.05000000000000001, "gpt-4"),
        "anthropic": used(0.03, 1, 0.03, "claude-3-sonnet"),
        "bedrock": used(0.02, 1, 0.02, "claude-3-sonnet"),
    })  # fmt: skip
    days = [f"{now - timedelta(days=back):%Y-%m-%d}T00:00:00.000Z" for back in (3, 2, 1, 0)]
    expect("cost trends", trends, dict(zip(days, [0.1, 0.0, 0.0, 0.1])))
    expect("change in percent", change, 0.0)
    check_ledger(shipping, now, daily, usage, trends)
    check_example(shipping, python, "--day", f"{now:%Y-%m-%d}")


def hour_events(requests, now):
    """Each request twice: when it was, and as if the last had been just now. Amounts are whole nano-USD."""
    chance = random.Random(hour.SEED)
    requests = [(datetime.fromisoformat(at[:23] + "+00:00"), *tokens) for at, *tokens in requests]
    shift = now - max(at for at, _, _ in requests)
    for number, (at, context, generated) in enumerate(requests):
        provider = chance.choice(list(MODELS))
        each_in, each_out = NANOS_PER_TOKEN[provider]
        event = {"provider": provider, "model": MODELS[provider], "team": f"team-{chance.randrange(4)}",
                 "customer_id": f"customer-{min(chance.randrange(14), chance.randrange(14)):02}",
                 "input_tokens": context, "output_tokens": generated,
                 "cost_nanos": context * each_in + generated * each_out}  # fmt: skip
        for name, when in (("then", at), ("today", at + shift)):
            when = datetime.fromtimestamp(milliseconds(when) / 1000, timezone.utc)
            occurred_at = when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            yield event | {"idempotency_key": f"{name}-{number}", "occurred_at": occurred_at}


def sums_by(events, field, of="cost_nanos"):
    sums = Counter()
    for event in events:
        sums[event[field]] += event[of]
    return dict(sums)


def real_hour(shipping, python, source):
    now = datetime.now(timezone.utc)
    print(f"note: who asked is made up, seed {hour.SEED}")
    events = list(hour_events(hour.hour_of_requests(source), now))
    shipping.ledger.ingest(events)
    shipping.ship()
    then = [event for event in events if event["occurred_at"] < "2024"]
    today = [event for event in events if event["occurred_at"] > "2024"]

    daily = guide.daily_costs(shipping.cluster, RECORDED_DAY)
    expect("total", nanos(daily["total_cost"]), sum(event["cost_nanos"] for event in then))
    expect("by provider", in_nanos(daily["by_provider"]), sums_by(then, "provider"))
    expect("by team", in_nanos(daily["by_team"]), sums_by(then, "team"))
    customers, shown = sums_by(then, "customer_id"), in_nanos(daily["by_customer"])
    expect("customers shown of 14", (len(customers), len(shown)), (14, TERMS_BUCKETS))
    expect("by customer", shown, {name: customers[name] for name in shown})

    usage = guide.current_usage(shipping.cluster, 30)
    requests = Counter(event["provider"] for event in today)
    expect("requests", {name: found["requests"] for name, found in usage.items()}, dict(requests))
    totals = {name: nanos(found["total_cost"]) for name, found in usage.items()}
    expect("usage", totals, sums_by(today, "provider"))
    models = {model: nanos(cost) for found in usage.values() for model, cost in found["models"].items()}
    expect("usage by model", models, sums_by(today, "model"))

    trends, _ = guide.cost_trends(shipping.cluster, 7)
    by_day = sums_by([event | {"day": event["occurred_at"][:10]} for event in today], "day")
    expect("trends", {at[:10]: nanos(cost) for at, cost in trends.items()}, by_day)
    check_ledger(shipping, RECORDED_DAY, daily, usage, trends)
    check_example(shipping, python, "--day", f"{RECORDED_DAY:%Y-%m-%d}")


def main():
    version, genops, extension, source, binary_folder = sys.argv[1:]
    why = why_not(version)
    if why:
        return exit_without(version, why)
    python = python_with_client(Path(binary_folder) / "client")
    # The test removes what it shipped, by a pattern.
    with ElasticsearchServer(version, {"action.destructive_requires_name": False}) as server:
        for check, arguments in ((five_events, []), (real_hour, [source])):
            with tempfile.TemporaryDirectory(prefix="genops-guide-") as folder:
                check(Shipping(genops, extension, server.url, folder), python, *arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
