#!/usr/bin/python3
"""Which tests of a ctest run were skipped, and why: skipped.py JUNIT.xml

A test says why in its output: a line "skipped: why", or the text behind GoogleTest's "file:line: Skipped".
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
        if case.get("status") == "notrun":
            print(f"skipped {case.get('name').split('  # ')[0]}: {reason(case.findtext('system-out') or '')}")


if __name__ == "__main__":
    main()
