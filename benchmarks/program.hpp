#pragma once

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace genops::bench {

/// Runs a program with its arguments; a failure is said on stderr and is exit code 2.
template <class Run>
int run_program(const char* name, int argc, char** argv, const Run& run) {
  try {
    return run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return 2;
  }
}

}  // namespace genops::bench
