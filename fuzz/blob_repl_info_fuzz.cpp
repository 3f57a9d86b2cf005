// SPDX-License-Identifier: Apache-2.0
// The binary replication state of LDAP ([MS-ADTS] 2.2.2 to 2.2.8). The first octet chooses the type.
#include "blob_roundtrip.hpp"

#include <array>

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array<std::string_view, 8> kNames{"DS_REPL_NEIGHBORW_BLOB",
                                                          "DS_REPL_KCC_DSA_FAILUREW_BLOB",
                                                          "DS_REPL_OPW_BLOB",
                                                          "DS_REPL_QUEUE_STATISTICSW_BLOB",
                                                          "DS_REPL_CURSOR_BLOB",
                                                          "DS_REPL_ATTR_META_DATA_BLOB",
                                                          "DS_REPL_VALUE_META_DATA_BLOB",
                                                          "DS_REPL_VALUE_META_DATA_BLOB_EXT"};
  if (size == 0) return 0;
  fuzz::check_roundtrip(kNames[data[0] % kNames.size()], ByteView(data + 1, size - 1));
  return 0;
}
