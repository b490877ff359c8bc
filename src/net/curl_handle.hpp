#pragma once

#include <curl/curl.h>

#include <memory>
#include <new>
#include <string>

#include "genops/error.hpp"

namespace genops {

struct FreeCurl {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, FreeCurl>;
using CurlList = std::unique_ptr<curl_slist, FreeCurl>;

/// A handle; the first one sets libcurl up, once in the process and never taken down: others may use it too.
CurlHandle make_curl_handle();

inline void append(CurlList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());  // what it held is the start of `longer`
  list.reset(longer);
}

template <class Value>
void set_option(CURL* handle, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(handle, option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK)
    throw Error(Errc::io, std::string("cannot set up libcurl: ") + curl_easy_strerror(code));
}

}  // namespace genops
