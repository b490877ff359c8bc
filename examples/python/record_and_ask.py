#!/usr/bin/python3
"""Records and asks for AI costs from Python: record_and_ask.py LEDGER [EXTENSION [sqlite3|apsw]]

A ledger is an SQLite file, so Python needs no package for it: the `sqlite3` of the standard library reads it and adds
events to it. With the extension (genops_ledger.so) the same connection also has the functions of docs/sql.md.
The third argument names the binding; `apsw` is another one, which brings a newer SQLite of its own.
"""

import json
import sys


def connect(ledger, binding):
    """A connection on which every statement outside a transaction is a transaction of its own."""
    if binding == "apsw":
        import apsw

        connection = apsw.Connection(ledger)
        connection.set_busy_timeout(10_000)
    else:
        import sqlite3

        # isolation_level=None: else this module opens transactions by itself, and record_cost() opens its own.
        connection = sqlite3.connect(ledger, timeout=10, isolation_level=None)
    # SQLite before 3.51.3 can lose commits when it checkpoints by itself while others write; genops does it safely.
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection


def load_extension(connection, extension):
    """False where the binding was built without extensions, as some Pythons' sqlite3 is."""
    if not hasattr(connection, "load_extension"):
        return False
    allow = getattr(connection, "enable_load_extension", None) or connection.enableloadextension
    allow(True)
    try:
        connection.load_extension(extension)
    finally:
        allow(False)  # so that no SQL can load another
    return True


def insert(connection, key, customer, cost_nanos):
    """Adds one event by plain SQL. Money is whole nano-USD (10^-9), so 0.054 USD is 54000000."""
    # An event whose key is in the ledger already is left out, so sending it again after a crash counts once.
    connection.execute(
        """INSERT INTO cost_event(idempotency_key, provider, model, team, customer_id, input_tokens, output_tokens, cost_nanos)
           VALUES (?, 'openai', 'gpt-4', 'support', ?, 1200, 300, ?)""",
        (key, customer, cost_nanos),
    )


def spent(connection):
    """What each customer cost, from the flat view, which plain SQL can read."""
    return connection.execute(
        "SELECT customer_id, count(*), sum(cost_nanos) FROM cost_event GROUP BY customer_id ORDER BY customer_id"
    ).fetchall()


def record_cost(connection, event):
    """Adds one event through the extension, which checks it as the command line does; gives its id."""
    return connection.execute("SELECT record_cost(?)", (json.dumps(event),)).fetchone()[0]


def rollup(connection):
    """What each customer cost, from the sums that the ledger keeps: as quick with millions of events as with three."""
    return connection.execute(
        "SELECT customer_id, events, usd_text(cost_nanos) FROM cost_rollup('all', 'customer_id')"
    ).fetchall()


def main(ledger, extension=None, binding="sqlite3"):
    connection = connect(ledger, binding)
    print("SQLite", connection.execute("SELECT sqlite_version()").fetchone()[0], "through", binding)

    insert(connection, "req-1", "acme", 54_000_000)
    insert(connection, "req-2", "globex", 18_000_000)
    insert(connection, "req-2", "globex", 18_000_000)  # sent twice, counted once
    for customer, events, nanos in spent(connection):
        print(f"{customer}: {events} request(s), {nanos} nano-USD")

    if extension is None or not load_extension(connection, extension):
        print("without the extension: the functions of docs/sql.md are not there, everything above is")
        return
    event = {"provider": "anthropic", "model": "claude-3-opus", "customer_id": "acme", "idempotency_key": "req-3",
             "input_tokens": 1000, "output_tokens": 200, "cost_usd": "0.03"}  # fmt: skip
    event_id = record_cost(connection, event)
    again = record_cost(connection, event)
    print("recorded", event["idempotency_key"], "twice, as", "one event" if event_id == again else "two events")
    for customer, events, usd in rollup(connection):
        print(f"{customer}: {events} request(s), ${usd}")


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__.splitlines()[0])
    main(*sys.argv[1:])
