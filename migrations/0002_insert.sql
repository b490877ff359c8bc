-- The shell's door: INSERT INTO cost_event, in stock SQL.
--
-- Three steps, because a trigger has no variables and RAISE takes only literal text: cost_event's trigger sends each
-- value through a check that knows the columns by name, then hands the event in the file's own types to new_event's
-- trigger, which judges repeats and writes. The library's append does the same in C++; one table of cases is run
-- through both. Traps that shaped this: docs/decisions.md, "Triggers".

-- Every byte, for turning hex into bytes and for counting.
CREATE TABLE byte(value INTEGER PRIMARY KEY, hex TEXT NOT NULL UNIQUE, byte BLOB NOT NULL) STRICT;
INSERT INTO byte(value, hex, byte)
  WITH RECURSIVE n(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE value < 255)
  SELECT value, printf('%02x', value), substr(CAST(
    x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f' ||
    x'404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f' ||
    x'808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf' ||
    x'c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff' AS BLOB), value + 1, 1) FROM n;

-- Text: UTF-8 without NUL. Characters outside printable ASCII are taken apart and put together again: damaged UTF-8
-- does not come back the same.
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

-- Whole numbers. Only an adjustment may be negative.
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

-- Rarer units. They have one spelling, so that equal units are equal text: known names in order and no spaces.
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

-- Raw JSON, an object or, as raw_usage, an array: valid, flat enough, no name twice, nothing that other readers would cut or refuse.
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

-- An event in the file's own types, not yet written; NULL or '' is what the caller did not give.
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
