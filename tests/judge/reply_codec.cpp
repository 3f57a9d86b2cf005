// SPDX-License-Identifier: Apache-2.0
// The reply codec of src/drsuapi/compress as a filter, so that scripts can hold it against other implementations.
//   reply_codec compress|decompress mszip|win2k3 [SIZE]    data on stdin and stdout; SIZE is cbUncompressedSize
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string_view>

#include "base/win32.hpp"
#include "drsuapi/compress/compression.hpp"

int main(int argc, char** argv) {
  using namespace tributary;
  const std::string_view verb = argc > 2 ? argv[1] : "";
  const std::string_view name = argc > 2 ? argv[2] : "";
  const bool compress = verb == "compress" && argc == 3;
  const bool decompress = verb == "decompress" && argc == 4;
  if ((!compress && !decompress) || (name != "mszip" && name != "win2k3")) {
    std::cerr << "usage: reply_codec compress mszip|win2k3, or reply_codec decompress mszip|win2k3 SIZE\n";
    return 2;
  }
  const auto algorithm = name == "mszip" ? ReplyCompression::kMszip : ReplyCompression::kWin2k3;
  const Bytes input(std::istreambuf_iterator<char>(std::cin), {});
  const auto output = compress ? compress_reply(algorithm, input) : decompress_reply(algorithm, input, std::strtoull(argv[3], nullptr, 10));
  if (!output) {
    std::cerr << describe_error(output.error()) << '\n';
    return 1;
  }
  std::cout.write(reinterpret_cast<const char*>(output->data()), static_cast<std::streamsize>(output->size()));
  return std::cout.flush() ? 0 : 1;
}
