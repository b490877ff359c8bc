#include "sync/elasticsearch_client.hpp"

#include <cstdlib>

#include "net/credentials.hpp"
#include "sync/elasticsearch_settings.hpp"

namespace genops {
namespace {

constexpr std::size_t kWorthCompressing = 1'000;

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

std::string elasticsearch_authorization(const DestinationSettings& settings, const HttpUrl& url) {
  CredentialSources sources;
  sources.api_key_file = settings.api_key_file;
  sources.user = settings.user;
  sources.password_file = settings.password_file;
  sources.api_key_variable = "ELASTICSEARCH_API_KEY";
  sources.user_variable = "ELASTICSEARCH_USERNAME";
  sources.password_variable = "ELASTICSEARCH_PASSWORD";
  return authorization(sources, url, environment);
}

ElasticsearchClient::ElasticsearchClient(const DestinationRow& row, Network& network, std::string opaque_id)
    : settings_(elasticsearch_settings(row)),
      url_(parse_http_url(row.url, "url")),
      transport_(network.transport(settings_.ca_file)) {
  headers_ = {{"Accept", "application/json"}, {"X-Opaque-Id", std::move(opaque_id)}};
  try {
    const std::string credentials = elasticsearch_authorization(settings_, url_);
    if (!credentials.empty()) headers_.push_back({"Authorization", credentials});
  } catch (const Error& error) {
    throw DestinationError(error.code(), error.what(), error.hint());
  }
}

HttpResult ElasticsearchClient::send(std::string_view method, std::string_view path, std::string_view body,
                                     std::string_view content_type, const std::function<void()>& on_sent) {
  HttpRequest request;
  request.method = method;
  request.url = url_.text + std::string(path);
  request.headers = headers_;
  if (!body.empty()) request.headers.push_back({"Content-Type", std::string(content_type)});
  request.body = body;
  request.gzip = body.size() >= kWorthCompressing && !is_loopback(url_);
  request.timeout_ms = settings_.timeout_ms;
  request.on_sent = on_sent;
  return transport_.send(request);
}

}  // namespace genops
