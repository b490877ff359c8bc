"""What an Elasticsearch of some version needs to run here: a Java, and its files, which Maven brings once."""

import fcntl
import functools
import os
import re
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

VERSION = "8.19.7"
SKIPPED = 77
PACKAGES = "openjdk-17-jre-headless maven"
ARTIFACT = "org.elasticsearch.distribution.integ-test-zip:elasticsearch"
# Not /tmp, which may be small, nor below a home folder, which the server's unprivileged user may not enter.
PLACE = Path("/var/tmp")


class Unavailable(Exception):
    """This machine cannot have this server; the text says why."""


def java_version(java):
    done = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr)
    return int(found[1]) if found else 0


def javas():
    """The homes of the machine's Javas, each once."""
    homes = [os.environ.get(name) for name in ("ES_JAVA_HOME", "JAVA_HOME")]
    candidates = [Path(home) / "bin/java" for home in homes if home]
    candidates += [Path(found) for found in [shutil.which("java")] if found]
    candidates += sorted(Path("/usr/lib/jvm").glob("*/bin/java"))
    binaries = dict.fromkeys(path.resolve() for path in candidates if os.access(path, os.X_OK))
    return [path.parent.parent for path in binaries if path.parent.name == "bin"]


def java_for(version):
    """The home of the oldest Java that runs this version: one released long after it may not."""
    least = 21 if int(version.partition(".")[0]) >= 9 else 17
    found = [(java_version(home / "bin/java"), home) for home in javas()]
    usable = [pair for pair in found if pair[0] >= least]
    if not usable:
        raise Unavailable(f"Elasticsearch {version} needs Java {least} or newer, and there is none")
    return min(usable)[1]


def cache_folder():
    """Where servers are unpacked; others may read it, and only this user may write."""
    folder = PLACE / f"genops-elasticsearch-{os.geteuid()}"
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise Unavailable(f"{folder} is not a folder of this user that only this user writes to; remove it")
    folder.chmod(0o755)
    return folder


def download(version, folder):
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable(f"Maven, which brings Elasticsearch {version}, is not installed")
    command = [maven, "--batch-mode", "--quiet", "dependency:copy", f"-Dartifact={ARTIFACT}:{version}:zip",
               f"-DoutputDirectory={folder}"]
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)
    path = folder / f"elasticsearch-{version}.zip"
    if done.returncode != 0 or not path.exists():
        said = re.search(r"\[ERROR\] (.+)", done.stdout) or re.search(r"(.+)", done.stderr)
        why = said[1] if said else "it does not say why"
        raise Unavailable(f"Maven cannot bring Elasticsearch {version}: {why}")
    return path


def unpack(archive, folder):
    """Everything becomes readable by everybody, whatever the umask, and programs stay executable."""
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            path = Path(opened.extract(entry, folder))
            program = entry.external_attr >> 16 & 0o100
            path.chmod(0o755 if entry.is_dir() or program else 0o644)
    for path, _, _ in os.walk(folder):
        os.chmod(path, 0o755)


@functools.cache
def distribution(version):
    """The folder of the unpacked server. Under the lock, leftovers of unpacking are of interrupted calls."""
    cache = cache_folder()
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home = cache / version
        if not home.exists():
            beside = cache / "unpacking"
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir()
            unpack(download(version, beside), beside / "unpacked")
            (only,) = (beside / "unpacked").iterdir()
            only.rename(home)
            shutil.rmtree(beside)
    return home


def why_not(version=VERSION):
    """None, or a sentence that says why this machine cannot have this server. Brings it, if that can be."""
    try:
        java_for(version)
        distribution(version)
    except Unavailable as why:
        return str(why)
    return None


def required(version=VERSION):
    """Whether a machine that cannot have this server is to be repaired."""
    return version == VERSION and os.environ.get("GENOPS_REQUIRE_ELASTICSEARCH") == "1"


def exit_without(version, why):
    """Says that there is no server, and gives the exit code."""
    if required(version):
        print(f"{why}\nhint: apt-get install {PACKAGES}")
        return 1
    print(f"skipped: {why}")
    return SKIPPED
