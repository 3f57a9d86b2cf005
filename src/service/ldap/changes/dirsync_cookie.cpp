// SPDX-License-Identifier: Apache-2.0
// See dirsync_cookie.hpp.
#include "service/ldap/changes/dirsync_cookie.hpp"

#include <algorithm>
#include <array>

#include "base/win32.hpp"
#include "drsuapi/blobs/vectors.hpp"

namespace tributary::service::ldap_face {

namespace {

constexpr std::array<std::uint8_t, 4> kSignature = {'M', 'S', 'D', 'S'};
constexpr std::uint32_t kVersion = 3;
// Where the fields are.
constexpr std::size_t kVersionAt = 4, kCreatedAt = 8, kVectorSizeAt = 24, kUsnAt = 28, kSourceAt = 52, kVectorAt = 68;

std::unexpected<Error> no_cookie(const char* what) { return fail(win32::kErrorInvalidData, std::string("the cookie: ") + what); }

}  // namespace

Result<DirSyncCookie> decode_dirsync_cookie(ByteView octets) {
  if (octets.size() < kVectorAt || !std::ranges::equal(octets.first(kSignature.size()), kSignature)) return no_cookie("its signature is another");
  const auto* const at = octets.data();
  if (load_le<std::uint32_t>(at + kVersionAt) != kVersion) return no_cookie("its version is another");
  const auto usn = [&](std::size_t i) { return static_cast<std::int64_t>(load_le<std::uint64_t>(at + kUsnAt + 8 * i)); };
  DirSyncCookie cookie;
  cookie.created = FileTime{static_cast<std::int64_t>(load_le<std::uint64_t>(at + kCreatedAt))};
  cookie.usn = {usn(0), usn(1), usn(2)};
  std::ranges::copy(octets.subspan(kSourceAt, 16), cookie.source.value.octets.begin());
  const auto vector = octets.subspan(kVectorAt);
  if (load_le<std::uint32_t>(at + kVectorSizeAt) != vector.size()) return no_cookie("its size is another");
  if (vector.empty()) return cookie;
  auto decoded = repl::decode_utd(vector);
  if (!decoded) return no_cookie("its vector is none");
  cookie.up_to_dateness_vector = std::move(*decoded);
  return cookie;
}

Bytes encode_dirsync_cookie(const DirSyncCookie& cookie) {
  const Bytes vector = drsuapi::blobs::encode_repl_up_to_date_vector({repl::utd_to_wire_v1(cookie.up_to_dateness_vector), {}});
  Bytes octets(kVectorAt);
  auto* const at = octets.data();
  std::ranges::copy(kSignature, at);
  store_le<std::uint32_t>(at + kVersionAt, kVersion);
  store_le<std::uint64_t>(at + kCreatedAt, static_cast<std::uint64_t>(cookie.created.ticks));
  store_le<std::uint32_t>(at + kVectorSizeAt, static_cast<std::uint32_t>(vector.size()));
  const std::int64_t usns[] = {cookie.usn.usnHighObjUpdate, cookie.usn.usnReserved, cookie.usn.usnHighPropUpdate};
  for (std::size_t i = 0; i < std::size(usns); ++i) store_le<std::uint64_t>(at + kUsnAt + 8 * i, static_cast<std::uint64_t>(usns[i]));
  std::ranges::copy(cookie.source.value.octets, at + kSourceAt);
  octets.insert(octets.end(), vector.begin(), vector.end());
  return octets;
}

}  // namespace tributary::service::ldap_face
