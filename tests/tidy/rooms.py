"""The order of the rooms: a file includes its own room and those to its left, and the packages they may use."""

import re

# Left to right. Where a room's files are, how others include them, and the packages it brings.
ROOMS = [
    ("core", "src/core/", "core/", ("date/", "boost/uuid/")),
    ("ingest", "src/ingest/", "ingest/", ("boost/json",)),
    ("sql", "extensions/", "", ("sqlite3ext.h", "posix")),
    ("store", "src/store/", "store/", ("SQLiteCpp/", "sqlite3.h")),
    ("net", "src/net/", "net/", ("curl/", "zlib.h")),
    ("routing", "src/routing/", "routing/", ()),
    ("sync", "src/sync/", "sync/", ()),
    ("cli", "src/cli/", "cli/", ("CLI/", "fmt/")),
]
NAMES = [room[0] for room in ROOMS]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# The room that implements a public header.
PUBLIC = {
    "error": "core", "event": "core", "money": "core", "time": "core", "version": "core",
    "event_json": "ingest", "verify": "sql", "ledger": "store", "prices": "store", "sync": "sync",
}  # fmt: skip


def room_of_file(path):
    for name, folder, _, _ in ROOMS:
        if path.startswith(folder):
            return name
    return PUBLIC.get(path.removeprefix("include/genops/").removesuffix(".hpp"), None)


def room_of_include(name):
    """The room of a header named between quotes; None for one that has none."""
    if name.startswith("genops/"):
        return PUBLIC.get(name.removeprefix("genops/").removesuffix(".hpp"))
    for room, _, prefix, _ in ROOMS:
        if prefix and name.startswith(prefix):
            return room
    return None if "/" in name else "sql"


def package_of(header):
    """std, posix, or the entry of ROOMS that allows the header; None for a package nobody may use."""
    for _, _, _, packages in ROOMS:
        for package in packages:
            if header.startswith(package):
                return package
    if re.fullmatch(r"[a-z_0-9]+", header):
        return "std"
    return "posix" if re.fullmatch(r"((sys|netinet|arpa)/)?[a-z_0-9]+\.h", header) else None


def wrong_include(path, quote, header):
    """Why `path` may not include `header`, or None."""
    here = room_of_file(path)
    reach = ROOMS[: NAMES.index(here) + 1]
    public = path.startswith("include/")
    if quote == '"':
        room = room_of_include(header)
        if public and not header.startswith("genops/"):
            return "a public header includes std and genops/ headers only"
        if room is None:
            return "belongs to no room (a new public header is entered in tests/tidy/rooms.py)"
        if NAMES.index(room) > NAMES.index(here):
            return f"room {room} is to the right of {here}"
        return None
    package = package_of(header)
    if package == "std":
        return None
    if public:
        return "a public header includes std and genops/ headers only"
    if package is None or not any(package in room[3] for room in reach):
        return f"not among the packages of room {here}"
    return None


def check_rooms(tree):
    """Includes go left; public headers keep to std; the packages stay in their rooms."""
    for path in tree.files(("src/", "extensions/", "include/"), (".cpp", ".hpp")):
        if room_of_file(path) is None:
            yield f"{path}: belongs to no room (tests/tidy/rooms.py lists them)"
            continue
        for number, line in tree.lines(path):
            found = INCLUDE.match(line)
            why = wrong_include(path, *found.groups()) if found else None
            if why:
                yield f"{path}:{number}: includes {found[2]}: {why}"


def check_dead_files(tree):
    """Every source is built, every header is included, every file of cases is read by a test."""
    cmake = {path: tree.text(path) for path in tree.paths if path.endswith("CMakeLists.txt")}
    sources = [tree.text(path) for path in tree.paths if path.endswith((".cpp", ".hpp"))]
    included = {found[2] for text in sources for found in map(INCLUDE.match, text.splitlines()) if found}
    for path in tree.paths:
        folder, _, name = path.rpartition("/")
        ending = name.rpartition(".")[2]
        if ending == "hpp" and not path.startswith("include/"):
            if not any(path.endswith("/" + header) for header in included):
                yield f"{path}: no file includes it"
        elif ending == "cpp" and not built(folder, name, cmake):
            yield f"{path}: no CMakeLists.txt builds it"
        elif path.startswith("tests/") and ending not in ("cpp", "hpp", "py", "txt", "md"):
            if not read_there(tree, folder, name):
                yield f"{path}: no test of this folder reads it"


def built(folder, name, cmake):
    above = cmake.get(folder.rpartition("/")[0] + "/CMakeLists.txt", "")
    room = folder.rpartition("/")[2]
    if folder.startswith("tests/") and name.endswith("_test.cpp") and f"genops_room_tests({room} " in above:
        return True
    named = re.compile(rf"(?<![\w.]){re.escape(name)}(?![\w.])")
    return bool(named.search(cmake.get(folder + "/CMakeLists.txt", "")) or named.search(above))


def read_there(tree, folder, name):
    """Whether the folder's CMakeLists.txt or a test in it names the file, or looks for all with its ending."""
    patterns = (name, f"*.{name.rpartition('.')[2]}", f'".{name.rpartition(".")[2]}"')
    readers = tree.files((folder + "/",), (".txt", ".cpp", ".py"))
    return any(pattern in tree.text(reader) for reader in readers for pattern in patterns)
