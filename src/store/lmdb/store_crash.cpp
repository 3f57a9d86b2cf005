// SPDX-License-Identifier: Apache-2.0
// The long form of the crash test: store_crash --kills 1000 [--seed N] [--folder DIR]. Exit status 1 when a database was not as it
// should be; the folder is then left for a look.
#include <cstdlib>
#include <filesystem>

#include "store/lmdb/crash_loop.hpp"

int main(int argc, char** argv) {
  std::uint64_t kills = 1000, seed = 1;
  std::string folder = (std::filesystem::temp_directory_path() / "tributary-store-crash").string();
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view word = argv[i];
    if (word == "--kills") kills = std::strtoull(argv[i + 1], nullptr, 10);
    if (word == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
    if (word == "--folder") folder = argv[i + 1];
  }
  std::filesystem::remove_all(folder);
  const auto result = tributary::store::testing::CrashLoop(folder, seed, true).run(kills);
  fmt::print("{} kills, {} batches committed, {} times opened after a crash\n", result.kills, result.batches, result.opened_after_crash);
  if (!result.fault.empty()) {
    fmt::print("{}: {}\n", folder, result.fault);
    return 1;
  }
  std::filesystem::remove_all(folder);
  return 0;
}
