#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "net/http.hpp"
#include "net/url.hpp"
#include "sync/destination.hpp"

namespace genops {

/// Value of the header Authorization, from the files of the settings or the environment
/// (ELASTICSEARCH_API_KEY, ELASTICSEARCH_USERNAME, ELASTICSEARCH_PASSWORD). Throws: as `authorization`.
std::string elasticsearch_authorization(const DestinationSettings& settings, const HttpUrl& url);

/// Requests to one cluster, with the credentials of when it was made.
class ElasticsearchClient {
 public:
  /// Throws: DestinationError when the credentials cannot be used.
  ElasticsearchClient(const DestinationRow& row, Network& network, std::string opaque_id);

  const DestinationSettings& settings() const { return settings_; }

  /// `body` is JSON, or NDJSON for _bulk. Large ones travel compressed, except within this machine.
  HttpResult send(std::string_view method, std::string_view path, std::string_view body,
                  std::string_view content_type, const std::function<void()>& on_sent = {});

 private:
  DestinationSettings settings_;
  HttpUrl url_;
  HttpTransport& transport_;
  std::vector<HttpHeader> headers_;
};

}  // namespace genops
