#!/usr/bin/python3
"""Shipping to a real Elasticsearch through every death: shipping_test.py VERSION GENOPS SHIP_AND_DIE SOURCE-FOLDER

An hour of requests is shipped by workers that are killed at every stage, and at any instruction between answers. The
server is killed in the middle and stopped before the end, and takes no request above 1 MB, so that batches must halve.
Then a document that somebody deletes, and an answer that is lost. What is in the cluster is asked by plain HTTP and
compared with sums made here, in whole numbers, from the events. Exit 77, and "skipped: why": no such server can run
here.
"""

import json
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from cluster import Cluster
from deaf_proxy import DeafProxy

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import hour  # noqa: E402
from elasticsearch import ElasticsearchServer, exit_without, why_not  # noqa: E402
from ledger import Ledger, expect  # noqa: E402

STAGES = ("encoded", "sent", "answered", "acknowledging", "acknowledged")
OUTSIDE = "from outside"
KILLS_PER_STAGE = 10
STAGES_TOLD = 5, 20  # before a kill from outside: of one to four batches
POWER_CUT_AFTER = 30  # kills
RECORDED_LATER = 500  # events, while the server is away


def hour_of_events(source):
    """The events, and the sums that must come back: count and nanos per hour and provider."""
    events, sums = [], {}
    for number, (at, context, generated) in enumerate(hour.hour_of_requests(source)):
        provider = ("openai", "azure", "anthropic")[number % 3]
        nanos = hour.price(context, generated)
        events.append({
            "occurred_at": at, "provider": provider, "model": "gpt-4", "team": f"team-{number % 5}",
            "customer_id": f"customer-{number % 40}", "operation_type": "llm.completion", "input_tokens": context,
            "output_tokens": generated, "cost_usd": hour.usd(nanos), "attributes": {"turn": number},
        })  # fmt: skip
        count, total = sums.get((at[:13], provider), (0, 0))
        sums[at[:13], provider] = count + 1, total + nanos
    return events, sums


# ---------------------------------------------------------------- the storm


class Storm:
    """What happens to the workers of one ledger, and to the server."""

    def __init__(self, program, server, ledger):
        self.program, self.server, self.ledger = program, server, ledger
        self.chance = random.Random(hour.SEED)
        self.last_told = Counter()  # of workers that were killed from outside

    def run(self):
        deaths = [stage for stage in (*STAGES, OUTSIDE) for _ in range(KILLS_PER_STAGE)]
        self.chance.shuffle(deaths)
        for number, death in enumerate(deaths):
            if number == POWER_CUT_AFTER:
                self.cut_power()
            if death == OUTSIDE:
                self.kill_from_outside()
            else:
                self.kill_at(death)
        print(f"note: {KILLS_PER_STAGE} kills at each of {', '.join(STAGES)}, and as many from outside, last seen at",
              ", ".join(f"{stage} {self.last_told[stage]}" for stage in STAGES) + f"; seed {hour.SEED}")  # fmt: skip

    def start(self, *stage):
        command = [self.program, self.ledger.path, "search", *stage]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def kill_at(self, stage):
        worker = self.start(stage, str(1 + self.chance.randrange(2)))
        told, error = worker.communicate()
        expect(f"exit at {stage}: {error}", worker.returncode, -signal.SIGKILL)
        expect("last stage", told.split()[-1], stage)

    def kill_from_outside(self):
        """At whatever instruction the worker is after it told so many stages."""
        with self.start() as worker:
            told = [worker.stdout.readline() for _ in range(self.chance.randrange(*STAGES_TOLD))]
            worker.kill()
            told += worker.stdout.readlines()
        expect("exit", worker.returncode, -signal.SIGKILL)
        self.last_told[told[-1].strip()] += 1

    def cut_power(self):
        """The server dies while a worker ships to it."""
        with self.start() as worker:
            told = [worker.stdout.readline() for _ in range(2 * len(STAGES))]  # of two batches
            self.server.kill()
            told += worker.stdout.readlines()
            error = worker.stderr.read()
        expect(f"exit: {error}", worker.returncode, 77)
        assert "not killed: " in error and "127.0.0.1" in error, error
        status = self.ledger.status()
        expect("state", status["state"], "away")
        print(f"note: the server killed, the worker at '{told[-1].strip()}': {status['last_error']}")
        self.server.start()


def outage(server, ledger, events):
    """The server is away; what is recorded meanwhile waits too, and arrives when it is there again."""
    waiting = ledger.status()["lag_events"] + len(events)
    server.stop()
    ledger.ingest(events)
    for _ in range(3):
        result = ledger.sync("--wait", "1", code=1)
        expect("waiting", (result["delivered"], result["remaining"]), (0, waiting))
    status = ledger.status()
    expect("state", (status["state"], status["lag_events"]), ("away", waiting))
    assert "refused" in status["last_error"] and status["next_try_at"], status
    worker = ledger.start("sync", "--wait", "10m", "--json")
    server.start()
    (drained,) = json.loads(ledger.finish(worker)[0])
    expect("drained by the one that waited", (drained["delivered"], drained["remaining"]), (waiting, 0))
    return waiting


def storm(program, server, cluster, ledger, source):
    events, sums = hour_of_events(source)
    ledger.ingest(events[:-RECORDED_LATER])
    ledger.run("destination", "add", "search", server.url)
    ledger.run("sync", "setup")
    Storm(program, server, ledger).run()
    left = outage(server, ledger, events[-RECORDED_LATER:])
    assert left > RECORDED_LATER, "the kills ran past the end"

    expect("hours and providers in the cluster", cluster.sums(), sums)
    expect("twins", cluster.twins(), [])
    rollup = ledger.query("SELECT period, provider, events, cost_nanos FROM cost_rollup('hour', 'provider')")
    expect("the ledger's", {(r["period"], r["provider"]): (r["events"], r["cost_nanos"]) for r in rollup}, sums)
    count, nanos = sum(count for count, _ in sums.values()), sum(total for _, total in sums.values())
    print(f"note: {count} documents, {nanos} nano-USD, per hour and provider as in the ledger; {left} of them waited for "
          "a server that was away")  # fmt: skip
    verified = ledger.rows("sync", "verify")[0]
    expect("verified", (verified["events"], verified["cost_nanos"], verified["differences"]), (count, nanos, []))


# ---------------------------------------------------------------- one thing at a time


def planted_deletion(cluster, ledger):
    """verify names the day, the count and the amount; rewind brings the document back."""
    first = {"size": 1, "query": {"term": {"genops.provider": "azure"}}, "sort": ["genops.ledger.seq"]}
    hit = cluster.search(first)["hits"]["hits"][0]
    nanos = hit["_source"]["genops"]["cost"]["total_nanos"]
    cluster.ask("DELETE", f"/{hit['_index']}/_doc/{hit['_id']}")
    verified = ledger.rows("sync", "verify", code=1)[0]
    (row,) = verified["differences"]
    expect("day that differs", row["day"], hit["_source"]["@timestamp"][:10])
    expect("count", row["ledger_events"] - row["destination_events"], 1)
    expect("amount", row["ledger_nanos"] - row["destination_nanos"], nanos)
    said, _ = ledger.run("sync", "verify", code=1)
    print("note: a document deleted there:", *said.splitlines())
    ledger.run("sync", "rewind", "--from", row["day"])
    ledger.run("sync")
    expect("differences after rewind", ledger.rows("sync", "verify")[0]["differences"], [])
    expect("twins", cluster.twins(), [])


def lost_answer(server, cluster, ledger):
    """The same batch again, applied the first time, its answer lost: every item a conflict, each event there once."""
    ledger.record(40, "2024-03-01T10:00:00Z")
    proxy = DeafProxy(server.port, lost=1)
    ledger.run("destination", "add", "deaf", proxy.url, "--namespace", "deaf")
    expect("delivered without an answer", ledger.sync("--to", "deaf", "--wait", "0", code=1)["delivered"], 0)
    batch = proxy.items[201]
    assert batch > 0
    events = ledger.query("SELECT count(*) AS n FROM cost_event")[0]["n"]
    expect("delivered then", ledger.sync("--to", "deaf")["delivered"], events)
    expect("items", dict(proxy.items), {201: events, 409: batch})
    assert proxy.answers[413] > 0, "no batch was above 1 MB"
    expect("documents", cluster.count("genops-ai-deaf-*"), events)
    print(f"note: an answer lost: {batch} conflicts, {events} documents, each once; {proxy.answers[413]} requests of "
          f"{proxy.answers.total()} were refused for their size")  # fmt: skip
    proxy.shutdown()
    ledger.run("destination", "remove", "deaf")
    ledger.run("sync")


def main():
    version, genops, program, source = sys.argv[1:]
    if why := why_not(version):
        return exit_without(version, why)
    with tempfile.TemporaryDirectory(prefix="genops-shipping-") as folder:
        with ElasticsearchServer(version, {"http.max_content_length": "1mb"}) as server:
            ledger, cluster = Ledger(genops, f"{folder}/ledger.db"), Cluster(server.url)
            storm(program, server, cluster, ledger, source)
            planted_deletion(cluster, ledger)
            lost_answer(server, cluster, ledger)
            verified = ledger.rows("sync", "verify")[0]
            expect("in the end", (verified["differences"], verified["remaining"]), ([], 0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
