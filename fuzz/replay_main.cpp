// SPDX-License-Identifier: Apache-2.0
// Runs a fuzzer's entry point over files, for builds without libFuzzer: every committed seed and every crasher
// ever found is then a unit test. Arguments are files or folders (read recursively, in the order of their names).
// An argument that is missing or holds no file is an error: a corpus that nobody sees proves nothing.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {
namespace fs = std::filesystem;

/// The files below `root`, or `root` itself when it is one. Empty when there is nothing.
std::vector<fs::path> inputs_of(const fs::path& root) {
  std::error_code error;
  if (fs::is_regular_file(root, error)) return {root};
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator it(root, error), end; !error && it != end; it.increment(error))
    if (it->is_regular_file(error)) files.push_back(it->path());
  std::ranges::sort(files);
  return files;
}

bool replay(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::vector<char> octets{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream.good() && !stream.eof()) {
    std::fprintf(stderr, "cannot read %s\n", file.c_str());
    return false;
  }
  // The address of a fresh allocation of the exact size, so that ASan sees a read past the end.
  const std::vector<std::uint8_t> input(octets.begin(), octets.end());
  LLVMFuzzerTestOneInput(input.data(), input.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  bool good = argc > 1;
  if (!good) std::fprintf(stderr, "usage: %s FILE-OR-FOLDER...\n", argv[0]);
  for (int i = 1; i < argc; ++i) {
    const auto files = inputs_of(argv[i]);
    if (files.empty()) {
      std::fprintf(stderr, "no input in %s\n", argv[i]);
      good = false;
    }
    for (const auto& file : files) {
      good = replay(file) && good;
      ++count;
    }
  }
  std::printf("%zu inputs replayed\n", count);
  return good ? 0 : 1;
}
