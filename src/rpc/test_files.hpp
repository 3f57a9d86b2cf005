// SPDX-License-Identifier: Apache-2.0
// For tests of this room only: reading the golden PDUs that a real Samba DC and its client exchanged.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace tributary::rpc::test {

inline std::string read_text(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// tests/golden/samba-4.17/pdus/<name>.hex; its README tells where they come from.
inline Bytes golden_pdu(const std::string& name) {
  auto octets = from_hex(read_text(TRIBUTARY_SOURCE_DIR "/tests/golden/samba-4.17/pdus/" + name + ".hex"));
  EXPECT_TRUE(octets) << name;
  return octets ? *octets : Bytes{};
}

}  // namespace tributary::rpc::test
