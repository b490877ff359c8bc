"""What the built files keep to, and that the documents name what they offer."""

import re
import subprocess

ENTRY = "sqlite3_genopsledger_init"
LISTS = {"function": "pragma_function_list", "module": "pragma_module_list"}


def output_of(*command, stdin=None):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def symbols(module, which):
    return {line.split()[-1].split("@")[0] for line in output_of("nm", "-D", which, module).splitlines()}


def check_module(tree):
    """One exported symbol; SQLite is the host's alone."""
    exported = symbols(tree.module, "--defined-only")
    if exported != {ENTRY}:
        yield f"{tree.module.name}: expected the one exported symbol {ENTRY}, found {', '.join(sorted(exported)) or 'none'}"
    for name in sorted(symbols(tree.module, "--undefined-only")):
        if name.startswith("sqlite3_"):
            yield f"{tree.module.name}: calls {name} of a library, not of the host"
    for name in re.findall(r"\(NEEDED\).*\[(.+)\]", output_of("readelf", "-d", tree.module)):
        if name.startswith(("libsqlite3", "libSQLiteCpp")):
            yield f"{tree.module.name}: links {name}"


def registered(module):
    """The names that loading the module adds to a stock shell."""
    script = "".join(f"SELECT 'before', name FROM {table};\n" for table in LISTS.values())
    script += f'.load "{module}"\n'
    script += "".join(f"SELECT 'after', name FROM {table};\n" for table in LISTS.values())
    names = {"before": set(), "after": set()}
    for line in output_of("sqlite3", "-bail", "-list", ":memory:", stdin=script).splitlines():
        when, _, name = line.partition("|")
        names[when].add(name)
    return names["after"] - names["before"]


def headings(tree, path):
    """(line number, text) of the headings of a document, those in code left out."""
    in_code = False
    for number, line in tree.lines(path):
        in_code ^= line.startswith("```")
        if not in_code and re.match(r"#{1,6} ", line):
            yield number, line.rstrip()


def check_functions(tree):
    """docs/sql.md has a section, `### name(...)`, for each function that the module registers, and no other."""
    path = "docs/sql.md"
    if path not in tree.paths:
        yield f"{path}: not there"
        return
    documented = {}
    for number, heading in headings(tree, path):
        if heading.startswith("### "):
            documented.update((name, number) for name in re.findall(r"\b([a-z][a-z0-9_]*)\(", heading))
    known = registered(tree.module)
    for name in sorted(known - documented.keys()):
        yield f"{path}: no section for {name}(), which the module registers"
    for name in sorted(documented.keys() - known):
        yield f"{path}:{documented[name]}: {name}() is not registered by the module"


def commands(program, *command):
    """The commands that `genops COMMAND --help` lists, each as its words, those below them included."""
    section = re.search(r"^Commands:\n((?:  .*\n)+)", output_of(program, *command, "--help"), flags=re.M)
    for name in re.findall(r"^  ([a-z][a-z-]*)", section[1], flags=re.M) if section else []:
        yield (*command, name)
        yield from commands(program, *command, name)


def check_commands(tree):
    """docs/cli.md has a heading for each command of `genops --help`, and each option of a command is named in it."""
    path = "docs/cli.md"
    if path not in tree.paths:
        yield f"{path}: not there"
        return
    titles = [heading for _, heading in headings(tree, path)]
    text = tree.text(path)
    found = list(commands(tree.program))
    if not found:
        yield f"{tree.program} --help: lists no commands"
    for command in found:
        name = " ".join(command)
        if len(command) == 1 and not any(re.match(rf"#+ `?(genops )?{name}\b", title) for title in titles):
            yield f"{path}: no heading for genops {name}"
        for option in re.findall(r"^ +(?:-\w,)?(--[a-z0-9-]+)", output_of(tree.program, *command, "--help"), flags=re.M):
            if not re.search(rf"(?<![\w-]){option}(?![\w-])", text):
                yield f"{path}: genops {name} {option} is not named"
