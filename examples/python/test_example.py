#!/usr/bin/python3
"""Runs the Python example on a new ledger: test_example.py sqlite3|apsw GENOPS EXTENSION FOLDER

apsw is installed from PyPI into an environment of its own below FOLDER; exit 77 where it cannot be had.
"""

import shutil
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).with_name("record_and_ask.py")
SKIPPED = 77
EXPECTED = """\
acme: 1 request(s), 54000000 nano-USD
globex: 1 request(s), 18000000 nano-USD
recorded req-3 twice, as one event
acme: 2 request(s), $0.084
globex: 1 request(s), $0.018
"""


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def python_with_apsw(environment):
    python = environment / "bin/python3"
    if subprocess.run([python, "-c", "import apsw"], capture_output=True).returncode == 0 if python.exists() else False:
        return python
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", environment], capture_output=True, text=True)
    if made.returncode != 0:
        skip("no environment for apsw: this Python lacks venv (Debian: apt-get install python3-venv)")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "apsw"]
    got = subprocess.run(pip, capture_output=True, text=True)
    if got.returncode != 0:
        skip(f"pip cannot get apsw: {(got.stderr.strip().splitlines() or ['it does not say why'])[-1]}")
    return python


def main():
    binding, genops, extension, folder = sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]) / sys.argv[1]
    python = python_with_apsw(folder / "environment") if binding == "apsw" else sys.executable
    work = folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    ledger = work / "costs.db"
    subprocess.run([genops, "init", "--ledger", ledger], check=True)
    said = subprocess.run([python, EXAMPLE, ledger, extension, binding], check=True, stdout=subprocess.PIPE, text=True)
    version, _, rest = said.stdout.partition("\n")
    print(said.stdout)
    subprocess.run([genops, "verify", "--ledger", ledger], check=True)
    if not version.endswith(binding) or rest != EXPECTED:
        sys.exit(f"expected\n{EXPECTED}")


if __name__ == "__main__":
    main()
