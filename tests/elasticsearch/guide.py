"""The GenOps guide's three questions to Elasticsearch by plain HTTP: no client, nothing of genops between.

The queries themselves are those of the Python example, which has them as the guide has them.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples/python/elasticsearch_costs.py"
sys.path.insert(0, str(EXAMPLE.parent))
from elasticsearch_costs import daily_query, trend_query, usage_query  # noqa: E402


def search(cluster, query):
    return cluster.search(query, "genops-ai-*")["aggregations"]


def by_name(aggregation, cost="total_cost"):
    return {bucket["key"]: bucket[cost]["value"] for bucket in aggregation["buckets"]}


def daily_costs(cluster, day):
    """What a day cost: total_cost, by_provider, by_team, by_customer."""
    start = datetime(day.year, day.month, day.day)
    found = search(cluster, daily_query(start, start + timedelta(days=1)))
    costs = {name: by_name(found[name]) for name in ("by_provider", "by_team", "by_customer")}
    return {"total_cost": sum(costs["by_provider"].values())} | costs


def current_usage(cluster, days):
    """Of each provider: total_cost, requests, avg_cost_per_request, models."""
    usage = {}
    for bucket in search(cluster, usage_query(days))["by_provider"]["buckets"]:
        total, requests = bucket["total_cost"]["value"], bucket["total_requests"]["value"]
        usage[bucket["key"]] = {
            "total_cost": total,
            "requests": requests,
            "avg_cost_per_request": total / requests,
            "models": by_name(bucket["by_model"], "cost"),
        }
    return usage


def cost_trends(cluster, days):
    """What each day cost, from the first to the last that has a document, and the change in percent."""
    buckets = search(cluster, trend_query(days))["daily_costs"]["buckets"]
    costs = {bucket["key_as_string"]: bucket["total_cost"]["value"] for bucket in buckets}
    first, last = list(costs.values())[0], list(costs.values())[-1]
    return costs, (last - first) / first * 100 if first > 0 else 0.0
