#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "core/price.hpp"
#include "ingest/price_file.hpp"

namespace genops {

/// The price files that come with the project, each read on its own, in the order of their names.
inline std::vector<std::pair<std::string, PriceFile>> bundled_files() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(GENOPS_SOURCE_DIR "/schema/prices"))
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<std::pair<std::string, PriceFile>> files;
  for (const std::filesystem::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::string json{std::istreambuf_iterator<char>(file), {}};
    files.emplace_back(path.stem().string(), read_price_file(json, "genops", ""));
  }
  return files;
}

/// All of them as the one book that they are.
inline Book bundled_book() {
  Book book{"genops", "", {}};
  for (auto& [name, file] : bundled_files()) {
    book.version = file.book.version;
    std::ranges::move(file.book.prices, std::back_inserter(book.prices));
  }
  return book;
}

}  // namespace genops
