#!/usr/bin/python3
"""Asks Elasticsearch and the ledger the same questions about costs, and compares the answers.

    elasticsearch_costs.py --url http://localhost:9200 --ledger costs.db --extension genops_ledger.so
                           [--day 2026-01-18] [--month 2026-01] [--days 30]

Elasticsearch is asked as the GenOps guide asks it: the cost of a day and of a month by provider, team and
customer, the usage of the last days by provider and model, and the trend of the last days. The ledger is
asked through the `sqlite3` of the standard library and the extension. Amounts are compared in whole nano-USD.

Exit status: 0 the same, 1 they differ, 2 one of them cannot be asked.
"""

import argparse
import json
import sqlite3
import sys
import time
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

INDEX = "genops-ai-*"
DAY_MS = 24 * 60 * 60 * 1000
DIFFERS = "DIFFERS"
TEN_BUCKETS = "the query gives 10 names"


# The guide's three queries, as it has them.


def daily_query(start, end):
    return {
        "query": {
            "bool": {
                "must": [
                    {"range": {"@timestamp": {"gte": start.isoformat(), "lt": end.isoformat()}}},
                    {"exists": {"field": "genops.cost.total"}}
                ]
            }
        },
        "aggs": {
            "by_provider": {
                "terms": {"field": "genops.provider.keyword"},
                "aggs": {"total_cost": {"sum": {"field": "genops.cost.total"}}}
            },
            "by_team": {
                "terms": {"field": "genops.team.keyword"},
                "aggs": {"total_cost": {"sum": {"field": "genops.cost.total"}}}
            },
            "by_customer": {
                "terms": {"field": "genops.customer_id.keyword"},
                "aggs": {"total_cost": {"sum": {"field": "genops.cost.total"}}}
            }
        },
        "size": 0
    }  # fmt: skip


def usage_query(days):
    return {
        "query": {
            "range": {
                "@timestamp": {
                    "gte": f"now-{days}d",
                    "lte": "now"
                }
            }
        },
        "aggs": {
            "by_provider": {
                "terms": {"field": "genops.provider.keyword"},
                "aggs": {
                    "total_cost": {"sum": {"field": "genops.cost.total"}},
                    "total_requests": {"value_count": {"field": "genops.cost.total"}},
                    "by_model": {
                        "terms": {"field": "ai.model.name.keyword"},
                        "aggs": {"cost": {"sum": {"field": "genops.cost.total"}}}
                    }
                }
            }
        },
        "size": 0
    }  # fmt: skip


def trend_query(days):
    return {
        "query": {"range": {"@timestamp": {"gte": f"now-{days}d"}}},
        "aggs": {
            "daily_costs": {
                "date_histogram": {
                    "field": "@timestamp",
                    "calendar_interval": "day"
                },
                "aggs": {
                    "total_cost": {"sum": {"field": "genops.cost.total"}}
                }
            }
        },
        "size": 0
    }  # fmt: skip


class Cluster:
    """Elasticsearch, through its official client."""

    def __init__(self, url):
        try:
            from elasticsearch import Elasticsearch
        except ImportError:
            give_up('the client of Elasticsearch is missing: python3 -m pip install "elasticsearch>=8,<9"')
        self._client = Elasticsearch([url])

    def aggregations(self, query):
        from elasticsearch import ApiError, TransportError

        try:
            answer = self._client.search(index=INDEX, body=query)
        except (ApiError, TransportError) as error:
            give_up(f"Elasticsearch does not answer: {error}")
        # An answer that lacks a shard is a smaller number, not an error.
        if answer["timed_out"] or answer["_shards"]["failed"]:
            give_up(f"Elasticsearch answers in part only: {answer['_shards']}")
        return answer.get("aggregations", {})  # without any index there are none


class Ledger:
    """The ledger's file, for reading, with the functions of docs/sql.md."""

    def __init__(self, path, extension):
        try:
            self._connection = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True)
            if not hasattr(self._connection, "enable_load_extension"):
                give_up("this Python's sqlite3 loads no extensions; Debian's does")
            self._connection.enable_load_extension(True)
            self._connection.load_extension(str(Path(extension).resolve()))
            self._connection.enable_load_extension(False)
        except sqlite3.Error as error:
            give_up(f"the ledger {path} with {extension}: {error}")

    def rows(self, query, *values):
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            give_up(f"the ledger: {error}")

    def json(self, query, *values):
        """One JSON text, whose amounts stay exact."""
        return json.loads(self.rows(query, *values)[0][0], parse_float=Decimal)


class Table:
    """Figures side by side, and whether they are the same. What is not there counts as 0."""

    def __init__(self, title):
        self.title = title
        self._rows = {}

    def add(self, name, theirs, ours, *, form=None, unseen=0, why=""):
        """Adds to the row of that name. `unseen` is what the ledger may have more, and `why` says why."""
        new = {"theirs": 0, "ours": 0, "unseen": 0, "form": form or usd, "why": ""}
        row = self._rows.setdefault(name, new)
        row["theirs"] += theirs
        row["ours"] += ours
        row["unseen"] += unseen
        row["why"] = row["why"] or why

    def add_terms(self, kind, aggregation, ours, cost="total_cost"):
        """Adds the buckets of a terms aggregation beside the ledger's amounts by name, and gives what the
        ledger has beyond them: a query that does not say how many gets the 10 with the most documents."""
        buckets = {bucket["key"]: nanos(bucket[cost]["value"]) for bucket in aggregation.get("buckets", [])}
        is_cut = aggregation.get("sum_other_doc_count", 0) > 0
        beyond = 0
        for name in dict.fromkeys([*buckets, *sorted(ours)]):
            if name in buckets or not is_cut:
                self.add(f"{kind} {name}", buckets.get(name, 0), ours.get(name, 0))
            else:
                beyond += ours[name]
        if is_cut:
            self.add(f"{kind}: the others", 0, beyond, unseen=beyond, why=TEN_BUCKETS)
        return beyond

    def show(self):
        """Prints it. Whether both sides say the same."""
        head = (self.title, "Elasticsearch", "ledger", "")
        body = [(name, row["form"](row["theirs"]), row["form"](row["ours"]), remark(row))
                for name, row in self._rows.items()]  # fmt: skip
        widths = [max(len(line[column]) for line in [head, *body]) for column in range(3)]
        print()
        for name, theirs, ours, note in [head, *body]:
            print(f"{name:{widths[0]}}  {theirs:>{widths[1]}}  {ours:>{widths[2]}}  {note}".rstrip())
        return not any(note == DIFFERS for *_, note in body)


def remark(row):
    if row["theirs"] == row["ours"]:
        return ""
    return row["why"] if row["theirs"] + row["unseen"] == row["ours"] else DIFFERS


def give_up(why):
    print(f"{Path(sys.argv[0]).name}: {why}", file=sys.stderr)
    sys.exit(2)


def nanos(amount):
    """Whole nano-USD (10^-9) of an amount in USD; of None, which is none, 0. What Elasticsearch adds up in
    binary is off by far less than half a nano, up to millions of USD."""
    return round((amount or 0) * 1_000_000_000)


def known(amounts):
    """The amounts by name, without those that are not known: unpriced events only."""
    return {name: nanos(amount) for name, amount in amounts.items() if amount is not None}


def usd(amount):
    sign, whole = "-" if amount < 0 else "", abs(amount)
    return f"{sign}{whole // 10**9}.{whole % 10**9:09}"


def compare_days(table, cluster, total, days):
    """One query per day beside the ledger's costs of that day, all added up, and the total beside its own."""
    pairs = []
    for costs in days:
        start = datetime.fromisoformat(costs["date"])
        pairs.append((cluster.aggregations(daily_query(start, start + timedelta(days=1))), costs))
    providers = [bucket for answer, _ in pairs for bucket in answer.get("by_provider", {}).get("buckets", [])]
    table.add("total", sum(nanos(bucket["total_cost"]["value"]) for bucket in providers), nanos(total))
    for name in ("provider", "team", "customer"):
        for answer, costs in pairs:
            beyond = table.add_terms(name, answer.get(f"by_{name}", {}), known(costs[f"by_{name}"]))
            if name == "provider":  # whose buckets the guide adds up to a total
                table.add("total", 0, 0, unseen=beyond, why=TEN_BUCKETS)
    return table.show()


def compare_day(cluster, ledger, day):
    costs = ledger.json("SELECT cost_report(?)", str(day))
    return compare_days(Table(f"cost of {day}, USD"), cluster, costs["total_cost"], [costs])


def compare_month(cluster, ledger, day):
    costs = ledger.json("SELECT cost_report(?)", f"{day:%Y-%m}")
    table = Table(f"cost of {day:%Y-%m}, USD")
    return compare_days(table, cluster, costs["total_cost"], costs["daily_costs"])


def average(total, requests):
    return round(Fraction(total, requests)) if requests else 0


def compare_usage(cluster, ledger, days, now_ms):
    providers = cluster.aggregations(usage_query(days)).get("by_provider", {})
    usage = ledger.json("SELECT current_usage(?, ?)", days, now_ms)
    ours = {provider["name"]: provider for provider in usage["providers"]}
    # To the guide's query every document with a cost is a request; to the ledger a correction is none.
    corrections = dict(ledger.rows(
        """SELECT provider, count(*) FROM cost_event
           WHERE cost_nanos IS NOT NULL AND kind NOT IN ('attempt', 'cached') AND occurred_at BETWEEN ? AND ?
           GROUP BY provider""", as_text(now_ms - days * DAY_MS), as_text(now_ms)))  # fmt: skip
    table = Table(f"usage of the last {days} days, USD")
    table.add_terms("provider", providers, known({name: found["total_cost"] for name, found in ours.items()}))
    for bucket in providers.get("buckets", []):
        name, requests = bucket["key"], bucket["total_requests"]["value"]
        found = ours.get(name, {"requests": 0, "avg_cost_per_request": 0, "models": {}})
        more = corrections.get(name, 0)
        why = f"{more} are corrections or releases"
        table.add(f"{name}: requests", requests, found["requests"], form=str, unseen=-more, why=why)
        if more == 0:
            each = average(nanos(bucket["total_cost"]["value"]), requests)
            table.add(f"{name}: per request", each, nanos(found["avg_cost_per_request"]))
        table.add_terms(f"{name}: model", bucket["by_model"], known(found["models"]), "cost")
    return table.show()


def compare_trend(cluster, ledger, days, now_ms):
    answer = cluster.aggregations(trend_query(days)).get("daily_costs", {})
    buckets = answer.get("buckets", [])
    theirs = {bucket["key_as_string"][:10]: nanos(bucket["total_cost"]["value"]) for bucket in buckets}
    daily = "SELECT period, ifnull(cost_nanos, 0) FROM cost_rollup('day', '', ?)"
    ours = dict(ledger.rows(daily, now_ms - days * DAY_MS))
    table = Table(f"trend of the last {days} days, USD")
    for day in sorted({*theirs, *ours}):
        table.add(day, theirs.get(day, 0), ours.get(day, 0))
    if len(theirs) >= 2:
        table.add("change", change(theirs), change({day: ours.get(day, 0) for day in theirs}), form=percent)
    return table.show()


def change(costs):
    """From the first day to the last, in tenths of a percent; 0 where the first cost nothing."""
    first, last = costs[min(costs)], costs[max(costs)]
    return round(Fraction(1000 * (last - first), first)) if first > 0 else 0


def percent(tenths):
    return f"{tenths / 10:+.1f} %"


def as_text(ms):
    at = datetime.fromtimestamp(ms // 1000, timezone.utc)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}Z"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://localhost:9200", help="Elasticsearch (default: %(default)s)")
    parser.add_argument("--ledger", required=True, metavar="FILE")
    parser.add_argument("--extension", required=True, metavar="FILE", help="genops_ledger.so")
    parser.add_argument("--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="UTC (default: today)")
    parser.add_argument("--month", type=month, metavar="YYYY-MM", help="UTC (default: that of the day)")
    parser.add_argument("--days", type=int, help="back from now (default: 30 for usage, 7 for the trend)")
    return parser.parse_args()


def month(text):
    """Its first day."""
    return date.fromisoformat(f"{text}-01")


def main():
    given = arguments()
    cluster, ledger = Cluster(given.url), Ledger(given.ledger, given.extension)
    now_ms = time.time_ns() // 1_000_000
    day = given.day or datetime.now(timezone.utc).date()
    same = [
        compare_day(cluster, ledger, day),
        compare_month(cluster, ledger, given.month or day),
        compare_usage(cluster, ledger, given.days or 30, now_ms),
        compare_trend(cluster, ledger, given.days or 7, now_ms),
    ]
    if all(same):
        print("\nElasticsearch and the ledger say the same.")
        return 0
    print("\nThey differ. Elasticsearch lacks what is not shipped yet (genops sync) or came just now, and has"
          "\nwhat other ledgers shipped.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
