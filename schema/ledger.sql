-- The schema that migrations/*.sql produce, for reading; a test keeps it equal. UPDATE_GOLDEN=1 rewrites it.

PRAGMA application_id = 1196379185;
PRAGMA user_version = 3;

CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE required_attribute(name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE mark(name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE series(
  series_id INTEGER PRIMARY KEY,
  provider TEXT NOT NULL, model TEXT NOT NULL, operation_type TEXT NOT NULL, operation_name TEXT NOT NULL,
  team TEXT NOT NULL, project TEXT NOT NULL, environment TEXT NOT NULL, customer_id TEXT NOT NULL,
  cost_center TEXT NOT NULL, feature TEXT NOT NULL, user_id TEXT NOT NULL,
  UNIQUE(provider, model, operation_type, operation_name, team, project, environment, customer_id,
    cost_center, feature, user_id)
) STRICT;

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

CREATE UNIQUE INDEX event_key ON event(idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE UNIQUE INDEX event_keyed_id ON event(event_id) WHERE idempotency_key IS NOT NULL;

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

CREATE TABLE price_book(
  book_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  rank INTEGER NOT NULL,       -- the lowest is asked first: 0 user, 1 imported, 2 bundled
  version TEXT NOT NULL,
  revision INTEGER NOT NULL,   -- raised with every change of the book
  changed_at INTEGER NOT NULL
) STRICT;

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

CREATE TABLE rollup_hour(key INTEGER PRIMARY KEY, sums BLOB NOT NULL) STRICT;

CREATE TABLE rollup_day(key INTEGER PRIMARY KEY, sums BLOB NOT NULL) STRICT;

CREATE TABLE rollup_month(key INTEGER PRIMARY KEY, sums BLOB NOT NULL) STRICT;

CREATE TABLE event_range(
  hour INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  PRIMARY KEY (hour, first_seq)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE byte(value INTEGER PRIMARY KEY, hex TEXT NOT NULL UNIQUE, byte BLOB NOT NULL) STRICT;

CREATE VIEW check_text(field, value, max_bytes) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TRIGGER check_text_insert INSTEAD OF INSERT ON check_text
WHEN NEW.value IS NOT NULL AND (typeof(NEW.value) <> 'text'
  OR length(CAST(NEW.value AS BLOB)) NOT BETWEEN 1 AND NEW.max_bytes
  OR instr(CAST(NEW.value AS BLOB), x'00') > 0
  OR (NEW.value GLOB '*[^ -~]*' AND CAST(NEW.value AS BLOB) <> (
    SELECT CAST(group_concat(character, '') AS BLOB) FROM (
      SELECT char(unicode(substr(chunk, low.value + 1, 1))) AS character
      FROM (SELECT value AS high, substr(NEW.value, 256 * value + 1, 256) AS chunk FROM byte
            WHERE 256 * value < length(NEW.value))
        CROSS JOIN byte AS low ON low.value < length(chunk)
      ORDER BY high, low.value))))
BEGIN
  SELECT CASE NEW.field
    WHEN 'provider' THEN RAISE(ABORT, 'cost_event.provider: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'model' THEN RAISE(ABORT, 'cost_event.model: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'operation_type' THEN RAISE(ABORT, 'cost_event.operation_type: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'operation_name' THEN RAISE(ABORT, 'cost_event.operation_name: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'team' THEN RAISE(ABORT, 'cost_event.team: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'project' THEN RAISE(ABORT, 'cost_event.project: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'environment' THEN RAISE(ABORT, 'cost_event.environment: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'customer_id' THEN RAISE(ABORT, 'cost_event.customer_id: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'cost_center' THEN RAISE(ABORT, 'cost_event.cost_center: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'feature' THEN RAISE(ABORT, 'cost_event.feature: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'user_id' THEN RAISE(ABORT, 'cost_event.user_id: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'idempotency_key' THEN RAISE(ABORT, 'cost_event.idempotency_key: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'session_id' THEN RAISE(ABORT, 'cost_event.session_id: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'error_type' THEN RAISE(ABORT, 'cost_event.error_type: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'reason_code' THEN RAISE(ABORT, 'cost_event.reason_code: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'service_tier' THEN RAISE(ABORT, 'cost_event.service_tier: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'region' THEN RAISE(ABORT, 'cost_event.region: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'response_model' THEN RAISE(ABORT, 'cost_event.response_model: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'kind' THEN RAISE(ABORT, 'cost_event.kind: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'status' THEN RAISE(ABORT, 'cost_event.status: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'price_source' THEN RAISE(ABORT, 'cost_event.price_source: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'policy_result' THEN RAISE(ABORT, 'cost_event.policy_result: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'event_id' THEN RAISE(ABORT, 'cost_event.event_id: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'refers_to' THEN RAISE(ABORT, 'cost_event.refers_to: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'trace_id' THEN RAISE(ABORT, 'cost_event.trace_id: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'span_id' THEN RAISE(ABORT, 'cost_event.span_id: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'parent_span_id' THEN RAISE(ABORT, 'cost_event.parent_span_id: expected text of 1 to 1024 bytes of UTF-8 without NUL')
    WHEN 'units' THEN RAISE(ABORT, 'cost_event.units: expected text of 1 to 65536 bytes of UTF-8 without NUL')
    WHEN 'attributes' THEN RAISE(ABORT, 'cost_event.attributes: expected text of 1 to 65536 bytes of UTF-8 without NUL')
    WHEN 'raw_usage' THEN RAISE(ABORT, 'cost_event.raw_usage: expected text of 1 to 65536 bytes of UTF-8 without NUL')
  END;
END;

CREATE VIEW check_number(field, value, max_value, kind) AS SELECT NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER check_number_insert INSTEAD OF INSERT ON check_number
WHEN NEW.value IS NOT NULL AND (typeof(NEW.value) <> 'integer'
  OR NEW.value NOT BETWEEN CASE WHEN NEW.kind IS 'adjustment' THEN -NEW.max_value ELSE 0 END AND NEW.max_value)
BEGIN
  SELECT CASE NEW.field
    WHEN 'input_tokens' THEN RAISE(ABORT, 'cost_event.input_tokens: expected a whole number from 0 to 9007199254740991')
    WHEN 'output_tokens' THEN RAISE(ABORT, 'cost_event.output_tokens: expected a whole number from 0 to 9007199254740991')
    WHEN 'cache_read_tokens' THEN RAISE(ABORT, 'cost_event.cache_read_tokens: expected a whole number from 0 to 9007199254740991')
    WHEN 'cache_write_tokens' THEN RAISE(ABORT, 'cost_event.cache_write_tokens: expected a whole number from 0 to 9007199254740991')
    WHEN 'cache_write_1h_tokens' THEN RAISE(ABORT, 'cost_event.cache_write_1h_tokens: expected a whole number from 0 to 9007199254740991')
    WHEN 'reasoning_tokens' THEN RAISE(ABORT, 'cost_event.reasoning_tokens: expected a whole number from 0 to 9007199254740991')
    WHEN 'duration_ms' THEN RAISE(ABORT, 'cost_event.duration_ms: expected a whole number from 0 to 9007199254740991')
    WHEN 'cost_nanos' THEN RAISE(ABORT, 'cost_event.cost_nanos: expected a whole number of nano-USD, not negative unless kind is adjustment')
    WHEN 'input_cost_nanos' THEN RAISE(ABORT, 'cost_event.input_cost_nanos: expected a whole number of nano-USD, not negative unless kind is adjustment')
    WHEN 'output_cost_nanos' THEN RAISE(ABORT, 'cost_event.output_cost_nanos: expected a whole number of nano-USD, not negative unless kind is adjustment')
    WHEN 'reserved_nanos' THEN RAISE(ABORT, 'cost_event.reserved_nanos: expected a whole number of nano-USD, not negative unless kind is adjustment')
  END;
END;

CREATE VIEW check_units(value, kind) AS SELECT NULL, NULL WHERE 0;

CREATE TRIGGER check_units_insert INSTEAD OF INSERT ON check_units WHEN NEW.value IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'cost_event.units: expected known units in order, such as {"images":1,"searches":2}, each from 0 to 9007199254740991')
    WHERE NOT json_valid(NEW.value) OR json_type(NEW.value) <> 'object' OR NEW.value IS NOT (
      SELECT '{' || group_concat('"' || key || '":' || atom) || '}' FROM (
        SELECT key, max(atom) AS atom FROM json_each(NEW.value)
        WHERE key IN ('cache_read_audio_tokens', 'cache_read_image_tokens', 'cache_read_video_tokens', 'characters', 'images',
            'input_audio_tokens', 'input_image_tokens', 'input_video_tokens', 'output_audio_tokens', 'output_image_tokens',
            'output_video_tokens', 'pages', 'requests', 'searches', 'seconds')
          AND type = 'integer'
          AND atom BETWEEN CASE WHEN NEW.kind IS 'adjustment' THEN -9007199254740991 ELSE 0 END AND 9007199254740991
        GROUP BY key ORDER BY key));
END;

CREATE VIEW check_json(field, value) AS SELECT NULL, NULL WHERE 0;

CREATE TRIGGER check_json_insert INSTEAD OF INSERT ON check_json WHEN NEW.value IS NOT NULL
BEGIN
  SELECT CASE NEW.field WHEN 'attributes' THEN RAISE(ABORT, 'cost_event.attributes: expected a JSON object')
      ELSE RAISE(ABORT, 'cost_event.raw_usage: expected a JSON object or array') END
    WHERE NOT json_valid(NEW.value) OR json_type(NEW.value) NOT IN ('object', iif(NEW.field = 'attributes', 'object', 'array'));
  SELECT CASE NEW.field WHEN 'attributes' THEN RAISE(ABORT, 'cost_event.attributes: \u0000 is not allowed')
      ELSE RAISE(ABORT, 'cost_event.raw_usage: \u0000 is not allowed') END WHERE instr(NEW.value, '\u0000') > 0;
  SELECT CASE NEW.field WHEN 'attributes' THEN RAISE(ABORT, 'cost_event.attributes: expected at most 256 names, none twice')
      ELSE RAISE(ABORT, 'cost_event.raw_usage: expected at most 256 names, none twice') END
    WHERE (SELECT count(*) FROM json_each(NEW.value)) > 256 OR EXISTS (
      SELECT 1 FROM json_tree(NEW.value) WHERE typeof(key) = 'text' GROUP BY parent, key HAVING count(*) > 1);
  SELECT CASE NEW.field WHEN 'attributes' THEN RAISE(ABORT, 'cost_event.attributes: expected numbers within a double')
      ELSE RAISE(ABORT, 'cost_event.raw_usage: expected numbers within a double') END
    WHERE EXISTS (SELECT 1 FROM json_tree(NEW.value) WHERE type IN ('real', 'integer')
      AND atom NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308);
  -- A lone surrogate decodes to bytes that read as U+FFFD; a true U+FFFD is taken out first.
  SELECT CASE NEW.field WHEN 'attributes' THEN RAISE(ABORT, 'cost_event.attributes: expected no lone surrogate')
      ELSE RAISE(ABORT, 'cost_event.raw_usage: expected no lone surrogate') END
    WHERE lower(NEW.value) GLOB '*\ud[89a-f]*' AND EXISTS (SELECT 1 FROM json_tree(NEW.value)
      WHERE replace(key, char(65533), '') GLOB '*[' || char(65533) || ']*'
         OR (type = 'text' AND replace(atom, char(65533), '') GLOB '*[' || char(65533) || ']*'));
  -- Few texts have so many brackets that it takes a walk from the root to tell.
  SELECT CASE NEW.field WHEN 'attributes' THEN RAISE(ABORT, 'cost_event.attributes: expected at most 64 levels')
      ELSE RAISE(ABORT, 'cost_event.raw_usage: expected at most 64 levels') END
    WHERE length(NEW.value) - length(replace(replace(NEW.value, '{', ''), '[', '')) > 64 AND EXISTS (
      WITH RECURSIVE container AS MATERIALIZED (
          SELECT id, parent FROM json_tree(NEW.value) WHERE type IN ('object', 'array')),
        nested(id, level) AS (SELECT id, 1 FROM container WHERE parent IS NULL UNION ALL
          SELECT c.id, n.level + 1 FROM nested n JOIN container c ON c.parent = n.id WHERE n.level < 65)
      SELECT 1 FROM nested WHERE level > 64);
END;

CREATE TRIGGER cost_event_insert INSTEAD OF INSERT ON cost_event
BEGIN
  INSERT INTO check_text(field, value, max_bytes)
    SELECT * FROM (SELECT NULL AS field, NULL AS value, NULL AS max_bytes UNION ALL VALUES
    ('provider', NEW.provider, 1024), ('model', NEW.model, 1024), ('operation_type', NEW.operation_type, 1024),
    ('operation_name', NEW.operation_name, 1024), ('team', NEW.team, 1024), ('project', NEW.project, 1024),
    ('environment', NEW.environment, 1024), ('customer_id', NEW.customer_id, 1024), ('cost_center', NEW.cost_center, 1024),
    ('feature', NEW.feature, 1024), ('user_id', NEW.user_id, 1024), ('idempotency_key', NEW.idempotency_key, 1024),
    ('session_id', NEW.session_id, 1024), ('error_type', NEW.error_type, 1024), ('reason_code', NEW.reason_code, 1024),
    ('service_tier', NEW.service_tier, 1024), ('region', NEW.region, 1024),
    ('response_model', NEW.response_model, 1024), ('kind', NEW.kind, 1024), ('status', NEW.status, 1024), ('price_source', NEW.price_source, 1024), ('policy_result', NEW.policy_result, 1024),
    ('event_id', NEW.event_id, 1024), ('refers_to', NEW.refers_to, 1024), ('trace_id', NEW.trace_id, 1024),
    ('span_id', NEW.span_id, 1024), ('parent_span_id', NEW.parent_span_id, 1024), ('units', NEW.units, 65536),
    ('attributes', NEW.attributes, 65536), ('raw_usage', NEW.raw_usage, 65536)) WHERE value IS NOT NULL;
  SELECT RAISE(ABORT, 'cost_event.provider: expected a provider, found none') WHERE NEW.provider IS NULL;
  SELECT RAISE(ABORT, 'cost_event.kind: expected attempt, cached, refused, released, expired or adjustment')
    WHERE NEW.kind NOT IN ('attempt', 'cached', 'refused', 'released', 'expired', 'adjustment');
  SELECT RAISE(ABORT, 'cost_event.status: expected success or error') WHERE NEW.status NOT IN ('success', 'error');
  SELECT RAISE(ABORT, 'cost_event.policy_result: expected ALLOWED, BLOCKED, WARNING or RATE_LIMITED')
    WHERE NEW.policy_result NOT IN ('ALLOWED', 'BLOCKED', 'WARNING', 'RATE_LIMITED');
  INSERT INTO check_number(field, value, max_value, kind)
    SELECT * FROM (SELECT NULL AS field, NULL AS value, NULL AS max_value, NULL AS kind UNION ALL VALUES
    ('input_tokens', NEW.input_tokens, 9007199254740991, NEW.kind), ('output_tokens', NEW.output_tokens, 9007199254740991, NEW.kind),
    ('cache_read_tokens', NEW.cache_read_tokens, 9007199254740991, NEW.kind), ('cache_write_tokens', NEW.cache_write_tokens, 9007199254740991, NEW.kind),
    ('cache_write_1h_tokens', NEW.cache_write_1h_tokens, 9007199254740991, NEW.kind), ('reasoning_tokens', NEW.reasoning_tokens, 9007199254740991, NEW.kind),
    ('duration_ms', NEW.duration_ms, 9007199254740991, NULL), ('cost_nanos', NEW.cost_nanos, 9223372036854775807, NEW.kind),
    ('input_cost_nanos', NEW.input_cost_nanos, 9223372036854775807, NEW.kind), ('output_cost_nanos', NEW.output_cost_nanos, 9223372036854775807, NEW.kind),
    ('reserved_nanos', NEW.reserved_nanos, 9223372036854775807, NULL)) WHERE value IS NOT NULL;
  SELECT RAISE(ABORT, 'cost_event.cost_usd: expected a number of USD below 9.2e9, not negative unless kind is adjustment')
    WHERE NEW.cost_usd IS NOT NULL AND (typeof(NEW.cost_usd) NOT IN ('integer', 'real') OR NEW.cost_usd NOT BETWEEN -9.2e9 AND 9.2e9
      OR (NEW.cost_usd < 0 AND NEW.kind IS NOT 'adjustment'));
  SELECT RAISE(ABORT, 'cost_event.cost_usd: differs from cost_nanos')
    WHERE NEW.cost_usd <> NEW.cost_nanos / 1e9 AND CAST(round(NEW.cost_usd * 1e9) AS INTEGER) <> NEW.cost_nanos;
  SELECT RAISE(ABORT, 'cost_event.cost_nanos: expected none or 0 for this kind')
    WHERE NEW.kind IN ('cached', 'released') AND (NEW.cost_nanos <> 0 OR NEW.cost_usd <> 0);
  SELECT RAISE(ABORT, 'cost_event.cost_nanos: expected none for this kind')
    WHERE NEW.kind IN ('refused', 'expired') AND (NEW.cost_nanos IS NOT NULL OR NEW.cost_usd IS NOT NULL);
  SELECT RAISE(ABORT, 'cost_event.input_cost_nanos: expected none for this kind, or 0 where its cost is 0')
    WHERE (NEW.kind IN ('cached', 'released') AND NEW.input_cost_nanos <> 0)
      OR (NEW.kind IN ('refused', 'expired') AND NEW.input_cost_nanos IS NOT NULL);
  SELECT RAISE(ABORT, 'cost_event.output_cost_nanos: expected none for this kind, or 0 where its cost is 0')
    WHERE (NEW.kind IN ('cached', 'released') AND NEW.output_cost_nanos <> 0)
      OR (NEW.kind IN ('refused', 'expired') AND NEW.output_cost_nanos IS NOT NULL);
  -- A price belongs to the ledger that has it: a cost that comes with the source of another's is a stated one.
  SELECT RAISE(ABORT, 'cost_event.price_source: expected nothing without a cost')
    WHERE NEW.price_source IS NOT NULL AND NEW.cost_nanos IS NULL AND NEW.cost_usd IS NULL;
  SELECT RAISE(ABORT, 'cost_event.model: expected a model, usage or a cost beside the provider')
    WHERE coalesce(NEW.kind, '') NOT IN ('cached', 'released') AND coalesce(NEW.model, NEW.cost_nanos, NEW.cost_usd, NEW.units,
      NEW.input_tokens, NEW.output_tokens, NEW.cache_read_tokens,
      NEW.cache_write_tokens, NEW.cache_write_1h_tokens, NEW.reasoning_tokens) IS NULL;
  SELECT RAISE(ABORT, 'cost_event.event_id: expected a hyphenated UUID')
    WHERE NEW.event_id IS NOT NULL AND (length(NEW.event_id) <> 36 OR length(replace(NEW.event_id, '-', '')) <> 32
      OR lower(NEW.event_id) GLOB '*[^0-9a-f-]*'
      OR substr(NEW.event_id, 9, 1) || substr(NEW.event_id, 14, 1) || substr(NEW.event_id, 19, 1) || substr(NEW.event_id, 24, 1) <> '----');
  SELECT RAISE(ABORT, 'cost_event.refers_to: expected a hyphenated UUID')
    WHERE NEW.refers_to IS NOT NULL AND (length(NEW.refers_to) <> 36 OR length(replace(NEW.refers_to, '-', '')) <> 32
      OR lower(NEW.refers_to) GLOB '*[^0-9a-f-]*'
      OR substr(NEW.refers_to, 9, 1) || substr(NEW.refers_to, 14, 1) || substr(NEW.refers_to, 19, 1) || substr(NEW.refers_to, 24, 1) <> '----');
  SELECT RAISE(ABORT, 'cost_event.refers_to: expected the event_id that an adjustment corrects, and nothing for other kinds')
    WHERE (NEW.kind IS 'adjustment') <> (NEW.refers_to IS NOT NULL);
  SELECT RAISE(ABORT, 'cost_event.trace_id: expected 32 lower-case hex digits, not all zero')
    WHERE NEW.trace_id IS NOT NULL AND (length(NEW.trace_id) <> 32 OR NEW.trace_id GLOB '*[^0-9a-f]*' OR NEW.trace_id NOT GLOB '*[^0]*');
  SELECT RAISE(ABORT, 'cost_event.span_id: expected 16 lower-case hex digits, not all zero')
    WHERE NEW.span_id IS NOT NULL AND (length(NEW.span_id) <> 16 OR NEW.span_id GLOB '*[^0-9a-f]*' OR NEW.span_id NOT GLOB '*[^0]*');
  SELECT RAISE(ABORT, 'cost_event.parent_span_id: expected 16 lower-case hex digits, not all zero')
    WHERE NEW.parent_span_id IS NOT NULL AND (length(NEW.parent_span_id) <> 16 OR NEW.parent_span_id GLOB '*[^0-9a-f]*' OR NEW.parent_span_id NOT GLOB '*[^0]*');
  INSERT INTO check_units(value, kind) VALUES (NEW.units, NEW.kind);
  INSERT INTO check_json(field, value) VALUES ('attributes', NEW.attributes), ('raw_usage', NEW.raw_usage);

  -- RFC 3339 or a plain date in UTC, or whole milliseconds; anything else comes out as -1 and is refused next door.
  INSERT INTO new_event
    SELECT
      -- The event that this one repeats, if any, and the one that it corrects (0: there is none). An id without a key
      -- is looked for only where this ledger made it: by the hour that it carries, then in what is not folded yet.
      coalesce((SELECT seq FROM event WHERE idempotency_key = NEW.idempotency_key),
        CASE WHEN NEW.event_id IS NOT NULL THEN coalesce((SELECT seq FROM event WHERE event_id = substr(ids, 1, 16) AND idempotency_key IS NOT NULL),
          CASE WHEN substr(NEW.event_id, 15, 1) = '7' AND EXISTS (SELECT 1 FROM meta
              WHERE name GLOB '*ledger_id*' AND substr(value, 1, 4) = lower(substr(NEW.event_id, 25, 4))) THEN coalesce(
            (SELECT e.seq FROM event_range r CROSS JOIN event e
             WHERE r.hour = (SELECT sum(pair.value << (40 - 8 * place.value)) FROM byte place CROSS JOIN byte pair
                 WHERE place.value < 6
                   AND pair.hex = lower(substr(replace(NEW.event_id, '-', ''), 2 * place.value + 1, 2))) / 3600000
               AND e.seq BETWEEN r.first_seq AND r.last_seq AND e.event_id = substr(ids, 1, 16)),
            (SELECT seq FROM event WHERE seq > (SELECT seq FROM mark WHERE name = 'rollup') AND event_id = substr(ids, 1, 16))) END) END),
      CASE WHEN NEW.refers_to IS NOT NULL THEN coalesce(coalesce((SELECT seq FROM event WHERE event_id = substr(ids, 17, 16) AND idempotency_key IS NOT NULL),
          CASE WHEN substr(NEW.refers_to, 15, 1) = '7' AND EXISTS (SELECT 1 FROM meta
              WHERE name GLOB '*ledger_id*' AND substr(value, 1, 4) = lower(substr(NEW.refers_to, 25, 4))) THEN coalesce(
            (SELECT e.seq FROM event_range r CROSS JOIN event e
             WHERE r.hour = (SELECT sum(pair.value << (40 - 8 * place.value)) FROM byte place CROSS JOIN byte pair
                 WHERE place.value < 6
                   AND pair.hex = lower(substr(replace(NEW.refers_to, '-', ''), 2 * place.value + 1, 2))) / 3600000
               AND e.seq BETWEEN r.first_seq AND r.last_seq AND e.event_id = substr(ids, 17, 16)),
            (SELECT seq FROM event WHERE seq > (SELECT seq FROM mark WHERE name = 'rollup') AND event_id = substr(ids, 17, 16))) END), 0) END,
      CASE WHEN NEW.event_id IS NOT NULL THEN substr(ids, 1, 16) END,
      CASE WHEN NEW.trace_id IS NOT NULL THEN substr(ids, 33, 16) END,
      CASE WHEN NEW.span_id IS NOT NULL THEN substr(ids, 49, 8) END,
      CASE WHEN NEW.parent_span_id IS NOT NULL THEN substr(ids, 57, 8) END,
      coalesce(NEW.idempotency_key, lower(NEW.event_id)),
      CASE NEW.kind WHEN 'attempt' THEN 0 WHEN 'cached' THEN 1 WHEN 'refused' THEN 2 WHEN 'released' THEN 3
        WHEN 'expired' THEN 4 WHEN 'adjustment' THEN 5 END,
      CASE NEW.status WHEN 'success' THEN 0 WHEN 'error' THEN 1 END,
      CASE WHEN NEW.occurred_at IS NULL THEN NULL
        WHEN length(CAST(NEW.occurred_at AS BLOB)) <> length(NEW.occurred_at) THEN -1  -- a NUL ends text for SQL's functions
        WHEN typeof(NEW.occurred_at) = 'integer' AND NEW.occurred_at BETWEEN 0 AND 253402300799999 THEN NEW.occurred_at
        WHEN typeof(NEW.occurred_at) = 'text' AND day IS date(day, '+0 days') AND length(NEW.occurred_at) = 10 AND day >= '1970'
          THEN strftime('%s', day) * 1000
        WHEN typeof(NEW.occurred_at) = 'text' AND day IS date(day, '+0 days') AND substr(NEW.occurred_at, 11, 1) IN ('T', 't', ' ')
          AND time GLOB '[0-2][0-9]:[0-5][0-9]:[0-5][0-9]' AND time < '24'
          AND (zone IN ('Z', 'z') OR (zone GLOB '[+-][0-2][0-9]:[0-5][0-9]' AND substr(zone, 2) < '24'))
          AND (fraction = '' OR (fraction GLOB '.[0-9]*' AND substr(fraction, 2) NOT GLOB '*[^0-9]*'))
          AND strftime('%s', day || ' ' || time) * 1000 - zone_ms BETWEEN 0 AND 253402300799999
          THEN strftime('%s', day || ' ' || time) * 1000 + substr(fraction || '000', 2, 3) - zone_ms
        ELSE -1 END,
      NEW.provider, coalesce(NEW.model, ''), coalesce(NEW.operation_type, ''), coalesce(NEW.operation_name, ''),
      coalesce(NEW.team, ''), coalesce(NEW.project, ''), coalesce(NEW.environment, ''), coalesce(NEW.customer_id, ''),
      coalesce(NEW.cost_center, ''), coalesce(NEW.feature, ''), coalesce(NEW.user_id, ''),
      NEW.input_tokens, NEW.output_tokens, NEW.cache_read_tokens,
      NEW.cache_write_tokens, NEW.cache_write_1h_tokens, NEW.reasoning_tokens,
      coalesce(NEW.cost_nanos, CAST(round(NEW.cost_usd * 1e9) AS INTEGER),
        CASE WHEN NEW.kind IN ('cached', 'released') THEN 0 END), NEW.duration_ms,
      NEW.session_id, NEW.error_type, NEW.input_cost_nanos, NEW.output_cost_nanos, NEW.reserved_nanos, NEW.policy_result,
      NEW.reason_code, NEW.service_tier, NEW.region, NEW.response_model, NEW.units, NEW.attributes, NEW.raw_usage
    FROM (
      SELECT substr(NEW.occurred_at, 1, 10) AS day, substr(NEW.occurred_at, 12, 8) AS time, zone,
        substr(NEW.occurred_at, 20, length(NEW.occurred_at) - 19 - length(zone)) AS fraction,
        CASE WHEN zone IN ('Z', 'z') THEN 0 ELSE
          (substr(zone, 2, 2) * 60 + substr(zone, 5, 2)) * CASE substr(zone, 1, 1) WHEN '-' THEN -60000 ELSE 60000 END
        END AS zone_ms
      FROM (SELECT substr(NEW.occurred_at, CASE WHEN substr(NEW.occurred_at, -1) IN ('Z', 'z') THEN -1 ELSE -6 END) AS zone)),
    -- The bytes of all ids at once, zeros for those not given: event_id, refers_to, trace_id, span_id, parent_span_id.
    (SELECT CAST(group_concat(byte, '') AS BLOB) AS ids FROM (
      SELECT pair.byte FROM (SELECT replace(lower(coalesce(NEW.event_id, printf('%032d', 0))
          || coalesce(NEW.refers_to, printf('%032d', 0))), '-', '') || coalesce(NEW.trace_id, printf('%032d', 0))
          || coalesce(NEW.span_id, printf('%016d', 0)) || coalesce(NEW.parent_span_id, printf('%016d', 0)) AS digits
          WHERE coalesce(NEW.event_id, NEW.refers_to, NEW.trace_id, NEW.span_id, NEW.parent_span_id) IS NOT NULL)
        CROSS JOIN byte AS place ON place.value < 64
        CROSS JOIN byte AS pair ON pair.hex = substr(digits, 2 * place.value + 1, 2)
      ORDER BY place.value));
END;

CREATE VIEW new_event(
  same_seq, refers_to, event_id, trace_id, span_id, parent_span_id, idempotency_key, kind, status,
  occurred_at, provider, model, operation_type, operation_name, team, project, environment, customer_id,
  cost_center, feature, user_id, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
  cache_write_1h_tokens, reasoning_tokens, cost_nanos, duration_ms, session_id, error_type, input_cost_nanos,
  output_cost_nanos, reserved_nanos, policy_result, reason_code, service_tier, region, response_model, units, attributes, raw_usage
) AS SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER new_event_insert INSTEAD OF INSERT ON new_event
BEGIN
  SELECT RAISE(ABORT, 'cost_event.occurred_at: expected an RFC 3339 time with its zone, a date, or milliseconds since 1970')
    WHERE NEW.occurred_at = -1;

  -- A repeat is compared in what it gives; equal, it is over here.
  SELECT CASE WHEN
      (NEW.event_id IS NULL OR NEW.event_id IS e.event_id)
      AND (NEW.trace_id IS NULL OR NEW.trace_id IS e.trace_id)
      AND (NEW.span_id IS NULL OR NEW.span_id IS e.span_id) AND (NEW.kind IS NULL OR NEW.kind IS e.kind)
      AND (NEW.status IS NULL OR NEW.status IS e.status)
      AND (NEW.occurred_at IS NULL OR NEW.occurred_at IS e.occurred_at)
      AND (NEW.input_tokens IS NULL OR NEW.input_tokens IS e.input_tokens)
      AND (NEW.output_tokens IS NULL OR NEW.output_tokens IS e.output_tokens)
      AND (NEW.cache_read_tokens IS NULL OR NEW.cache_read_tokens IS e.cache_read_tokens)
      AND (NEW.cache_write_tokens IS NULL OR NEW.cache_write_tokens IS e.cache_write_tokens)
      AND (NEW.cache_write_1h_tokens IS NULL OR NEW.cache_write_1h_tokens IS e.cache_write_1h_tokens)
      AND (NEW.reasoning_tokens IS NULL OR NEW.reasoning_tokens IS e.reasoning_tokens)
      AND (NEW.cost_nanos IS NULL OR NEW.cost_nanos IS e.cost_nanos)
      AND (NEW.duration_ms IS NULL OR NEW.duration_ms IS e.duration_ms)
      AND (NEW.idempotency_key IS coalesce(e.idempotency_key, NEW.idempotency_key)
        OR replace(NEW.idempotency_key, '-', '') IS lower(hex(NEW.event_id)))  -- not given: see above
      AND NEW.provider IN ('', s.provider) AND NEW.model IN ('', s.model)
      AND NEW.operation_type IN ('', s.operation_type) AND NEW.operation_name IN ('', s.operation_name)
      AND NEW.team IN ('', s.team) AND NEW.project IN ('', s.project)
      AND NEW.environment IN ('', s.environment) AND NEW.customer_id IN ('', s.customer_id)
      AND NEW.cost_center IN ('', s.cost_center) AND NEW.feature IN ('', s.feature)
      AND NEW.user_id IN ('', s.user_id) AND (NEW.session_id IS NULL OR NEW.session_id IS d.session_id)
      AND (NEW.error_type IS NULL OR NEW.error_type IS d.error_type)
      AND (NEW.parent_span_id IS NULL OR NEW.parent_span_id IS d.parent_span_id)
      AND (NEW.input_cost_nanos IS NULL OR NEW.input_cost_nanos IS d.input_cost_nanos)
      AND (NEW.output_cost_nanos IS NULL OR NEW.output_cost_nanos IS d.output_cost_nanos)
      AND (NEW.reserved_nanos IS NULL OR NEW.reserved_nanos IS d.reserved_nanos)
      AND (NEW.policy_result IS NULL OR NEW.policy_result IS d.policy_result)
      AND (NEW.reason_code IS NULL OR NEW.reason_code IS d.reason_code)
      AND (NEW.refers_to IS NULL OR NEW.refers_to IS d.refers_to)
      AND (NEW.service_tier IS NULL OR NEW.service_tier IS d.service_tier)
      AND (NEW.region IS NULL OR NEW.region IS d.region)
      AND (NEW.response_model IS NULL OR NEW.response_model IS d.response_model) AND (NEW.units IS NULL OR NEW.units IS d.units)
      AND (NEW.attributes IS NULL OR NEW.attributes IS d.attributes)
      AND (NEW.raw_usage IS NULL OR NEW.raw_usage IS d.raw_usage)
    THEN RAISE(IGNORE)
    ELSE RAISE(ABORT, 'cost_event.idempotency_key: this key or event_id is taken by an event with other content') END
  FROM event e JOIN series s ON s.series_id = e.series_id LEFT JOIN event_detail d ON d.seq = e.seq
  WHERE e.seq = NEW.same_seq;

  -- A correction belongs to the day and the attribution of what it corrects.
  SELECT RAISE(ABORT, 'cost_event.refers_to: expected the event_id of an event of this ledger that is no adjustment itself')
    WHERE NEW.kind = 5 AND NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.refers_to AND kind <> 5);
  SELECT RAISE(ABORT, 'cost_event.occurred_at: an adjustment takes the time of the event it corrects')
    FROM event e WHERE e.seq = NEW.refers_to AND NEW.occurred_at <> e.occurred_at;
  SELECT RAISE(ABORT, 'cost_event.refers_to: an adjustment takes the attribution of the event it corrects, this one has another')
    FROM event e JOIN series s ON s.series_id = e.series_id WHERE e.seq = NEW.refers_to AND NOT (
      NEW.provider IN ('', s.provider) AND NEW.model IN ('', s.model)
      AND NEW.operation_type IN ('', s.operation_type) AND NEW.operation_name IN ('', s.operation_name)
      AND NEW.team IN ('', s.team) AND NEW.project IN ('', s.project)
      AND NEW.environment IN ('', s.environment) AND NEW.customer_id IN ('', s.customer_id)
      AND NEW.cost_center IN ('', s.cost_center) AND NEW.feature IN ('', s.feature)
      AND NEW.user_id IN ('', s.user_id));
  SELECT CASE name
      WHEN 'team' THEN RAISE(ABORT, 'cost_event.team: required by this ledger, found none')
      WHEN 'project' THEN RAISE(ABORT, 'cost_event.project: required by this ledger, found none')
      WHEN 'environment' THEN RAISE(ABORT, 'cost_event.environment: required by this ledger, found none')
      WHEN 'customer_id' THEN RAISE(ABORT, 'cost_event.customer_id: required by this ledger, found none')
      WHEN 'cost_center' THEN RAISE(ABORT, 'cost_event.cost_center: required by this ledger, found none')
      WHEN 'feature' THEN RAISE(ABORT, 'cost_event.feature: required by this ledger, found none')
      WHEN 'user_id' THEN RAISE(ABORT, 'cost_event.user_id: required by this ledger, found none')
    END
    FROM required_attribute WHERE NEW.refers_to IS NULL AND '' = CASE name
      WHEN 'team' THEN NEW.team WHEN 'project' THEN NEW.project WHEN 'environment' THEN NEW.environment
      WHEN 'customer_id' THEN NEW.customer_id WHEN 'cost_center' THEN NEW.cost_center WHEN 'feature' THEN NEW.feature WHEN 'user_id' THEN NEW.user_id END;

  INSERT INTO series(provider, model, operation_type, operation_name, team, project, environment, customer_id, cost_center, feature, user_id)
    SELECT NEW.provider, NEW.model, NEW.operation_type, NEW.operation_name, NEW.team, NEW.project,
    NEW.environment, NEW.customer_id, NEW.cost_center, NEW.feature, NEW.user_id
    WHERE NEW.refers_to IS NULL AND NOT EXISTS (SELECT 1 FROM series WHERE
      provider = NEW.provider AND model = NEW.model AND operation_type = NEW.operation_type
      AND operation_name = NEW.operation_name AND team = NEW.team AND project = NEW.project
      AND environment = NEW.environment AND customer_id = NEW.customer_id AND cost_center = NEW.cost_center
      AND feature = NEW.feature AND user_id = NEW.user_id);
  INSERT INTO event(series_id, kind, status, occurred_at, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens,
      cost_nanos, duration_ms, price_id, recorded_at, event_id, trace_id, span_id, idempotency_key)
    SELECT
      coalesce((SELECT series_id FROM event WHERE seq = NEW.refers_to), (SELECT series_id FROM series WHERE
        provider = NEW.provider AND model = NEW.model AND operation_type = NEW.operation_type
        AND operation_name = NEW.operation_name AND team = NEW.team AND project = NEW.project
        AND environment = NEW.environment AND customer_id = NEW.customer_id AND cost_center = NEW.cost_center
        AND feature = NEW.feature AND user_id = NEW.user_id)),
      coalesce(NEW.kind, 0), coalesce(NEW.status, 0), at,
      NEW.input_tokens, NEW.output_tokens, NEW.cache_read_tokens, NEW.cache_write_tokens,
      NEW.cache_write_1h_tokens, NEW.reasoning_tokens,
      NEW.cost_nanos, NEW.duration_ms, CASE WHEN NEW.cost_nanos IS NOT NULL THEN 0 END, now,
      -- A new id is a UUIDv7: time, random bits, and the ledger's tag by which it is known again.
      coalesce(NEW.event_id, (SELECT CAST(group_concat(byte, '') AS BLOB) FROM (
        SELECT pair.byte FROM (SELECT printf('%012x7%03x%04x', at, random() & 4095, 32768 | (random() & 16383))
            || substr(value, 1, 4) || printf('%08x', random() & 4294967295) AS digits FROM meta WHERE name = 'ledger_id')
          CROSS JOIN byte AS place ON place.value < 16
          CROSS JOIN byte AS pair ON pair.hex = substr(digits, 2 * place.value + 1, 2)
        ORDER BY place.value))),
      NEW.trace_id, NEW.span_id, NEW.idempotency_key
    FROM (SELECT now, coalesce((SELECT occurred_at FROM event WHERE seq = NEW.refers_to), NEW.occurred_at, now) AS at
          FROM (SELECT CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) AS now));
  INSERT INTO event_detail(seq, session_id, error_type, parent_span_id, input_cost_nanos, output_cost_nanos, reserved_nanos, policy_result, reason_code, refers_to, service_tier, region, response_model, units, attributes, raw_usage)
    SELECT (SELECT max(seq) FROM event),
      NEW.session_id, NEW.error_type, NEW.parent_span_id, NEW.input_cost_nanos, NEW.output_cost_nanos,
      NEW.reserved_nanos, NEW.policy_result, NEW.reason_code, NEW.refers_to, NEW.service_tier, NEW.region,
      NEW.response_model, NEW.units, NEW.attributes, NEW.raw_usage
    WHERE coalesce(
      NEW.session_id, NEW.error_type, NEW.parent_span_id, NEW.input_cost_nanos, NEW.output_cost_nanos,
      NEW.reserved_nanos, NEW.policy_result, NEW.reason_code, NEW.refers_to, NEW.service_tier, NEW.region,
      NEW.response_model, NEW.units, NEW.attributes, NEW.raw_usage) IS NOT NULL;
END;

CREATE TRIGGER event_guard_values BEFORE INSERT ON event
WHEN (NEW.kind BETWEEN 0 AND 5 AND NEW.status BETWEEN 0 AND 1 AND length(NEW.event_id) = 16
  AND NEW.occurred_at BETWEEN 0 AND 253402300799999
  AND EXISTS (SELECT 1 FROM series WHERE series_id = NEW.series_id)
  AND (NEW.kind = 5 OR (NEW.input_tokens >= 0 AND NEW.output_tokens >= 0 AND NEW.cache_read_tokens >= 0
    AND NEW.cache_write_tokens >= 0 AND NEW.cache_write_1h_tokens >= 0 AND NEW.reasoning_tokens >= 0
    AND NEW.cost_nanos >= 0 AND NEW.duration_ms >= 0) IS NOT 0)) IS NOT 1
BEGIN SELECT RAISE(ABORT, 'event: not an event of a ledger; INSERT INTO cost_event says what is wrong'); END;

CREATE TRIGGER event_guard_insert BEFORE INSERT ON event
WHEN NEW.seq <> -1 OR (NEW.idempotency_key IS NOT NULL AND EXISTS (SELECT 1 FROM event
  WHERE idempotency_key = NEW.idempotency_key OR (event_id = NEW.event_id AND idempotency_key IS NOT NULL)))
BEGIN SELECT RAISE(ABORT, 'event: seq is given by the ledger, and a recorded key or event_id cannot be recorded again'); END;

CREATE TRIGGER event_guard_place AFTER INSERT ON event WHEN NEW.seq < 1
BEGIN SELECT RAISE(ABORT, 'event: seq is given by the ledger, and a recorded key or event_id cannot be recorded again'); END;

CREATE TRIGGER event_guard_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'event is append-only: correct an event by an adjustment that refers to it'); END;

CREATE TRIGGER event_guard_delete BEFORE DELETE ON event
WHEN OLD.seq > coalesce((SELECT seq FROM mark WHERE name = 'prune'), 0) OR OLD.seq = (SELECT max(seq) FROM event)
BEGIN SELECT RAISE(ABORT, 'event is append-only: correct an event by an adjustment that refers to it'); END;

CREATE TRIGGER event_detail_guard_insert BEFORE INSERT ON event_detail
WHEN EXISTS (SELECT 1 FROM event_detail WHERE seq = NEW.seq) OR NEW.seq IS NOT (SELECT max(seq) FROM event)
BEGIN SELECT RAISE(ABORT, 'event_detail is append-only: only the newest event takes its detail'); END;

CREATE TRIGGER event_detail_guard_update BEFORE UPDATE ON event_detail
BEGIN SELECT RAISE(ABORT, 'event_detail is append-only: correct an event by an adjustment that refers to it'); END;

CREATE TRIGGER event_detail_guard_delete BEFORE DELETE ON event_detail
WHEN OLD.seq > coalesce((SELECT seq FROM mark WHERE name = 'prune'), 0)
BEGIN SELECT RAISE(ABORT, 'event_detail is append-only: correct an event by an adjustment that refers to it'); END;

CREATE TRIGGER series_guard_insert BEFORE INSERT ON series
WHEN NEW.series_id <> -1 OR EXISTS (SELECT 1 FROM series WHERE
  provider = NEW.provider AND model = NEW.model AND operation_type = NEW.operation_type
  AND operation_name = NEW.operation_name AND team = NEW.team AND project = NEW.project
  AND environment = NEW.environment AND customer_id = NEW.customer_id AND cost_center = NEW.cost_center
  AND feature = NEW.feature AND user_id = NEW.user_id)
BEGIN SELECT RAISE(ABORT, 'series: series_id is given by the ledger, and a series is there once'); END;

CREATE TRIGGER series_guard_place AFTER INSERT ON series WHEN NEW.series_id < 1
BEGIN SELECT RAISE(ABORT, 'series: series_id is given by the ledger, and a series is there once'); END;

CREATE TRIGGER series_guard_update BEFORE UPDATE ON series
BEGIN SELECT RAISE(ABORT, 'series is append-only: it says whom recorded costs belong to'); END;

CREATE TRIGGER series_guard_delete BEFORE DELETE ON series
BEGIN SELECT RAISE(ABORT, 'series is append-only: it says whom recorded costs belong to'); END;

CREATE TRIGGER price_guard_insert BEFORE INSERT ON price
WHEN EXISTS (SELECT 1 FROM price WHERE price_id = NEW.price_id)
BEGIN SELECT RAISE(ABORT, 'price is append-only: `genops price set` and `genops price import` replace prices'); END;

CREATE TRIGGER price_guard_update BEFORE UPDATE OF price_id, rowid, oid, _rowid_, book_id, provider, model, match, region, service_tier,
  hours, valid_from, valid_to, currency, source, version, recorded_at ON price
BEGIN SELECT RAISE(ABORT, 'price is append-only: `genops price set` and `genops price import` replace prices'); END;

CREATE TRIGGER price_guard_delete BEFORE DELETE ON price
BEGIN SELECT RAISE(ABORT, 'price is append-only: `genops price set` and `genops price import` replace prices'); END;

CREATE TRIGGER price_rate_guard_insert BEFORE INSERT ON price_rate
WHEN EXISTS (SELECT 1 FROM price_rate WHERE price_id = NEW.price_id AND unit = NEW.unit AND above_tokens = NEW.above_tokens)
BEGIN SELECT RAISE(ABORT, 'price_rate is append-only: `genops price set` and `genops price import` replace prices'); END;

CREATE TRIGGER price_rate_guard_update BEFORE UPDATE ON price_rate
BEGIN SELECT RAISE(ABORT, 'price_rate is append-only: `genops price set` and `genops price import` replace prices'); END;

CREATE TRIGGER price_rate_guard_delete BEFORE DELETE ON price_rate
BEGIN SELECT RAISE(ABORT, 'price_rate is append-only: `genops price set` and `genops price import` replace prices'); END;
