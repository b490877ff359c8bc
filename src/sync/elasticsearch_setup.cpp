#include <algorithm>
#include <boost/json.hpp>

#include "core/text.hpp"
#include "sync/bulk_outcome.hpp"
#include "sync/elasticsearch_assets.hpp"
#include "sync/elasticsearch_client.hpp"
#include "sync/elasticsearch_settings.hpp"
#include "sync/elasticsearch_upkeep.hpp"

namespace genops {
namespace {

namespace json = boost::json;

constexpr const char* kTemplateName = "genops-ledger";
constexpr const char* kTemplatePath = "/_index_template/genops-ledger";
constexpr const char* kPolicyPath = "/_ilm/policy/genops-ledger";
constexpr const char* kLifecycleSetting = "lifecycle.name";

struct Reply {
  int status = 0;
  json::value body;
  std::string type, reason;  ///< of an error
};

/// One setup: asks what is there, then puts what is missing.
class Setup {
 public:
  Setup(const DestinationRow& row, Network& network)
      : client_(row, network, "genops-ledger/setup"), start_(index_start(client_.settings())) {}

  SetupReport describe() {
    report_.requests = {{"PUT", kPolicyPath, std::string(lifecycle_policy_json()), ""},
                        {"PUT", kTemplatePath, json::serialize(with_pattern(ours())), ""}};
    return std::move(report_);
  }

  SetupReport run() {
    const json::object present = present_template();
    check_overlaps();
    const bool has_lifecycle = put_policy();
    put_template(present, has_lifecycle);
    return std::move(report_);
  }

 private:
  // ---------------------------------------------------------------- lifecycle policy

  /// False: the cluster has no lifecycle policies.
  bool put_policy() {
    const Reply present = ask("GET", kPolicyPath);
    if (present.status == 200) {
      note("PUT", kPolicyPath, "", "kept as it is");
      return true;
    }
    const bool passes = present.status == 408 || present.status == 429 || present.status >= 500;
    if (present.status == 401 || present.status == 403 || passes) refuse(present, "manage_ilm");
    // Where there is no such request, servers say so in ways of their own; 7.x takes the path for an index.
    if (present.status != 404 || present.type != "resource_not_found_exception") {
      report_.warnings.push_back("this cluster has no index lifecycle policies: nothing deletes old indices");
      return false;
    }
    put(kPolicyPath, std::string(lifecycle_policy_json()), "created", "manage_ilm");
    report_.warnings.push_back(
        "the policy genops-ledger deletes an index 90 days after its creation; change it there as you need, "
        "it will not be overwritten");
    return true;
  }

  // ---------------------------------------------------------------- index template

  json::object present_template() {
    const Reply reply = ask("GET", kTemplatePath);
    if (reply.status == 404 && !reply.type.empty()) return {};
    if (reply.status != 200) refuse(reply, "manage_index_templates");
    const json::object* root = reply.body.if_object();
    const json::value* list = root == nullptr ? nullptr : root->if_contains("index_templates");
    const json::array* templates = list == nullptr ? nullptr : list->if_array();
    const json::object* first =
        templates == nullptr || templates->empty() ? nullptr : (*templates)[0].if_object();
    const json::value* found = first == nullptr ? nullptr : first->if_contains("index_template");
    if (found == nullptr || !found->is_object())
      refuse_answer("expected an index template of Elasticsearch, found " +
                    genops::quoted(json::serialize(reply.body)));
    json::object present = found->get_object();
    for (const char* managed :
         {"created_date", "created_date_millis", "modified_date", "modified_date_millis"})
      present.erase(managed);  // 9.x shows them and takes them from nobody
    return present;
  }

  void put_template(const json::object& present, bool has_lifecycle) {
    const std::int64_t version = number_of(present, "version");
    const bool is_current = !present.empty() && version >= number_of(ours(), "version");
    json::object wanted = is_current ? present : ours();
    if (!is_current && !has_lifecycle)
      wanted["template"].as_object()["settings"].as_object().erase(kLifecycleSetting);
    const json::object put_body = with_pattern(std::move(wanted), patterns_of(present));
    if (is_current && patterns_of(put_body) == patterns_of(present)) {
      note("PUT", kTemplatePath, "", "kept: version " + std::to_string(version) + " is there");
      return;
    }
    if (!present.empty() && !is_current)
      report_.warnings.push_back("version " + std::to_string(version) + " of the index template " +
                                 kTemplateName +
                                 " was replaced; what was changed in it by hand is to be changed again");
    put(kTemplatePath, json::serialize(put_body),
        present.empty() ? "created"
        : is_current    ? "index pattern added"
                        : "raised from version " + std::to_string(version),
        "manage_index_templates");
  }

  static json::object ours() {
    return json::parse({index_template_json().data(), index_template_json().size()}).as_object();
  }

  static std::int64_t number_of(const json::object& index_template, json::string_view name) {
    const json::value* number = index_template.if_contains(name);
    return number != nullptr && number->is_int64() ? number->get_int64() : 0;
  }

  static json::array patterns_of(const json::object& index_template) {
    const json::value* patterns = index_template.if_contains("index_patterns");
    return patterns != nullptr && patterns->is_array() ? patterns->get_array() : json::array();
  }

  json::object with_pattern(json::object index_template, json::array patterns = {}) const {
    const json::value wanted(client_.settings().prefix + "-*");
    if (std::find(patterns.begin(), patterns.end(), wanted) == patterns.end()) patterns.push_back(wanted);
    index_template["index_patterns"] = patterns;
    return index_template;
  }

  // ---------------------------------------------------------------- other templates

  /// Of the templates whose patterns fit an index, the one with the highest priority wins, without a word.
  void check_overlaps() {
    const Reply all = ask("GET", "/_index_template");
    const json::object* root = all.body.if_object();
    const json::value* list = root == nullptr ? nullptr : root->if_contains("index_templates");
    if (list == nullptr || !list->is_array()) return;  // not allowed to see them
    for (const json::value& entry : list->get_array()) {
      const json::object* named = entry.if_object();
      const json::value* name = named == nullptr ? nullptr : named->if_contains("name");
      const json::value* other = named == nullptr ? nullptr : named->if_contains("index_template");
      if (name == nullptr || !name->is_string() || other == nullptr || !other->is_object()) continue;
      if (*name != kTemplateName) check_overlap(name->get_string().c_str(), other->get_object());
    }
  }

  void check_overlap(const std::string& name, const json::object& other) {
    const std::int64_t priority = number_of(other, "priority");
    if (priority <= number_of(ours(), "priority") || !fits(patterns_of(other))) return;
    if (other.if_contains("data_stream") != nullptr)
      throw Error(Errc::conflict,
                  "the index template " + genops::quoted(name) + " makes data streams of the names " +
                      start_ + "*, in which an event sent again is there twice",
                  "take these names out of its patterns, or choose another --prefix");
    report_.warnings.push_back("the index template " + genops::quoted(name) + " has a higher priority (" +
                               std::to_string(priority) + ") for names that begin with " + start_ +
                               ": its mappings win over those of " + kTemplateName);
  }

  /// Whether an index of this destination matches one of the patterns, in which only * is special.
  bool fits(const json::array& patterns) const {
    const std::string index = start_ + "2026.01.18";
    return std::any_of(patterns.begin(), patterns.end(), [&](const json::value& pattern) {
      return pattern.is_string() && matches(pattern.get_string().c_str(), index);
    });
  }

  static bool matches(std::string_view pattern, std::string_view text) {
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == text;
    if (!text.starts_with(pattern.substr(0, star))) return false;
    pattern.remove_prefix(star + 1);
    for (std::size_t at = star; at <= text.size(); ++at) {
      if (matches(pattern, text.substr(at))) return true;
    }
    return false;
  }

  // ---------------------------------------------------------------- requests

  Reply ask(const char* method, const std::string& path, const std::string& body = {}) {
    const HttpResult result = client_.send(method, path, body, "application/json");
    const auto* response = std::get_if<HttpResponse>(&result);
    const Answer answer = request_answer(result);
    if (response == nullptr) refuse_answer(answer.reason);
    Reply reply{response->status, {}, answer.type, answer.reason};
    json::error_code failed;
    reply.body = json::parse(response->body, failed);
    if (failed) refuse_answer(refusal_text(answer.status, answer.type, answer.reason));
    return reply;
  }

  void put(const char* path, const std::string& body, const std::string& outcome, const char* privilege) {
    const Reply reply = ask("PUT", path, body);
    if (reply.status != 200) refuse(reply, privilege);
    note("PUT", path, body, outcome);
  }

  void note(const char* method, const char* path, std::string body, std::string outcome) {
    report_.requests.push_back({method, path, std::move(body), std::move(outcome)});
  }

  [[noreturn]] static void refuse(const Reply& reply, const char* privilege) {
    const bool is_right = reply.status == 401 || reply.status == 403;
    refuse_answer(
        refusal_text(reply.status, reply.type, reply.reason),
        is_right ? std::string("it takes credentials with the cluster privilege ") + privilege : "");
  }
  [[noreturn]] static void refuse_answer(const std::string& found, const std::string& hint = {}) {
    throw Error(Errc::io, "cannot set up: " + found, hint);
  }

  ElasticsearchClient client_;
  std::string start_;
  SetupReport report_;
};

}  // namespace

SetupReport set_up_elasticsearch(const DestinationRow& row, Network& network, bool dry_run) {
  Setup setup(row, network);
  return dry_run ? setup.describe() : setup.run();
}

}  // namespace genops
