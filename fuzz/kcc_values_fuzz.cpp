// SPDX-License-Identifier: Apache-2.0
// The KCC's stored lists (docs/formats/kcc.md): any octets are an error or a list that is written as the same octets.
#include <algorithm>

#include "must_hold.hpp"
#include "service/kcc/kcc_values.hpp"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  if (const auto tuples = service::decode_failed_tuples(octets))
    must_hold(std::ranges::equal(service::encode_failed_tuples(*tuples), octets), "failed tuples are written differently");
  if (const auto deleted = service::decode_deleted_connections(octets))
    must_hold(std::ranges::equal(service::encode_deleted_connections(*deleted), octets), "deleted connections are written differently");
  return 0;
}
