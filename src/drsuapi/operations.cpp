// SPDX-License-Identifier: Apache-2.0
// The operations as run-time tables. [MS-DRSR] 4.1 and 4.2.
#include "drsuapi/operations.hpp"

#include <array>
#include <utility>

namespace tributary::drsuapi {
namespace {

template <class Operation>
Result<Bytes> recode(Direction direction, ByteView stub, ndr::ReadOptions options, ndr::Syntax syntax) {
  if (direction == Direction::kIn) {
    const auto in = decode_in<Operation>(stub, options);
    if (!in) return std::unexpected(in.error());
    return encode_in<Operation>(*in, syntax);
  }
  const auto out = decode_out<Operation>(stub, options);
  if (!out) return std::unexpected(out.error());
  return encode_out<Operation>(*out, syntax);
}

template <class Operations>
constexpr auto kTable = []<std::size_t... I>(std::index_sequence<I...>) {
  static_assert(((std::tuple_element_t<I, Operations>::opnum == I) && ...));
  return std::array{OperationInfo{std::tuple_element_t<I, Operations>::opnum, std::tuple_element_t<I, Operations>::name,
                                  &recode<std::tuple_element_t<I, Operations>>}...};
}(std::make_index_sequence<std::tuple_size_v<Operations>>());

}  // namespace

std::span<const OperationInfo> drsuapi_operations() noexcept { return kTable<DrsuapiOperations>; }
std::span<const OperationInfo> dsaop_operations() noexcept { return kTable<DsaopOperations>; }

}  // namespace tributary::drsuapi
