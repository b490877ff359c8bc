-- The ledger's file, version 1. Stock SQL only: a plain sqlite3 shell reads it and inserts through the view cost_event.
-- The numbers behind this layout are in docs/decisions.md, the way in and out of it in docs/architecture.md.

PRAGMA application_id = 1196379185;  -- 'GOL1'

-- What is fixed for the file: ledger_id (hyphenated UUID), machine (whom it was made on).
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta(name, value)
  SELECT 'ledger_id', substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 14, 3) || '-8' || substr(h, 18, 3)
      || '-' || substr(h, 21)
  FROM (SELECT lower(hex(randomblob(16))) AS h);

-- Attribution that every event of this ledger must carry.
CREATE TABLE required_attribute(name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- How far each derived thing has read the log.
CREATE TABLE mark(name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO mark(name, seq) VALUES ('prune', 0), ('rollup', 0);

-- ---------------------------------------------------------------- the log

-- One distinct attribution; '' = not set.
CREATE TABLE series(
  series_id INTEGER PRIMARY KEY,
  provider TEXT NOT NULL, model TEXT NOT NULL, operation_type TEXT NOT NULL, operation_name TEXT NOT NULL,
  team TEXT NOT NULL, project TEXT NOT NULL, environment TEXT NOT NULL, customer_id TEXT NOT NULL,
  cost_center TEXT NOT NULL, feature TEXT NOT NULL, user_id TEXT NOT NULL,
  UNIQUE(provider, model, operation_type, operation_name, team, project, environment, customer_id,
    cost_center, feature, user_id)
) STRICT;

-- One row per event. What sums need comes first, so that reading it stops early.
-- kind: 0 attempt, 1 cached, 2 refused, 3 released, 4 expired, 5 adjustment. status: 0 success, 1 error.
-- price_id: the price that was used; 0 = the cost was stated by the caller; NULL = unpriced.
CREATE TABLE event(
  seq INTEGER PRIMARY KEY,
  series_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  status INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,  -- milliseconds since 1970, UTC, as recorded_at
  input_tokens INTEGER, output_tokens INTEGER, cache_read_tokens INTEGER,
  cache_write_tokens INTEGER, cache_write_1h_tokens INTEGER, reasoning_tokens INTEGER,
  cost_nanos INTEGER,
  duration_ms INTEGER,
  price_id INTEGER,
  recorded_at INTEGER NOT NULL,
  event_id BLOB NOT NULL,
  trace_id BLOB,
  span_id BLOB,
  idempotency_key TEXT
) STRICT;

-- Only keyed events pay for indexes; any other event_id carries its time, see event_range.
CREATE UNIQUE INDEX event_key ON event(idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX event_keyed_id ON event(event_id) WHERE idempotency_key IS NOT NULL;

-- What most events lack; a row only where something is set.
CREATE TABLE event_detail(
  seq INTEGER PRIMARY KEY,
  session_id TEXT,
  error_type TEXT,
  parent_span_id BLOB,
  input_cost_nanos INTEGER,
  output_cost_nanos INTEGER,
  reserved_nanos INTEGER,
  policy_result TEXT,
  reason_code TEXT,
  refers_to INTEGER,  -- seq of the event that this adjustment corrects
  service_tier TEXT,
  region TEXT,
  response_model TEXT,  -- the model that answered, where it is another than the series' model: it decides the price
  units TEXT,         -- JSON object: rarer billed units and their counts
  attributes TEXT,    -- JSON object, as given
  raw_usage TEXT      -- JSON: the usage as the provider's response gave it
) STRICT;
CREATE INDEX event_detail_refers_to ON event_detail(refers_to) WHERE refers_to IS NOT NULL;

-- ---------------------------------------------------------------- prices

-- Prices that came together: what users set ('user'), the book that comes with the program ('genops'), imported ones.
CREATE TABLE price_book(
  book_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  rank INTEGER NOT NULL,       -- the lowest is asked first: 0 user, 1 imported, 2 bundled
  version TEXT NOT NULL,
  revision INTEGER NOT NULL,   -- raised with every change of the book
  changed_at INTEGER NOT NULL
) STRICT;

-- The rates of one model under one combination of the other dimensions. Events refer to it, so it is never changed: what
-- no longer holds is retired.
CREATE TABLE price(
  price_id INTEGER PRIMARY KEY,
  book_id INTEGER NOT NULL,
  place INTEGER NOT NULL,      -- order within the book; of equals the first holds
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  match TEXT NOT NULL,         -- JSON: the model names it is for
  region TEXT NOT NULL,        -- a prefix of the request's; '' = all
  service_tier TEXT NOT NULL,
  hours TEXT NOT NULL,         -- JSON: [[start minute, finish minute, weekdays], ..] in UTC, bit 0 is Monday; [] = always
  valid_from INTEGER, valid_to INTEGER,  -- [milliseconds); NULL = no end
  currency TEXT NOT NULL DEFAULT 'USD',
  source TEXT NOT NULL,
  version TEXT NOT NULL,       -- of the book that brought it
  recorded_at INTEGER NOT NULL,
  retired_at INTEGER
) STRICT;
CREATE INDEX price_provider ON price(provider) WHERE retired_at IS NULL;

CREATE TABLE price_rate(
  price_id INTEGER NOT NULL,
  unit TEXT NOT NULL,
  above_tokens INTEGER NOT NULL,  -- the whole request, when its prompt has more tokens than this
  at_least INTEGER NOT NULL,      -- 1: or as many
  pico_usd INTEGER NOT NULL,      -- 10^-12 USD
  per INTEGER NOT NULL,           -- for so many units
  PRIMARY KEY (price_id, unit, above_tokens)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- derived from the log, rebuilt and checked by verify

-- Sums of 64 series in one bucket of UTC time, packed (extensions/rollup_codec.hpp).
-- key: bucket * 2^24 + series_id / 64; the bucket is hours or days since 1970, or months since year 0.
CREATE TABLE rollup_hour(key INTEGER PRIMARY KEY, sums BLOB NOT NULL) STRICT;
CREATE TABLE rollup_day(key INTEGER PRIMARY KEY, sums BLOB NOT NULL) STRICT;
CREATE TABLE rollup_month(key INTEGER PRIMARY KEY, sums BLOB NOT NULL) STRICT;

-- Where the folded events of an hour (since 1970) lie in the log.
CREATE TABLE event_range(
  hour INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  PRIMARY KEY (hour, first_seq)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- shipping

CREATE TABLE destination(
  destination_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,           -- file, elasticsearch
  url TEXT NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}',  -- a JSON object of what the kind knows beside the URL, never a secret
  cursor INTEGER NOT NULL DEFAULT 0,    -- every event up to this seq is delivered or in undelivered
  position INTEGER NOT NULL DEFAULT 0,  -- file: bytes that belong to the cursor
  epoch INTEGER NOT NULL DEFAULT 0,     -- raised by each lease; an acknowledgement of an older one is void
  lease_owner TEXT,
  lease_until_ms INTEGER,
  state TEXT NOT NULL DEFAULT 'active',  -- active, away (tried again by itself), stopped (needs somebody)
  last_error TEXT,
  last_success_at INTEGER,
  next_try_at INTEGER
) STRICT;

CREATE TABLE undelivered(
  destination_id INTEGER NOT NULL, seq INTEGER NOT NULL,
  state TEXT NOT NULL,  -- retry, held, dead
  tries INTEGER NOT NULL, since INTEGER NOT NULL, next_at INTEGER, status INTEGER, type TEXT, reason TEXT,
  PRIMARY KEY (destination_id, seq)
) STRICT, WITHOUT ROWID;

CREATE VIEW sync_state AS
  SELECT d.name AS destination, d.kind, d.state, d.cursor, l.seq AS last_seq, max(l.seq - d.cursor, 0) AS lag_events,
    coalesce((SELECT max(0, CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) - recorded_at) / 1000
      FROM event WHERE seq > d.cursor ORDER BY seq LIMIT 1), 0) AS lag_seconds,
    (SELECT count(*) FROM undelivered u WHERE u.destination_id = d.destination_id AND u.state = 'retry') AS retry,
    (SELECT count(*) FROM undelivered u WHERE u.destination_id = d.destination_id AND u.state = 'held') AS held,
    (SELECT count(*) FROM undelivered u WHERE u.destination_id = d.destination_id AND u.state = 'dead') AS dead,
    0 AS accepted_partial, d.last_error,
    strftime('%Y-%m-%dT%H:%M:%S', d.last_success_at / 1000, 'unixepoch') || printf('.%03dZ',
      d.last_success_at % 1000) AS last_success_at,
    strftime('%Y-%m-%dT%H:%M:%S', d.next_try_at / 1000, 'unixepoch') || printf('.%03dZ',
      d.next_try_at % 1000) AS next_try_at
  FROM destination d, (SELECT coalesce(max(seq), 0) AS seq FROM event) l;

-- ---------------------------------------------------------------- the flat view

CREATE VIEW cost_event AS
  SELECT e.seq,
    lower(substr(hex(e.event_id), 1, 8) || '-' || substr(hex(e.event_id), 9, 4) || '-' || substr(hex(e.event_id), 13, 4)
      || '-' || substr(hex(e.event_id), 17, 4) || '-' || substr(hex(e.event_id), 21)) AS event_id,
    CASE e.kind WHEN 0 THEN 'attempt' WHEN 1 THEN 'cached' WHEN 2 THEN 'refused' WHEN 3 THEN 'released' WHEN 4 THEN 'expired'
      ELSE 'adjustment' END AS kind,
    strftime('%Y-%m-%dT%H:%M:%S', e.occurred_at / 1000, 'unixepoch') || printf('.%03dZ', e.occurred_at % 1000) AS occurred_at,
    strftime('%Y-%m-%dT%H:%M:%S', e.recorded_at / 1000, 'unixepoch') || printf('.%03dZ', e.recorded_at % 1000) AS recorded_at,
    e.idempotency_key, s.provider,
    nullif(s.model, '') AS model, nullif(s.operation_type, '') AS operation_type,
    nullif(s.operation_name, '') AS operation_name,
    nullif(s.team, '') AS team, nullif(s.project, '') AS project, nullif(s.environment, '') AS environment,
    nullif(s.customer_id, '') AS customer_id, nullif(s.cost_center, '') AS cost_center,
    nullif(s.feature, '') AS feature, nullif(s.user_id, '') AS user_id,
    d.session_id,
    e.input_tokens, e.output_tokens, e.cache_read_tokens, e.cache_write_tokens, e.cache_write_1h_tokens, e.reasoning_tokens,
    e.cost_nanos, e.cost_nanos / 1e9 AS cost_usd, d.input_cost_nanos, d.output_cost_nanos,
    CASE e.price_id WHEN 0 THEN 'stated' ELSE (
      SELECT b.name || ' ' || p.version FROM price p JOIN price_book b ON b.book_id = p.book_id
      WHERE p.price_id = e.price_id) END AS price_source,
    CASE e.status WHEN 0 THEN 'success' ELSE 'error' END AS status,
    d.error_type, e.duration_ms,
    lower(nullif(hex(e.trace_id), '')) AS trace_id, lower(nullif(hex(e.span_id), '')) AS span_id,
    lower(nullif(hex(d.parent_span_id), '')) AS parent_span_id,
    d.reserved_nanos, d.policy_result, d.reason_code,
    (SELECT lower(substr(hex(o.event_id), 1, 8) || '-' || substr(hex(o.event_id), 9, 4) || '-' || substr(hex(o.event_id), 13, 4)
      || '-' || substr(hex(o.event_id), 17, 4) || '-' || substr(hex(o.event_id), 21)) FROM event o WHERE o.seq = d.refers_to) AS refers_to,
    d.attributes, d.service_tier, d.region, d.units, d.raw_usage, d.response_model
  FROM event e JOIN series s ON s.series_id = e.series_id LEFT JOIN event_detail d ON d.seq = e.seq;
