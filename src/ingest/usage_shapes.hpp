#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "ingest/usage_of.hpp"
#include "ingest/usage_reader.hpp"
#include "ingest/usage_text.hpp"

/// The forms in which providers say what was used, and the reader of each.
namespace genops {

enum class Shape : std::uint16_t {
  chat = 1,         ///< OpenAI's chat completions and embeddings, and all who copy them
  responses = 2,    ///< OpenAI's responses, images, transcriptions and realtime
  duration = 4,     ///< OpenAI's transcriptions, billed by the second
  total = 8,        ///< embeddings that only have a total
  anthropic = 16,   ///< messages
  converse = 32,    ///< Bedrock's Converse
  invocation = 64,  ///< Bedrock's metrics of InvokeModel: last event of a stream, or made of its headers
  body = 128,       ///< counts beside the answer: Llama and Titan on Bedrock
  gemini = 256,
  cohere = 512,
  ocr = 1024,     ///< Mistral's reading of documents, billed by the page
  ollama = 2048,  ///< Ollama's own API: counts beside the answer
};

/// Where a response has its usage.
struct FoundUsage {
  Shape shape = Shape::chat;
  bool plain = false;     ///< `input_tokens` and `output_tokens` alone, which mean the same in two shapes
  std::string_view sign;  ///< the member that showed the shape: "prompt_tokens"
  std::string_view container;                  ///< member that holds it: "usage"; '' = the response itself
  const boost::json::object* usage = nullptr;  ///< nullptr = there is none
  MemberText written;                          ///< it, as given
};

/// `root` is the response, `text` its bytes. Throws: Error{invalid_argument} for a usage of no known shape, or of two.
FoundUsage find_usage(const boost::json::object& root, std::string_view text);

/// The response that one line of a batch's results holds.
struct BatchedResponse {
  const boost::json::object* response = nullptr;  ///< nullptr = it is no such line
  std::string_view text;
};

/// Of OpenAI's {"custom_id":..,"response":{"status_code":..,"request_id":..,"body":{..}}}, also of that `response` alone,
/// and of Anthropic's {"custom_id":..,"result":{"type":"succeeded","message":{..}}}; the body of an error is one too.
BatchedResponse find_batched(const boost::json::object& root, std::string_view text);

/// What google-genai for Python calls Gemini's usage.
inline constexpr std::string_view kPythonUsage = "usage_metadata";

/// The member of `holder` that is usage as Gemini gives it; '' = none.
std::string_view gemini_container(const boost::json::object& holder);

/// Refuses what this provider never returns. `provider` is canonical; what is not known may return any shape.
/// Throws: Error{invalid_argument} "response: expected usage as openai gives it (..), found anthropic's (..)".
void check_provider(std::string_view provider, FoundUsage& found, std::string_view model);
[[noreturn]] void refuse_no_usage(std::string_view provider);

/// What a reader is given: all of one response.
struct UsageContext {
  std::string_view provider;   ///< canonical
  std::string_view container;  ///< FoundUsage's
  std::string_view text;       ///< of the usage, as given; '' = not known
  ResponseUsage& result;
};

void read_openai_chat(UsageObject& usage, UsageContext& context);
void read_openai_responses(UsageObject& usage, UsageContext& context);
void read_openai_duration(UsageObject& usage, UsageContext& context);
void read_total_only(UsageObject& usage, UsageContext& context);
void read_anthropic(UsageObject& usage, UsageContext& context);
void read_bedrock_converse(UsageObject& usage, UsageContext& context);
void read_bedrock_invocation(UsageObject& usage, UsageContext& context);
void read_bedrock_body(UsageObject& root, UsageContext& context);
void read_gemini(UsageObject& usage, UsageContext& context);
void read_cohere(UsageObject& usage, UsageContext& context);
void read_ocr(UsageObject& usage, UsageContext& context);
void read_ollama(UsageObject& root, UsageContext& context);

/// What stands beside the usage, as written.
struct OuterFields {
  std::string id, model, service_tier;
  bool unfinished = false;  ///< "in_progress", "queued", "cancelled"
  std::string error;        ///< the type of an error, of the body of one; '' = none
  /// Searches of the web that the answer shows and the usage does not count.
  std::optional<std::int64_t> searches;
};
OuterFields outer_fields(const boost::json::object& root);

/// One response that is no stream. `provider` is canonical; `tier` is the service tier of one that says no other than the
/// standard.
ResponseUsage read_response(std::string_view provider, const boost::json::object& root, std::string_view text,
                            std::string_view tier = {});

/// Adds `"id":..,"model":..,"service_tier":..,"error":..,"tool_usage":..,` of what is given.
void append_outer(std::string& out, const OuterFields& outer);

}  // namespace genops
