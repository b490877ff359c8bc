"""Shipping to a real Elasticsearch: shipping.py PROGRAM PYTHON [--documents N] [--rounds N] [--folder DIR]

In each round the worker, the ceiling (the worker's own requests, encoded before and posted as fast as the server takes
them) and the official Python client (PYTHON has it) ship the same documents to one server, each into an empty index, in
turns; and the encoder runs alone. Figures are medians of the rounds, ratios those within a round. PROGRAM is
shipping_bench. Exit 1: a target is missed; 2: it could not be measured.
"""

import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

from measuring import Failed, count, exit_with, options, output_of, report

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/support"))
from elasticsearch import ElasticsearchServer  # noqa: E402
from elasticsearch_distribution import PACKAGES, VERSION, why_not  # noqa: E402

ENCODED_PER_CPU_SECOND = 600_000
PART_OF_CEILING = 0.9
WARM_UPS = 6  # rounds of the ceiling that do not count: Java compiles what runs often
CALM_SECONDS, CALM_SHARE, CALM_TRIES = 0.5, 0.1, 120
SHIPPERS = ("ceiling", "worker", "client")
STAGES = ("judge", "commit", "read_encode", "send", "wait")  # from an answer to the next one


class Cluster:
    """What is asked of the server beside taking documents."""

    def __init__(self, url):
        self.url = url
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, method, path):
        try:
            with self._opener.open(urllib.request.Request(self.url + path, method=method), timeout=90) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            raise Failed(f"{method} {path}: {refusal.code} {refusal.read(500)!r}") from refusal

    def start_over(self, index):
        """An empty index, and a server that has nothing left to do: each shipper finds the same."""
        self.ask("DELETE", f"/{index}?ignore_unavailable=true")
        self.ask("PUT", f"/{index}")
        self._wait_until_calm()

    def count(self, index):
        self.ask("POST", f"/{index}/_refresh")
        return self.ask("GET", f"/{index}/_count")["count"]

    def _wait_until_calm(self):
        before = self._cpu_seconds()
        for _ in range(CALM_TRIES):
            time.sleep(CALM_SECONDS)
            now = self._cpu_seconds()
            if now - before < CALM_SHARE * CALM_SECONDS:
                return
            before = now
        raise Failed(f"the server is still busy after {CALM_TRIES * CALM_SECONDS:.0f} s")

    def _cpu_seconds(self):
        (node,) = self.ask("GET", "/_nodes/_local/stats/process?filter_path=nodes.*.process.cpu")["nodes"].values()
        return node["process"]["cpu"]["total_in_millis"] / 1000


class Contest:
    """The shippers, the documents they ship, and what each took."""

    def __init__(self, program, python, documents, folder, cluster):
        self.program, self.python, self.documents, self.cluster = program, python, documents, cluster
        self.ledger, self.lines = folder / "ledger.db", folder / "documents.ndjson"
        self.taken = {name: [] for name in (*SHIPPERS, "encoder")}
        self.origin = output_of(program, "record", self.ledger, documents)
        output_of(program, "setup", self.ledger, cluster.url)
        output_of(program, "documents", self.ledger, self.lines)
        with self.lines.open() as file:
            self.index = json.loads(next(file))["create"]["_index"]

    def ship(self, name):
        """What one shipper took, after it is certain that every document is there."""
        self.cluster.start_over(self.index)
        if name == "client":
            taken = output_of(self.python, HERE / "streaming_bulk.py", self.cluster.url, self.lines)
        else:
            taken = output_of(self.program, {"ceiling": "post", "worker": "sync"}[name], self.ledger)
        there = self.cluster.count(self.index)
        if not taken["documents"] == there == self.documents:
            raise Failed(f"{name}: expected {self.documents} documents, {taken['documents']} sent, {there} there")
        return taken

    def run(self, rounds):
        warm = [self.ship("ceiling") for _ in range(WARM_UPS)]
        print("warm-up, ceiling:", ", ".join(f"{rate(taken) / 1e3:.1f} k/s" for taken in warm), flush=True)
        for number in range(rounds):
            # The two that are compared closest are neighbours, each as often the first.
            first, second = ("ceiling", "worker") if number % 2 == 0 else ("worker", "ceiling")
            for name in (first, second, "client"):
                self.taken[name].append(self.ship(name))
            self.taken["encoder"].append(output_of(self.program, "encode", self.ledger))
            said = (f"{name} {rate(self.taken[name][-1]) / 1e3:.1f} k/s" for name in SHIPPERS)
            print(f"round {number + 1}:", ", ".join(said), flush=True)

    def median(self, name, figure):
        return median(figure(taken) for taken in self.taken[name])

    def part_of_ceiling(self, name):
        """Of each round, in order."""
        return [rate(taken) / rate(most) for taken, most in zip(self.taken[name], self.taken["ceiling"])]


def rate(taken):
    return taken["documents"] / taken["seconds"]


def cpu(taken):
    """Seconds of a client's CPU per 100,000 documents."""
    return taken["cpu_seconds"] / taken["documents"] * 1e5


def per_request(*stages):
    return lambda taken: sum(taken[stage] for stage in stages) / taken["requests"] * 1e3


# ---------------------------------------------------------------- the table


def report_rates(contest):
    lines = contest.lines.stat().st_size / contest.documents
    per_cpu = contest.median("encoder", lambda taken: taken["documents"] / taken["cpu_seconds"])
    ceiling, worker, client = (contest.median(name, rate) for name in SHIPPERS)
    met = report("encode alone, million events per second and core", per_cpu / 1e6,
                 f"{lines:.0f} B/document with its action line", ENCODED_PER_CPU_SECOND / 1e6)  # fmt: skip
    parts = contest.part_of_ceiling("worker")
    met &= report("worker / ceiling, documents per second", median(parts),
                  f"{worker / 1e3:.1f} k/s against {ceiling / 1e3:.1f} k/s, {min(parts):.2f} to {max(parts):.2f}; "
                  "0.95 is aimed at", PART_OF_CEILING)  # fmt: skip
    parts = contest.part_of_ceiling("client")
    report("elasticsearch-py streaming_bulk / ceiling", median(parts), f"{client / 1e3:.1f} k/s")
    return met


def report_cpu(contest):
    what = "s of client CPU per 100,000 documents, "
    parsed = contest.median("client", lambda taken: cpu(taken) + taken["parse_cpu_seconds"] / taken["documents"] * 1e5)
    report(what + "ceiling", contest.median("ceiling", cpu), "encoded before")
    report(what + "worker", contest.median("worker", cpu), "0.3 is aimed at")
    report(what + "elasticsearch-py", contest.median("client", cpu), f"{parsed:.2f} with json.loads of its input")


def report_stages(contest):
    """What the server waits for: nothing is under way between an answer and the next request."""
    gap = contest.median("worker", per_request(*STAGES[:3]))
    stage = {name: contest.median("worker", per_request(name)) for name in STAGES}
    requests = {name: contest.median(name, lambda taken: taken["requests"]) for name in ("worker", "ceiling")}
    report("ms between an answer and the worker's next request", gap,
           f"judge {stage['judge']:.1f}, commit {stage['commit']:.1f}, read and encode {stage['read_encode']:.1f}; "
           f"then send {stage['send']:.1f}, wait {stage['wait']:.1f}; {requests['worker']:.0f} requests, "
           f"the ceiling's {requests['ceiling']:.0f}")  # fmt: skip


def arguments():
    parser = options(__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("python", type=Path)
    parser.add_argument("--documents", type=count, default=100_000, help="per round and shipper")
    return parser.parse_args()


def main():
    given = arguments()
    if why := why_not():
        raise Failed(f"no Elasticsearch: {why}\nhint: apt-get install {PACKAGES}")
    if given.folder:
        given.folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="genops_shipping.", dir=given.folder) as folder,
        ElasticsearchServer() as server,
    ):
        contest = Contest(given.program, given.python, given.documents, Path(folder), Cluster(server.url))
        tokens = "real" if contest.origin["real_tokens"] else "generated"
        print(f"seed {contest.origin['seed']}, {tokens} token counts, Elasticsearch {VERSION}, "
              f"{given.rounds} rounds of {given.documents} documents", flush=True)  # fmt: skip
        contest.run(given.rounds)
        met = report_rates(contest)
        report_cpu(contest)
        report_stages(contest)
    return met


if __name__ == "__main__":
    exit_with(main, "shipping")
