#include "random_bytes.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "genops/error.hpp"

namespace genops {

std::array<std::uint8_t, 8> RandomBytes::next() {
  if (used_ == bytes_.size()) {
    for (std::size_t filled = 0; filled < bytes_.size();) {
      const ssize_t got = getrandom(bytes_.data() + filled, bytes_.size() - filled, 0);
      if (got < 0 && errno != EINTR)
        throw Error(Errc::io, std::string("cannot draw random bytes: ") + std::strerror(errno));
      if (got > 0) filled += static_cast<std::size_t>(got);
    }
    used_ = 0;
  }
  std::array<std::uint8_t, 8> drawn;
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), drawn.size(), drawn.begin());
  used_ += drawn.size();
  return drawn;
}

}  // namespace genops
