// SPDX-License-Identifier: Apache-2.0
// LDIF of a stranger: whatever it says is read or refused, and what was read comes out the same when it is written and read again.
#include <cstdint>
#include <string>

#include "dsa/ldif/ldif.hpp"
#include "must_hold.hpp"

namespace {

using tributary::dsa::append_ldif_value;
using tributary::dsa::LdifReader;

LdifReader reader_of(std::string text, std::size_t piece) {
  return LdifReader([text = std::move(text), at = std::size_t{0}, piece]() mutable -> tributary::Result<std::string> {
    auto next = text.substr(at, piece);
    at += next.size();
    return next;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  auto reader = reader_of(text, data[0] + 1u);
  while (true) {
    auto record = reader.next();
    if (!record || !*record) return 0;
    std::string written;
    append_ldif_value(written, "dn", (*record)->dn);
    for (const auto& value : (*record)->values) append_ldif_value(written, value.attribute, value.octets);
    auto again = reader_of(written, 64).next();
    must_hold(again && *again && (*again)->dn == (*record)->dn && (*again)->values == (*record)->values, "a record is another after it was written and read again");
  }
}
