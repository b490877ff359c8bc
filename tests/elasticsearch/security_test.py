#!/usr/bin/python3
"""Shipping to an Elasticsearch that demands credentials: security_test.py VERSION GENOPS

Users with the least privileges that the documents name ship, prepare and verify, and others are told what they lack. A
wrong password stops a destination, and nothing is lost. No password gets into the ledger or into anything that the
program says. Exit 77, and "skipped: why": no such server can run here.
"""

import base64
import contextlib
import os
import sqlite3
import sys
import tempfile
import urllib.error
from pathlib import Path

from cluster import Cluster

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from elasticsearch import ElasticsearchServer, exit_without, why_not  # noqa: E402
from ledger import Ledger, expect  # noqa: E402

ROLES = """
shipping:
  indices: [{names: ["genops-ai-*"], privileges: [create_doc, auto_configure]}]
operating:
  cluster: [manage_index_templates, manage_ilm]
  indices: [{names: ["genops-ai-*"], privileges: [read]}]
elsewhere:
  indices: [{names: ["other-*"], privileges: [create_doc, auto_configure]}]
"""
USERS = {name: f"{name}-4fJ9-secret" for name in ("shipping", "operating", "elsewhere", "superuser")}
WRONG = "wrong-7Kq2-secret"
EVENTS = 1_000
READY_TRIES = 10_000


def make_users(server):
    (server.config / "roles.yml").write_text(ROLES)
    for name, password in USERS.items():  # each with the role of that name
        server.tool("elasticsearch-users", "useradd", name, "-p", password, "-r", name)


def wait_for_users(cluster):
    """For some moments after its start the server knows no user."""
    for _ in range(READY_TRIES):
        try:
            return cluster.ask("GET", "/_cluster/health?wait_for_status=yellow")
        except urllib.error.HTTPError as refusal:
            expect("status", refusal.code, 401)
    raise OSError("the server still knows no user")


class Place:
    """The ledger, a file for a password, and the cluster as its superuser sees it."""

    def __init__(self, genops, server, folder):
        self.url = server.url
        self.ledger = Ledger(genops, f"{folder}/ledger.db")
        self.cluster = Cluster(server.url, "superuser", USERS["superuser"])
        self.password_file = Path(folder) / "password"

    def write_password(self, password):
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(password + "\n")

    def connect(self, user, password=None):
        """Makes the destination one of this user."""
        self.write_password(password or USERS[user])
        if self.ledger.query("SELECT name FROM destination"):
            self.ledger.run("destination", "remove", "search")
        self.ledger.run("destination", "add", "search", self.url, "--user", user, "--password-file", self.password_file)

    def connect_by_environment(self, user=None):
        self.ledger.run("destination", "remove", "search")
        self.be(user)
        self.ledger.run("destination", "add", "search", self.url)

    def be(self, user):
        names = {} if user is None else {"ELASTICSEARCH_USERNAME": user, "ELASTICSEARCH_PASSWORD": USERS[user]}
        self.ledger.environment = names

    def shipped(self, what, code=0):
        """What a sync delivered, and what remains."""
        result = self.ledger.sync(code=code)
        print(f"note: {what}: delivered {result['delivered']}, remaining {result['remaining']}, {result['error']}")
        return result["delivered"], result["remaining"]


# ---------------------------------------------------------------- cases


def preparing(place):
    place.connect("shipping")
    _, error = place.ledger.run("sync", "setup", code=2)
    assert "manage_index_templates" in error and "403" in error, error
    print("note: setup as shipping:", *error.splitlines())
    for user in ("operating", "superuser"):
        place.connect(user)
        place.ledger.run("sync", "setup")
    patterns = place.cluster.ask("GET", "/_index_template/genops-ledger")["index_templates"][0]["index_template"]
    expect("patterns", patterns["index_patterns"], ["genops-ai-*"])


def least_privileges(place):
    """Create and nothing else; sent again, each event meets itself."""
    place.connect("shipping")
    expect("as shipping", place.shipped("as shipping"), (EVENTS, 0))
    expect("documents", place.cluster.count(), EVENTS)
    place.ledger.run("sync", "rewind", "--from", "2024-01-01")
    expect("once more", place.shipped("sent again"), (EVENTS, 0))
    expect("refusals", place.ledger.refusals(), [])
    expect("documents", place.cluster.count(), EVENTS)
    expect("twins", place.cluster.twins(), [])


def verifying(place):
    """After least_privileges: with the destination that has shipped."""
    _, error = place.ledger.run("sync", "verify", code=2)
    assert "privilege read" in error and "403" in error, error
    print("note: verify as shipping:", *error.splitlines())
    for user in ("operating", "superuser"):
        place.connect_by_environment("shipping")
        place.ledger.sync()
        place.be(user)
        verified = place.ledger.rows("sync", "verify")[0]
        expect(f"as {user}", (verified["events"], verified["remaining"], verified["differences"]), (EVENTS, 0, []))
    place.be(None)


def wrong_password(place):
    place.connect("shipping", WRONG)
    expect("with a wrong password", place.shipped("with a wrong password", code=1), (0, EVENTS))
    status = place.ledger.status()
    expect("state", (status["state"], status["lag_events"]), ("stopped", EVENTS))
    assert "401" in status["last_error"], status
    for command in ("setup", "verify"):
        place.ledger.run("sync", command, code=2)
    place.write_password(USERS["shipping"])
    expect("repaired", place.shipped("the password repaired"), (EVENTS, 0))
    expect("state", place.ledger.status()["state"], "active")


def other_indices(place):
    """A refusal of each document, not of the request."""
    place.connect_by_environment("elsewhere")
    expect("as elsewhere", place.shipped("for other indices only", code=1), (0, EVENTS))
    status = place.ledger.status()
    expect("status", (status["state"], status["held"], status["lag_events"]), ("active", EVENTS, 0))
    kinds = {(row["state"], row["status"], row["type"]) for row in place.ledger.refusals()}
    expect("refusals", kinds, {("held", 403, "security_exception")})
    print("note: held:", place.ledger.refusals()[0]["reason"])
    place.be("shipping")
    expect("as shipping", place.shipped("as shipping again"), (EVENTS, 0))
    expect("held", place.ledger.status()["held"], 0)


def without_credentials(place):
    place.connect_by_environment()
    expect("as nobody", place.shipped("without credentials", code=1), (0, EVENTS))
    expect("state", place.ledger.status()["state"], "stopped")
    place.be("shipping")
    expect("as shipping", place.shipped("credentials in the environment"), (EVENTS, 0))
    place.be(None)


def secrecy(said, kept):
    """Neither a password nor the header that is made of it is anywhere. `kept`: the ledger's files."""
    texts = {"what was said": "".join(said).encode()} | kept
    for name, content in texts.items():
        assert b"search" in content, f"nothing of the destination is in {name}, so it proves nothing"
    for user, password in [*USERS.items(), ("shipping", WRONG)]:
        header = base64.b64encode(f"{user}:{password}".encode())
        for name, content in texts.items():
            for secret in (password.encode(), header):
                assert secret not in content, f"the password of {user} is in {name}"
    print("note: no password in", ", ".join(f"{len(content)} bytes of {name}" for name, content in texts.items()))


def main():
    version, genops = sys.argv[1:]
    if why := why_not(version):
        return exit_without(version, why)
    os.umask(0o022)  # the server's user reads its files
    server = ElasticsearchServer(version, {"xpack.security.enabled": True})
    with tempfile.TemporaryDirectory(prefix="genops-security-") as folder, contextlib.closing(server):
        make_users(server)
        server.start()
        place = Place(genops, server, folder)
        wait_for_users(place.cluster)
        place.ledger.record(EVENTS, "2024-02-02T10:00:00Z")
        path = Path(place.ledger.path)
        # While this is open, nobody who closes the ledger tidies its -wal away.
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            connection.execute("SELECT * FROM destination").fetchall()
            for case in (preparing, least_privileges, verifying, wrong_password, other_indices, without_credentials):
                case(place)
            connection.execute("COMMIT")
            kept = {"-wal": Path(f"{path}-wal").read_bytes()}
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        secrecy(place.ledger.said, kept | {path.name: path.read_bytes()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
