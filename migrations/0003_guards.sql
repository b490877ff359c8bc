-- The guards: what is recorded stays as it is.

-- Values are judged here and not by CHECK: INSERT OR IGNORE would drop a refused row without a word, and the library,
-- which has judged them itself, need not pay for it (docs/decisions.md).
CREATE TRIGGER event_guard_values BEFORE INSERT ON event
WHEN (NEW.kind BETWEEN 0 AND 5 AND NEW.status BETWEEN 0 AND 1 AND length(NEW.event_id) = 16
  AND NEW.occurred_at BETWEEN 0 AND 253402300799999
  AND EXISTS (SELECT 1 FROM series WHERE series_id = NEW.series_id)
  AND (NEW.kind = 5 OR (NEW.input_tokens >= 0 AND NEW.output_tokens >= 0 AND NEW.cache_read_tokens >= 0
    AND NEW.cache_write_tokens >= 0 AND NEW.cache_write_1h_tokens >= 0 AND NEW.reasoning_tokens >= 0
    AND NEW.cost_nanos >= 0 AND NEW.duration_ms >= 0) IS NOT 0)) IS NOT 1
BEGIN SELECT RAISE(ABORT, 'event: not an event of a ledger; INSERT INTO cost_event says what is wrong'); END;

-- INSERT OR REPLACE deletes without asking the delete trigger; so a taken place is refused before it comes to that.
-- NEW.seq is -1 where none is given; what was given as -1, event_guard_place finds out.
CREATE TRIGGER event_guard_insert BEFORE INSERT ON event
WHEN NEW.seq <> -1 OR (NEW.idempotency_key IS NOT NULL AND EXISTS (SELECT 1 FROM event
  WHERE idempotency_key = NEW.idempotency_key OR (event_id = NEW.event_id AND idempotency_key IS NOT NULL)))
BEGIN SELECT RAISE(ABORT, 'event: seq is given by the ledger, and a recorded key or event_id cannot be recorded again'); END;
CREATE TRIGGER event_guard_place AFTER INSERT ON event WHEN NEW.seq < 1
BEGIN SELECT RAISE(ABORT, 'event: seq is given by the ledger, and a recorded key or event_id cannot be recorded again'); END;
CREATE TRIGGER event_guard_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'event is append-only: correct an event by an adjustment that refers to it'); END;
-- The newest row stays for ever, so that max(seq) + 1 is always new.
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

-- Events refer to the prices that priced them. What no longer holds is retired (retired_at) or takes another place.
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
