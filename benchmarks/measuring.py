"""What the benchmarks in Python have in common: their options, their lines, their exit codes."""

import argparse
import json
import subprocess
import sys
from pathlib import Path


class Failed(Exception):
    """It cannot be measured; the text says why."""


def output_of(*command):
    """The JSON that a command prints."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: exit {done.returncode}")
    return json.loads(done.stdout)


def report(what, value, figures, least=None, most=None):
    """One line of the answer, as those of ledger_bench. False: a target is missed."""
    met = (least is None or value >= least) and (most is None or value <= most)
    sign, target = (">=", least) if least is not None else ("<=", most)
    verdict = "" if target is None else f"target {sign} {target:<6.4g} {'met' if met else 'MISSED'}"
    print(f"{what:<58} {value:8.2f}  {verdict:<23}   {figures}", flush=True)
    return met


def count(text):
    """An option's value: a whole number from 1."""
    if (value := int(text)) < 1:
        raise ValueError
    return value


def options(about):
    """The options that all have; `about` is the benchmark's __doc__."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--rounds", type=count, default=5)
    parser.add_argument("--folder", type=Path, help="where ledgers and their input go")
    return parser


def exit_with(main, name, *failures):
    """Ends the program: 0 all targets met, 1 one is missed, 2 it could not be measured."""
    try:
        sys.exit(0 if main() else 1)
    except (Failed, OSError, *failures) as failure:
        print(f"{name}: {failure}", file=sys.stderr)
        sys.exit(2)
