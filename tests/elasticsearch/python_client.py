"""A Python that has the official client of Elasticsearch."""

import os
import subprocess
import sys

CLIENT = "elasticsearch>=8,<9"


def python_with_client(folder):
    """Its path: an environment in `folder`, made once, with the client from PyPI. None, and a note, where it
    cannot be had, unless GENOPS_REQUIRE_ELASTICSEARCH=1 demands it."""
    python = folder / "bin/python3"
    probe = [python, "-c", "import elasticsearch"]
    if python.exists() and subprocess.run(probe, capture_output=True).returncode == 0:
        return python
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", folder], capture_output=True, text=True)
    if made.returncode != 0:
        return without_client("this Python lacks venv (Debian: apt-get install python3-venv)")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", CLIENT]
    got = subprocess.run(pip, capture_output=True, text=True)
    if got.returncode != 0:
        said = got.stderr.strip().splitlines() or ["it does not say why"]
        return without_client(f"pip cannot get {CLIENT}: {said[-1]}")
    return python


def without_client(why):
    if os.environ.get("GENOPS_REQUIRE_ELASTICSEARCH") == "1":
        sys.exit(why)
    print(f"note: without the Python example: {why}")
    return None
