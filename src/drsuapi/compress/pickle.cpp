// SPDX-License-Identifier: Apache-2.0
// The headers of type serialization ([MS-RPCE] 2.2.6 and 2.2.7).
//
//   version 1 = 01 endianness length(2)=8  filler(4)=CC..                                object-length(4) filler(4)
//   version 2 = 02 10         length(2)=64 filler(4) reserved(16) syntax(20) interface(20) object-length(4) filler(12)
//
// The common header is little-endian always; the private header is in the byte order of the object.
#include "drsuapi/compress/pickle.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/guid.hpp"
#include "base/win32.hpp"

namespace tributary {
namespace {

constexpr std::uint8_t kLittleEndian = 0x10;
constexpr std::size_t kAlignment = 8;

/// Where the parts of a version stand.
struct Layout {
  std::size_t common_size;
  std::size_t private_size;
};
constexpr Layout kVersion1 = {8, 8};
constexpr Layout kVersion2 = {64, 16};
constexpr std::size_t kVersion2SyntaxAt = 24;

// [C706] and [MS-RPCE] 2.2.4.12: the identifiers of the transfer syntaxes.
constexpr Guid kNdrSyntax = "8a885d04-1ceb-11c9-9fe8-08002b104860"_guid;
constexpr Guid kNdr64Syntax = "71710533-beba-4937-8319-b5dbef9ccc36"_guid;

Result<ByteView> object_of(ByteView octets, const Layout& layout, bool little_endian) {
  const std::size_t header_size = layout.common_size + layout.private_size;
  if (octets.size() < header_size) return fail(win32::kErrorInvalidData, "a pickled type is cut off inside its headers");
  const std::size_t announced = load_le<std::uint16_t>(&octets[2]);
  if (announced != layout.common_size)
    return fail(win32::kErrorInvalidData, fmt::format("a pickled type announces a header of {} octets", announced));
  const std::uint8_t* const at = &octets[layout.common_size];
  const std::size_t size = little_endian ? load_le<std::uint32_t>(at) : load_be<std::uint32_t>(at);
  const auto object = octets.subspan(header_size);
  // One type and no more: what is left can only be padding that was not counted.
  if (size > object.size() || object.size() - size >= layout.private_size)
    return fail(win32::kErrorInvalidData, fmt::format("a pickled type announces {} octets and has {}", size, object.size()));
  return object.first(size);
}

Result<Pickle> read_version2(ByteView octets) {
  const auto object = object_of(octets, kVersion2, true);
  if (!object) return std::unexpected(object.error());
  Pickle pickle{*object};
  Guid syntax;
  std::copy_n(&octets[kVersion2SyntaxAt], syntax.octets.size(), syntax.octets.begin());
  if (syntax == kNdr64Syntax)
    pickle.syntax = PickleSyntax::kNdr64;
  else if (syntax != kNdrSyntax)
    return fail(win32::kErrorNotSupported, "a pickled type has the unknown transfer syntax " + to_string(syntax));
  return pickle;
}

}  // namespace

Result<Pickle> read_pickle(ByteView octets) {
  if (octets.size() < 2) return fail(win32::kErrorInvalidData, "a pickled type is cut off inside its headers");
  if (octets[0] == 2) return read_version2(octets);
  if (octets[0] != 1) return fail(win32::kErrorNotSupported, fmt::format("type serialization version {}", octets[0]));
  // Whatever is not little-endian is big-endian ([MS-RPCE] 2.2.6.1, as Windows reads it).
  const bool little_endian = octets[1] == kLittleEndian;
  const auto object = object_of(octets, kVersion1, little_endian);
  if (!object) return std::unexpected(object.error());
  return Pickle{*object, little_endian};
}

void finish_pickle(Bytes& octets) {
  TRIBUTARY_ASSERT(octets.size() >= kPickleHeaderSize);
  octets.resize((octets.size() + kAlignment - 1) / kAlignment * kAlignment);
  constexpr std::array<std::uint8_t, 8> kCommon = {1, kLittleEndian, 8, 0, 0xCC, 0xCC, 0xCC, 0xCC};
  std::ranges::copy(kCommon, octets.begin());
  store_le<std::uint64_t>(&octets[8], static_cast<std::uint32_t>(octets.size() - kPickleHeaderSize));
}

}  // namespace tributary
