#!/usr/bin/python3
"""A real Elasticsearch: elasticsearch.py run [--version 8.19.7] [--setting KEY=VALUE ...] -- COMMAND...

Starts a server on free ports of 127.0.0.1 with data of its own, runs COMMAND with its address in
GENOPS_ES_URL, stops it, and exits as COMMAND did. Maven brings the server once; Java of this machine runs it.

Exit 77, and "skipped: why": this machine cannot have one. With GENOPS_REQUIRE_ELASTICSEARCH=1 that is exit 1
for version 8.19.7.
"""

import argparse
import ctypes
import json
import os
import pwd
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from elasticsearch_distribution import PLACE, VERSION, distribution, exit_without, java_for, why_not

HEALTH = "/_cluster/health?wait_for_status=yellow&timeout=5s"
START_TRIES, START_POLL_SECONDS = 600, 0.5
STOP_SECONDS = 60
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def free_ports(count):
    """Below those that the system gives to clients: a client of a stopped server could be given that server's
    port, and then be connected with itself."""
    found = []
    for port in random.sample(range(20_000, 32_000), 1_000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise OSError(f"expected {count} free ports, found {len(found)}")


class ElasticsearchServer:
    """One server, its ports and its data, which are the same when it is stopped and started again.

    start() reads `settings`, lines of elasticsearch.yml, and the files in `config`. The server dies with the
    thread that starts it.
    """

    def __init__(self, version=VERSION, settings=None):
        self.version = version
        self.java, self.home = java_for(version), distribution(version)
        self.port, self.transport_port = free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = dict(settings or {})
        self._process = None
        self._folder = Path(tempfile.mkdtemp(prefix="genops-elasticsearch-run-", dir=PLACE))
        self.config = self._folder / "config"
        self._pid_file = self._folder / "pid"
        try:
            self._make_folders()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def start(self):
        """Returns when it answers and every index can be read and written."""
        assert self._process is None, "it runs already"
        self._pid_file.unlink(missing_ok=True)
        self._write_settings()
        # In its own session an interrupt at the terminal does not reach it, and kill() reaches all of it.
        with (self._folder / "output.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.home / "bin/elasticsearch", "-p", self._pid_file],
                cwd=self._folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
                **self._unprivileged(),
            )
        for _ in range(START_TRIES):
            if self._answers():
                return
            try:
                code = self._process.wait(START_POLL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            self._process = None
            raise OSError(f"Elasticsearch {self.version} ended with {code}:\n{self.log_tail()}")
        self.kill()
        raise OSError(f"Elasticsearch {self.version} does not answer:\n{self.log_tail()}")

    def stop(self):
        """Asks it to end, and returns when it has."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
            self._process = None
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        """Ends it as a power cut would."""
        if self._process is None:
            return
        # The process that was started here is the parent of the server, and may be gone earlier.
        server = self._open_process()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        if server is not None:
            select.select([server], [], [])
            os.close(server)

    def restart(self):
        self.stop()
        self.start()

    def close(self):
        """Stops it and removes its data."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def tool(self, name, *arguments, text=""):
        """Runs a program of the distribution, such as elasticsearch-users, on this server's configuration."""
        command = [self.home / "bin" / name, *arguments]
        subprocess.run(command, cwd=self._folder, env=self._environment(), input=text, text=True, check=True,
                       **self._unprivileged())

    def log_tail(self, lines=40):
        text = (self._folder / "output.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _answers(self):
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(f"{self.url}{HEALTH}", timeout=30) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as refusal:
            return refusal.code == 401  # it is up, and a setting demands credentials
        except OSError:
            return False

    def _open_process(self):
        """A file that select() finds readable when the server has ended; None if there is none."""
        try:
            return os.pidfd_open(int(self._pid_file.read_text()))
        except (OSError, ValueError):
            return None  # it had not come so far, or has ended already

    def _make_folders(self):
        shutil.copytree(self.home / "config", self.config)
        # Older versions write this log below their home, which is not theirs to write.
        options = (self.config / "jvm.options").read_text().splitlines(keepends=True)
        (self.config / "jvm.options").write_text("".join(line for line in options if "Xlog" not in line))
        for name in ("data", "logs", "tmp"):
            (self._folder / name).mkdir()
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for folder, _, names in os.walk(self._folder):
                for path in [folder, *(os.path.join(folder, name) for name in names)]:
                    os.chown(path, nobody.pw_uid, nobody.pw_gid)

    def _write_settings(self):
        settings = {
            "cluster.name": "genops-test",
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.port": self.port,
            "transport.port": self.transport_port,
            "path.data": str(self._folder / "data"),
            "path.logs": str(self._folder / "logs"),
            "xpack.security.enabled": False,
            # A full disk of the machine is not what is tested.
            "cluster.routing.allocation.disk.threshold_enabled": False,
        } | self.settings
        with (self.config / "elasticsearch.yml").open("w") as yml:
            for key, value in settings.items():
                # JSON's scalars are YAML's, and text from the command line is YAML already.
                yml.write(f"{key}: {value if isinstance(value, str) else json.dumps(value)}\n")

    def _environment(self):
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(self._folder),
            "ES_JAVA_HOME": str(self.java),
            "ES_JAVA_OPTS": "-Xms512m -Xmx512m",
            "ES_PATH_CONF": str(self._folder / "config"),
            "ES_TMPDIR": str(self._folder / "tmp"),
        }

    @staticmethod
    def _unprivileged():
        """It refuses to run as root."""
        if os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run(command, version=VERSION, settings=None):
    """Runs the command beside a server, and gives its exit code."""
    # As any other end does, being told to end stops the server and the command.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with ElasticsearchServer(version, settings) as server:
        environment = os.environ | {"GENOPS_ES_URL": server.url}
        with subprocess.Popen(command, env=environment, preexec_fn=die_with_parent) as running:
            try:
                code = running.wait()
            finally:
                running.terminate()
    return code if code >= 0 else 128 - code


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=["run"])
    parser.add_argument("--version", default=VERSION)
    parser.add_argument("--setting", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    return parser.parse_args()


def main():
    given = arguments()
    why = why_not(given.version)
    if why:
        return exit_without(given.version, why)
    settings = dict(setting.split("=", 1) for setting in given.setting)
    return run(given.command, given.version, settings)


if __name__ == "__main__":
    sys.exit(main())
