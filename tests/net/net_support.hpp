#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <stdexcept>
#include <string>

#include "net/http.hpp"
#include "support/scripted_server.hpp"

namespace genops {

inline HttpRequest request_to(const std::string& url, const std::string& method = "GET") {
  HttpRequest request;
  request.method = method;
  request.url = url;
  return request;
}

inline HttpRequest post(const std::string& url, std::string_view body) {
  HttpRequest request = request_to(url, "POST");
  request.body = body;
  request.headers = {{"Content-Type", "application/x-ndjson"}};
  return request;
}

inline HttpResponse expect_response(const HttpResult& result) {
  if (const auto* failure = std::get_if<HttpFailure>(&result)) {
    ADD_FAILURE() << "no response: " << failure->message;
    return {};
  }
  return std::get<HttpResponse>(result);
}

/// The message of the failure that `result` is to be.
inline std::string expect_failure(const HttpResult& result, HttpFailure::Kind kind) {
  if (const auto* response = std::get_if<HttpResponse>(&result)) {
    ADD_FAILURE() << "a response: " << response->status << ' ' << response->body.substr(0, 100);
    return "";
  }
  const auto& failure = std::get<HttpFailure>(result);
  EXPECT_EQ(static_cast<int>(failure.kind), static_cast<int>(kind)) << failure.message;
  return failure.message;
}

/// `text` through zlib, in the format of gzip.
inline std::string gzipped(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("deflateInit2");
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int code = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END) throw std::runtime_error("deflate");
  return packed;
}

/// The text in `packed`, one whole gzip stream of at most `limit` bytes.
inline std::string gunzipped(const std::string& packed, std::size_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) throw std::runtime_error("inflateInit2");
  std::string text(limit + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int code = inflate(&stream, Z_FINISH);
  text.resize(stream.total_out);
  const bool whole = code == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (!whole) throw std::runtime_error("not one whole gzip stream");
  return text;
}

}  // namespace genops
