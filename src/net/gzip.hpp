#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

namespace genops {

/// Compresses bodies one after the other; the fastest level, as the network is rarely the slower part.
/// The same bytes in give the same bytes out: no name, no time.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  /// `plain` in the format of gzip; good until the next call. At most 1 GiB.
  std::string_view compress(std::string_view plain);

 private:
  z_stream stream_{};  ///< kept, as its set-up costs more than a small body
  std::string packed_;
};

}  // namespace genops
