"""What becomes of the public price lists: how many of their values an import keeps, and whether every other is named.

What is left out is counted in the files themselves, by the reasons and models that the import gives.
"""

import json
import subprocess
from pathlib import Path

from measuring import output_of, report

OTHER_ENTRY = "another entry with other prices for the same model"
FIND_LITELLM = "import importlib.util as u; print(u.find_spec('litellm').submodule_search_locations[0])"


def numbers(value):
    """How many stand in a JSON value."""
    if isinstance(value, dict):
        return sum(map(numbers, value.values()))
    if isinstance(value, list):
        return sum(map(numbers, value))
    return int(isinstance(value, (int, float)) and not isinstance(value, bool))


def numbers_of(value, member):
    """How many of them are those of a member, wherever it stands."""
    if isinstance(value, list):
        return sum(numbers_of(one, member) for one in value)
    if not isinstance(value, dict):
        return 0
    return sum(numbers(one) if name == member else numbers_of(one, member) for name, one in value.items())


def named_of_litellm(entries, reasons):
    """The values behind `reasons` ({"key input_cost_per_pixel: no unit of ours": [model, ..]}). What is no price (a
    multiplier) or has none (an alias) is named too, and counts nothing."""
    named = {name: 0 for name in entries}
    for reason, models in reasons.items():
        subject, colon, why = reason.partition(": ")
        if colon and why != "no dimension of ours":
            for model in models:
                named[model] += numbers_of(entries[model], subject.split()[-1])
    for text in reasons.get(OTHER_ENTRY, ()):
        model = text.partition(" (kept")[0]
        named[model] = sum(numbers(value) for key, value in entries[model].items() if "cost" in key)
    return sum(named.values())


def named_of_genai(_providers, _reasons):
    """Every price of the list is kept."""
    return 0


def litellm_map(python):
    """The one that the package brings."""
    folder = subprocess.run([str(python), "-c", FIND_LITELLM], stdout=subprocess.PIPE, text=True, check=True).stdout
    return Path(folder.strip()) / "model_prices_and_context_window_backup.json"


def measure_price_files(program, python, genai_prices, folder):
    """True: kept and named values are all values of each file."""
    files = {"genai-prices": (genai_prices, named_of_genai), "litellm": (litellm_map(python), named_of_litellm)}
    met = True
    for name, (path, named_of) in files.items():
        found = output_of(program, "--ledger", folder / "price_files.db", "--quiet", "--json", "price", "import", path,
                          "--dry-run")  # fmt: skip
        named = named_of(json.loads(path.read_text()), found["not_understood"])
        met &= report(f"{name}: values kept or named / values", (found["kept"] + named) / found["values"],
                      f"{found['models']} models, {found['values']} values: {found['kept']} kept, "
                      f"{len(found['rounded'])} of them rounded, {found['left_out']} left out", 1, 1)  # fmt: skip
    return met
