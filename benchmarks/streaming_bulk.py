"""The official client's helpers.streaming_bulk, measured: streaming_bulk.py URL FILE

FILE is what a worker would send, action lines included. It is read, and its actions are built, before the clock starts;
`parse_cpu_seconds` is what json.loads took of that, which a program that reads its documents pays as well.
Prints one JSON object.
"""

import json
import resource
import sys
import time

from elasticsearch import Elasticsearch, helpers

CHUNK_DOCUMENTS = 5_000
CHUNK_BYTES = 5_000_000


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def read_actions(path):
    """The actions, and the CPU seconds in json.loads of the documents."""
    with open(path, "rb") as file:
        lines = file.read().splitlines()
    start = cpu_seconds()
    documents = [json.loads(line) for line in lines[1::2]]
    parse_cpu_seconds = cpu_seconds() - start
    heads = (json.loads(line)["create"] for line in lines[::2])
    actions = [{"_op_type": "create", **head, "_source": document} for head, document in zip(heads, documents)]
    return actions, parse_cpu_seconds


def main():
    url, path = sys.argv[1:]
    actions, parse_cpu_seconds = read_actions(path)
    with Elasticsearch(url, request_timeout=90) as client:
        start, cpu_start = time.perf_counter(), cpu_seconds()
        arrived = 0
        for ok, _ in helpers.streaming_bulk(client, actions, chunk_size=CHUNK_DOCUMENTS, max_chunk_bytes=CHUNK_BYTES):
            arrived += ok
        seconds, cpu = time.perf_counter() - start, cpu_seconds() - cpu_start
    print(json.dumps({
        "documents": arrived, "seconds": seconds, "cpu_seconds": cpu, "parse_cpu_seconds": parse_cpu_seconds,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
