#!/usr/bin/python3
"""What a real Elasticsearch refuses, and why, and what comes of it: faults_test.py VERSION GENOPS

Documents that a mapping refuses, a wrong template, blocks, closed indices, limits, a pipeline that is not there: each is
provoked, seen in the ledger with its reason, repaired, and then nothing is missing. Exit 77, and "skipped: why": no such
server can run here.
"""

import sys
import tempfile
from pathlib import Path

from cluster import Cluster

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from elasticsearch import ElasticsearchServer, exit_without, why_not  # noqa: E402
from ledger import Ledger, expect  # noqa: E402

GOOD_DAY = "2024-01-01"  # on which nothing happens
SMALL_NUMBERS = {"mappings": {"properties": {"duration_ms": {"type": "byte"}}}}


def index_of(day, start="genops-ai-default"):
    return f"{start}-{day.replace('-', '.')}"


def kinds(ledger):
    """Of refusals: state, status and type, each once."""
    return {(row["state"], row["status"], row["type"]) for row in ledger.refusals()}


def set_cluster(cluster, name, value):
    cluster.ask("PUT", "/_cluster/settings", {"persistent": {name: value}})


def set_index(cluster, index, name, value):
    cluster.ask("PUT", f"/{index}/_settings", {name: value})


# ---------------------------------------------------------------- refused for good


def mapping_error(cluster, ledger):
    """One document that the mapping of its index refuses is dead with its reason; the others arrive."""
    day = "2024-05-05"
    cluster.ask("PUT", f"/{index_of(day)}", SMALL_NUMBERS)
    ledger.record(30, f"{day}T10:00:00Z", duration_ms=5)
    ledger.record(1, f"{day}T11:00:00Z", duration_ms=5_000)
    ledger.record(30, f"{day}T12:00:00Z", duration_ms=7)
    result = ledger.sync(code=1)
    expect("delivered", (result["delivered"], result["remaining"]), (60, 1))
    (dead,) = ledger.refusals()
    expect("dead", (dead["state"], dead["status"]), ("dead", 400))
    assert "pars" in dead["type"] and "duration_ms" in dead["reason"], dead
    expect("status", ledger.status()["dead"], 1)
    expect("documents", cluster.count(index_of(day)), 60)
    print(f"note: a mapping error: {dead['status']} {dead['type']}: {dead['reason']}")
    cluster.ask("DELETE", f"/{index_of(day)}")
    ledger.run("sync", "rewind", "--from", day)
    expect("remaining after the repair", ledger.sync()["remaining"], 0)
    expect("after the repair", cluster.count(index_of(day)), 61)


def redrive(cluster, ledger):
    day = "2024-06-06"
    cluster.ask("PUT", f"/{index_of(day)}", SMALL_NUMBERS)
    ledger.record(1, f"{day}T11:00:00Z", duration_ms=5_000)
    ledger.sync(code=1)
    expect("dead", ledger.status()["dead"], 1)
    again = ledger.sync("redrive", code=1)
    expect("as wrong as before", (again["delivered"], ledger.status()["dead"]), (0, 1))
    cluster.ask("DELETE", f"/{index_of(day)}")
    expect("redriven", ledger.sync("redrive")["delivered"], 1)
    expect("dead", ledger.status()["dead"], 0)


def wrong_template(cluster, ledger):
    """Where most would be dead, the mapping is wrong and not the data: it stops, and gives none of them up."""
    day = "2024-06-07"
    cluster.ask("PUT", f"/{index_of(day)}", SMALL_NUMBERS)
    ledger.record(10, f"{day}T10:00:00Z", duration_ms=5)
    ledger.record(40, f"{day}T11:00:00Z", duration_ms=5_000)
    result = ledger.sync(code=1)
    expect("delivered", (result["delivered"], result["remaining"]), (0, 50))
    status = ledger.status()
    expect("state", (status["state"], status["dead"], ledger.refusals()), ("stopped", 0, []))
    assert "duration_ms" in status["last_error"] and "template" in status["last_error"], status
    cluster.ask("DELETE", f"/{index_of(day)}")
    expect("after the repair", ledger.sync()["delivered"], 50)
    expect("state", ledger.status()["state"], "active")
    expect("documents", cluster.count(index_of(day)), 50)


# ---------------------------------------------------------------- refused until it is repaired


def held(cluster, ledger, day, refusal, harm, repair, before=1):
    """The events of a day are held while the others flow; the next sync after the repair delivers them."""
    if before > 0:  # then the index is there
        ledger.record(before, f"{day}T09:00:00Z")
        ledger.sync()
    harm()
    ledger.record(30, f"{day}T10:00:00Z")
    ledger.record(20, f"{GOOD_DAY}T10:00:00Z")
    result = ledger.sync(code=1)
    expect(f"delivered beside {refusal}", (result["delivered"], result["remaining"]), (20, 30))
    expect("refusals", kinds(ledger), {("held", *refusal)})
    expect("held", ledger.status()["held"], 30)
    print("note: held:", *refusal, ledger.refusals()[0]["reason"])
    repair()
    result = ledger.sync()
    expect(f"after {refusal}", (result["delivered"], result["remaining"], ledger.refusals()), (30, 0, []))
    expect("documents", cluster.count(index_of(day)), before + 30)


def write_block(cluster, ledger):
    index = index_of("2024-07-01")
    held(cluster, ledger, "2024-07-01", (403, "cluster_block_exception"),
         lambda: set_index(cluster, index, "index.blocks.write", True),
         lambda: set_index(cluster, index, "index.blocks.write", None))  # fmt: skip


def closed_index(cluster, ledger):
    index = index_of("2024-07-02")
    held(cluster, ledger, "2024-07-02", (400, "index_closed_exception"),
         lambda: cluster.ask("POST", f"/{index}/_close"),
         lambda: cluster.ask("POST", f"/{index}/_open?wait_for_active_shards=1"))  # fmt: skip


def absent_pipeline(cluster, ledger):
    index = index_of("2024-07-03")
    held(cluster, ledger, "2024-07-03", (400, "illegal_argument_exception"),
         lambda: set_index(cluster, index, "index.default_pipeline", "nonesuch"),
         lambda: set_index(cluster, index, "index.default_pipeline", None))  # fmt: skip


def shard_limit(cluster, ledger):
    """No new day can be made."""
    held(cluster, ledger, "2024-07-04", (400, "validation_exception"),
         lambda: set_cluster(cluster, "cluster.max_shards_per_node", 1),
         lambda: set_cluster(cluster, "cluster.max_shards_per_node", None), before=0)  # fmt: skip


def no_auto_create(cluster, ledger):
    """A cluster that makes no index by itself makes ours, since the template says so; without it, they wait."""
    set_cluster(cluster, "action.auto_create_index", False)
    ledger.record(1, "2024-07-05T10:00:00Z")
    expect("a new day", ledger.sync()["delivered"], 1)
    ledger.run("destination", "add", "bare", cluster.url, "--prefix", "bare")
    events = ledger.query("SELECT count(*) AS n FROM cost_event")[0]["n"]
    result = ledger.sync("--to", "bare", code=1)
    expect("without a template", (result["delivered"], result["remaining"]), (0, events))
    expect("refusals", kinds(ledger), {("held", 404, "index_not_found_exception")})
    set_cluster(cluster, "action.auto_create_index", None)
    expect("after the repair", ledger.sync("--to", "bare")["delivered"], events)
    expect("documents", cluster.count("bare-default-*"), events)
    ledger.run("destination", "remove", "bare")


def flood_stage(cluster, ledger):
    """A full disk: refused for now, and delivered by the same sync once there is room."""
    day, index = "2024-07-06", index_of("2024-07-06")
    ledger.record(1, f"{day}T09:00:00Z")
    ledger.sync()
    set_index(cluster, index, "index.blocks.read_only_allow_delete", True)
    ledger.record(30, f"{day}T10:00:00Z")
    ledger.record(20, f"{GOOD_DAY}T10:00:00Z")
    worker = ledger.start("sync", "--wait", "10m")
    notice = worker.stderr.readline()
    assert "30 events refused" in notice and "429 cluster_block_exception" in notice, notice
    expect("refusals", kinds(ledger), {("retry", 429, "cluster_block_exception")})
    expect("status", ledger.status()["retry"], 30)
    print("note: a full disk:", notice.strip())
    set_index(cluster, index, "index.blocks.read_only_allow_delete", None)
    said, _ = ledger.finish(worker)
    expect("delivered", said.split()[4:], ["search", "50", "0"])
    expect("documents", cluster.count(index), 31)


def read_only_cluster(cluster, ledger):
    """Everything is refused: it stops, keeps everything, and goes on with the sync after the repair."""
    set_cluster(cluster, "cluster.blocks.read_only", True)
    ledger.record(30, f"{GOOD_DAY}T10:00:00Z")
    result = ledger.sync(code=1)
    expect("delivered", (result["delivered"], result["remaining"]), (0, 30))
    expect("state", (ledger.status()["state"], ledger.refusals()), ("stopped", []))
    print("note: a cluster that may only be read:", result["error"])
    set_cluster(cluster, "cluster.blocks.read_only", None)
    expect("after the repair", ledger.sync()["delivered"], 30)
    expect("state", ledger.status()["state"], "active")


# ---------------------------------------------------------------- setup


def setup(cluster, ledger):
    """Setup raises versions, keeps newer ones, adds patterns, and warns of templates that win over it."""
    ours = "/_index_template/genops-ledger"

    def there():
        found = cluster.ask("GET", ours)["index_templates"][0]["index_template"]
        # 9.x adds when it was made and changed, and takes neither back.
        return {name: value for name, value in found.items() if "_date" not in name}

    printed = ledger.rows("sync", "setup", "--dry-run")[0]["requests"]
    expect("dry run", [(request["method"], request["path"], request["outcome"]) for request in printed],
           [("PUT", "/_ilm/policy/genops-ledger", None), ("PUT", ours, None)])  # fmt: skip
    present = there()
    expect("what is there", (present["version"], present["index_patterns"]), (1, ["genops-ai-*"]))
    newer = {**present, "version": 99}
    cluster.ask("PUT", ours, newer)
    outcome = ledger.rows("sync", "setup")[0]["requests"][-1]["outcome"]
    expect("a newer one", outcome, "kept: version 99 is there")
    ledger.run("destination", "add", "other", cluster.url, "--prefix", "genops-other")
    ledger.run("sync", "setup", "--to", "other")
    merged = there()
    expect("patterns", (merged["version"], merged["index_patterns"]), (99, ["genops-ai-*", "genops-other-*"]))
    cluster.ask("PUT", ours, {**merged, "version": 0})
    ledger.run("sync", "setup", "--to", "other")
    raised = there()
    expect("raised", (raised["version"], raised["index_patterns"]), (1, ["genops-ai-*", "genops-other-*"]))
    foreign = {"index_patterns": ["genops-other-*"], "priority": 900, "template": {}}
    cluster.ask("PUT", "/_index_template/foreign", foreign)
    warnings = ledger.rows("sync", "setup", "--to", "other")[0]["warnings"]
    assert any("'foreign'" in warning and "900" in warning for warning in warnings), warnings
    cluster.ask("PUT", "/_index_template/foreign", {**foreign, "data_stream": {}})
    _, refused = ledger.run("sync", "setup", "--to", "other", code=2)
    assert "data streams" in refused, refused
    cluster.ask("DELETE", "/_index_template/foreign")
    ledger.run("destination", "remove", "other")


CASES = [
    mapping_error, redrive, wrong_template, write_block, closed_index, absent_pipeline, shard_limit, no_auto_create,
    flood_stage, read_only_cluster, setup,
]  # fmt: skip


def other_namespaces(url, ledger):
    """What another destination has under a name that begins alike counts for that one."""
    ledger.ingest([{"occurred_at": f"{GOOD_DAY}T10:00:00Z", "provider": "openai", "cost_usd": "0.5",
                    "attributes": nested(60)}])  # fmt: skip
    for name in ("prod", "prod-eu"):
        ledger.run("destination", "add", name, url, "--namespace", name)
        expect("shipped", ledger.rows("sync", "--to", name)[0]["remaining"], 0)
    for name in ("prod", "prod-eu"):
        expect(name, ledger.rows("sync", "verify", "--to", name)[0]["differences"], [])


def nested(depth):
    value = "deep"
    for _ in range(depth):
        value = {"n": value}
    return value


def main():
    version, genops = sys.argv[1:]
    if why := why_not(version):
        return exit_without(version, why)
    with tempfile.TemporaryDirectory(prefix="genops-faults-") as folder, ElasticsearchServer(version) as server:
        ledger, cluster = Ledger(genops, f"{folder}/ledger.db"), Cluster(server.url)
        ledger.record(20, f"{GOOD_DAY}T09:00:00Z")
        ledger.run("destination", "add", "search", server.url)
        ledger.run("sync", "setup")
        ledger.sync()
        for case in CASES:
            case(cluster, ledger)
            verified = ledger.rows("sync", "verify")[0]
            expect(f"after {case.__name__}", (verified["differences"], verified["remaining"]), ([], 0))
        expect("twins", cluster.twins(), [])
        other_namespaces(server.url, ledger)
    return 0


if __name__ == "__main__":
    sys.exit(main())
