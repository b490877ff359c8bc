#include "net/gzip.hpp"

#include <new>

#include "genops/error.hpp"

namespace genops {
namespace {

constexpr std::size_t kMaxPlainBytes = std::size_t{1} << 30;
constexpr int kGzipFormat = 16;  // added to the window's bits, see deflateInit2

}  // namespace

Gzip::Gzip() {
  const int code = deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzipFormat,
                                MAX_MEM_LEVEL - 1, Z_DEFAULT_STRATEGY);
  if (code != Z_OK) throw std::bad_alloc();
}

Gzip::~Gzip() {
  deflateEnd(&stream_);
}

std::string_view Gzip::compress(std::string_view plain) {
  if (plain.size() > kMaxPlainBytes)
    throw Error(Errc::invalid_argument, "body: expected at most " + std::to_string(kMaxPlainBytes) +
                                            " bytes to compress, found " + std::to_string(plain.size()));
  deflateReset(&stream_);
  const std::size_t bound = deflateBound(&stream_, plain.size());
  if (packed_.size() < bound) packed_.resize(bound);
  // zlib does not write to next_in; its type lacks the const.
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream_.avail_in = static_cast<uInt>(plain.size());
  stream_.next_out = reinterpret_cast<Bytef*>(packed_.data());
  stream_.avail_out = static_cast<uInt>(packed_.size());
  if (deflate(&stream_, Z_FINISH) != Z_STREAM_END)
    throw Error(Errc::io, "cannot compress a body: zlib failed");
  return std::string_view(packed_).substr(0, stream_.total_out);
}

}  // namespace genops
