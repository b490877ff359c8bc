#include <charconv>
#include <cmath>

#include "core/text.hpp"
#include "genops/time.hpp"
#include "ingest/json_reader.hpp"
#include "sync/bulk_outcome.hpp"
#include "sync/day_differences.hpp"
#include "sync/elasticsearch_client.hpp"
#include "sync/elasticsearch_settings.hpp"
#include "sync/elasticsearch_upkeep.hpp"

namespace genops {
namespace {

constexpr std::size_t kMaxDepth = 32;

/// A sum comes as a double, exact up to here (9,007,199 USD on one day).
constexpr double kExactNanos = 9'007'199'254'740'992.0;

/// Reads {"timed_out":..,"_shards":{"failed":..},"aggregations":{"days":{"buckets":[{"key":..,"doc_count":..,
/// "nanos":{"value":..}}]}}}, numbers from their own text.
class DaysHandler : public JsonHandlerBase {
 public:
  FoundDays days;
  std::int64_t shards = -1, failed_shards = -1;
  bool timed_out = true;
  bool has_buckets = false;
  bool inexact = false;

  bool on_object_begin(Code&) {
    path_.push_back(key_);
    if (path_.size() == kBucketDepth && in_buckets_) bucket_ = {};
    return true;
  }
  bool on_object_end(std::size_t, Code&) {
    if (path_.size() == kBucketDepth && in_buckets_) days[bucket_.day] = bucket_;
    path_.pop_back();
    return true;
  }
  bool on_array_begin(Code&) {
    path_.push_back(key_);
    if (path_.size() == kBucketDepth - 1 && key_ == "buckets") in_buckets_ = has_buckets = true;
    return true;
  }
  bool on_array_end(std::size_t, Code&) {
    if (path_.size() == kBucketDepth - 1) in_buckets_ = false;
    path_.pop_back();
    return true;
  }
  bool on_key(Text last, std::size_t, Code&) {
    key_ = complete(last);
    return true;
  }
  bool on_string(Text last, std::size_t, Code&) {
    complete(last);
    return true;
  }
  bool on_int64(std::int64_t, Text last, Code&) { return number(complete(last)); }
  bool on_uint64(std::uint64_t, Text last, Code&) { return number(complete(last)); }
  bool on_double(double, Text last, Code&) { return number(complete(last)); }
  bool on_bool(bool value, Code&) {
    if (path_.size() == 1 && key_ == "timed_out") timed_out = value;
    return true;
  }
  bool on_null(Code&) { return true; }

 private:
  static constexpr std::size_t kBucketDepth = 5;  // {aggregations:{days:{buckets:[{

  bool number(std::string_view text) {
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    if (path_.size() == 2 && path_[1] == "_shards") {
      if (key_ == "failed") failed_shards = std::llround(value);
      if (key_ == "total") shards = std::llround(value);
    }
    if (!in_buckets_) return true;
    if (path_.size() == kBucketDepth && key_ == "key") bucket_.day = std::llround(value) / kDayMs;
    if (path_.size() == kBucketDepth && key_ == "doc_count") bucket_.events = std::llround(value);
    if (path_.size() == kBucketDepth + 1 && path_.back() == "nanos" && key_ == "value") {
      inexact = inexact || std::abs(value) > kExactNanos;
      bucket_.cost_nanos = std::abs(value) < 9e18 ? std::llround(value) : 0;
    }
    return true;
  }

  std::string key_;
  std::vector<std::string> path_;
  DaySum bucket_;
  bool in_buckets_ = false;
};

/// Documents of this ledger up to the cursor. After the file was copied, the events before it bear the former
/// id, and later ones of that id are the other file's.
std::string of_this_ledger(const DestinationRow& row, const LedgerView& ledger) {
  std::string any;
  for (const LedgerId& known : ledger.ids) {
    if (!any.empty()) any += ',';
    any += R"({"bool":{"filter":[{"term":{"genops.ledger.id.keyword":)";
    append_json_string(any, known.id);
    any += R"(}},{"range":{"genops.ledger.seq":{"lte":)" +
           std::to_string(std::min(known.last_seq, row.cursor)) + "}}}]}}";
  }
  return R"({"bool":{"should":[)" + any + R"(],"minimum_should_match":1}})";
}

std::string days_query(const DestinationRow& row, const LedgerView& ledger) {
  return R"({"size":0,"track_total_hits":false,"query":{"bool":{"filter":[)" + of_this_ledger(row, ledger) +
         R"(]}},"aggs":{"days":{"date_histogram":{"field":"@timestamp","fixed_interval":"1d","min_doc_count":1},)"
         R"("aggs":{"nanos":{"sum":{"field":"genops.cost.total_nanos"}}}}}})";
}

[[noreturn]] void refuse(const std::string& found, const char* hint = "") {
  throw Error(Errc::io, "cannot verify: " + found, hint);
}

std::string found_instead(const HttpResult& result) {
  const Answer answer = request_answer(result);
  return refusal_text(answer.status, answer.type, answer.reason);
}

DaysHandler read_answer(const HttpResponse& response) {
  try {
    return read_json<DaysHandler>(response.body, "the answer to a search", kMaxDepth);
  } catch (const Error&) {
    refuse(found_instead(response));
  }
}

FoundDays read_days(const HttpResponse& response) {
  DaysHandler found = read_answer(response);
  if (found.shards < 0) refuse(found_instead(response));
  if (found.failed_shards != 0 || found.timed_out)
    refuse("only a part of the cluster's shards answered", "see GET _cluster/health, then try again");
  if (found.shards == 0) return {};  // no such index yet
  if (!found.has_buckets) refuse(found_instead(response));
  if (found.inexact) refuse("a day has more than 9,007,199 USD, which Elasticsearch does not add up exactly");
  return std::move(found.days);
}

}  // namespace

SyncVerification verify_elasticsearch(Outbox& outbox, const DestinationRow& row, const LedgerView& ledger,
                                      Network& network) {
  ElasticsearchClient client(row, network, "genops-ledger/" + ledger.ids.back().id);
  // Not those of a namespace that begins with this one's name: a date has no '-'.
  const std::string start = index_start(client.settings());
  const std::string indices = "/" + start + "*,-" + start + "*-*";
  const std::string lenient = "?ignore_unavailable=true&allow_no_indices=true";
  // A key that may only read cannot refresh; then what came in the last seconds may still be missing.
  client.send("POST", indices + "/_refresh" + lenient, "", "");
  const HttpResult result =
      client.send("POST", indices + "/_search" + lenient, days_query(row, ledger), "application/json");
  const auto* response = std::get_if<HttpResponse>(&result);
  if (response == nullptr || response->status != 200)
    refuse(found_instead(result), response != nullptr && response->status == 403
                                      ? "it takes the privilege read on its indices"
                                      : "");
  return compare_days(outbox.delivered_days(row), read_days(*response));
}

}  // namespace genops
