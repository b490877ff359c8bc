#!/usr/bin/python3
"""What a ctest run has to say beside passed and failed: skipped.py JUNIT.xml

Which tests were skipped, and why: a line "skipped: why" in the test's output, or the text behind GoogleTest's
"file:line: Skipped". And what the others wrote in lines of "note: ...": counts, seeds, which data they used.
"""

import re
import sys
import xml.etree.ElementTree


def reason(output):
    said = re.search(r"^skipped: (.+)$", output, flags=re.M)
    if said is None:
        said = re.search(r": Skipped\n(.+?)\n+\[  SKIPPED \]", output, flags=re.S)
    return " ".join(said[1].split()) if said else "it does not say why"


def main():
    for case in xml.etree.ElementTree.parse(sys.argv[1]).iter("testcase"):
        name, output = case.get("name").split("  # ")[0], case.findtext("system-out") or ""
        if case.get("status") == "notrun":
            print(f"skipped {name}: {reason(output)}")
            continue
        for note in re.findall(r"^note: (.+)$", output, flags=re.M):
            print(f"{name}: {note}")


if __name__ == "__main__":
    main()
