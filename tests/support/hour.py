"""An hour of requests to a language model: those of a production service where their file is, else generated ones."""

import csv
import random
from pathlib import Path

SEED = 20231116
DATA = "../shared/data/azure-llm-2023-conv.csv"


def is_real(source):
    return (Path(source) / DATA).exists()


def real_hour(source):
    with (Path(source) / DATA).open() as file:
        for row in csv.DictReader(file):
            yield row["TIMESTAMP"].replace(" ", "T") + "Z", int(row["ContextTokens"]), int(row["GeneratedTokens"])


def generated_hour():
    chance = random.Random(SEED)
    for i in range(19_366):
        millis = i * 3_600_000 // 19_366
        at = f"2023-11-16T18:{millis // 60_000:02}:{millis // 1000 % 60:02}.{millis % 1000:03}Z"
        yield at, chance.randrange(1, 4000), chance.randrange(1, 500)


def hour_of_requests(source):
    """Of each: when, its input tokens, its output tokens. Says which hour it is."""
    real = is_real(source)
    requests = list(real_hour(source) if real else generated_hour())
    print(f"note: {len(requests)} requests,", f"those of {Path(DATA).name}" if real else f"generated, seed {SEED}")
    return requests


def price(context, generated):
    """In nano-USD: 0.03 and 0.06 USD per 1,000 tokens."""
    return context * 30_000 + generated * 60_000


def usd(nanos):
    return f"{nanos // 10**9}.{nanos % 10**9:09}"
