// SPDX-License-Identifier: Apache-2.0
// The controls and extended operations of Active Directory that are served ([MS-ADTS] 3.1.1.3.4.1, 3.1.1.3.4.2): their OIDs, and those that
// carry a value read and written. Values only; what they do is the operations' business.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "ldap/protocol/message.hpp"

namespace tributary::ldap {

namespace oid {
inline constexpr std::string_view kPagedResults = "1.2.840.113556.1.4.319";
inline constexpr std::string_view kCrossDomMoveTarget = "1.2.840.113556.1.4.521";
inline constexpr std::string_view kDirSync = "1.2.840.113556.1.4.841";
inline constexpr std::string_view kDirSyncEx = "1.2.840.113556.1.4.2090";
inline constexpr std::string_view kDomainScope = "1.2.840.113556.1.4.1339";
inline constexpr std::string_view kExtendedDn = "1.2.840.113556.1.4.529";
inline constexpr std::string_view kGetStats = "1.2.840.113556.1.4.970";
inline constexpr std::string_view kLazyCommit = "1.2.840.113556.1.4.619";
inline constexpr std::string_view kPermissiveModify = "1.2.840.113556.1.4.1413";
inline constexpr std::string_view kNotification = "1.2.840.113556.1.4.528";
inline constexpr std::string_view kSdFlags = "1.2.840.113556.1.4.801";
inline constexpr std::string_view kSearchOptions = "1.2.840.113556.1.4.1340";
inline constexpr std::string_view kServerSort = "1.2.840.113556.1.4.473";
inline constexpr std::string_view kServerSortResponse = "1.2.840.113556.1.4.474";
inline constexpr std::string_view kShowDeleted = "1.2.840.113556.1.4.417";
inline constexpr std::string_view kShowRecycled = "1.2.840.113556.1.4.2064";
inline constexpr std::string_view kShowDeactivatedLink = "1.2.840.113556.1.4.2065";
inline constexpr std::string_view kTreeDelete = "1.2.840.113556.1.4.805";
inline constexpr std::string_view kVerifyName = "1.2.840.113556.1.4.1338";
inline constexpr std::string_view kVlvRequest = "2.16.840.1.113730.3.4.9";
inline constexpr std::string_view kVlvResponse = "2.16.840.1.113730.3.4.10";
inline constexpr std::string_view kAsq = "1.2.840.113556.1.4.1504";
inline constexpr std::string_view kQuota = "1.2.840.113556.1.4.1852";
inline constexpr std::string_view kRangeOption = "1.2.840.113556.1.4.802";
inline constexpr std::string_view kShutdownNotify = "1.2.840.113556.1.4.1907";
inline constexpr std::string_view kForceUpdate = "1.2.840.113556.1.4.1974";
inline constexpr std::string_view kRangeRetrievalNoErr = "1.2.840.113556.1.4.1948";
inline constexpr std::string_view kRodcDcPromo = "1.2.840.113556.1.4.1341";
inline constexpr std::string_view kInputDn = "1.2.840.113556.1.4.2026";
inline constexpr std::string_view kPolicyHints = "1.2.840.113556.1.4.2239";
inline constexpr std::string_view kTreeDeleteEx = "1.2.840.113556.1.4.2204";
inline constexpr std::string_view kUpdateStats = "1.2.840.113556.1.4.2205";
// Extended operations.
inline constexpr std::string_view kStartTls = "1.3.6.1.4.1.1466.20037";
inline constexpr std::string_view kWhoAmI = "1.3.6.1.4.1.4203.1.11.3";
inline constexpr std::string_view kFastBind = "1.2.840.113556.1.4.1781";
inline constexpr std::string_view kTtlRefresh = "1.3.6.1.4.1.1466.101.119.1";
inline constexpr std::string_view kCancel = "1.3.6.1.1.8";
inline constexpr std::string_view kNoticeOfDisconnection = "1.3.6.1.4.1.1466.20036";
// Matching rules.
inline constexpr std::string_view kBitAnd = "1.2.840.113556.1.4.803";
inline constexpr std::string_view kBitOr = "1.2.840.113556.1.4.804";
inline constexpr std::string_view kInChain = "1.2.840.113556.1.4.1941";
inline constexpr std::string_view kDnWithData = "1.2.840.113556.1.4.2253";
}  // namespace oid

[[nodiscard]] const Control* find_control(std::span<const Control> controls, std::string_view oid) noexcept;

// Every reader gives kErrorInvalidParameter for a value that is none.
struct PagedResults {
  std::uint32_t size = 0;  ///< in a response the server's estimate, 0: none
  Bytes cookie;
};
[[nodiscard]] Result<PagedResults> read_paged_results(const Control& control);
[[nodiscard]] OwnedControl write_paged_results(const PagedResults& control);

struct SortKey {
  std::string_view attribute, matching_rule;
  bool reverse = false;
};
[[nodiscard]] Result<std::vector<SortKey>> read_sort(const Control& control);
[[nodiscard]] OwnedControl write_sort_response(ResultCode code, std::string_view attribute);

struct VlvOffset {
  std::uint32_t offset = 0, content_count = 0;
};
struct VlvRequest {
  std::uint32_t before = 0, after = 0;
  using ByOffset = VlvOffset;
  std::variant<ByOffset, ByteView> target;  ///< the ByteView: an assertion value
  std::optional<ByteView> context{};
};
[[nodiscard]] Result<VlvRequest> read_vlv(const Control& control);
[[nodiscard]] OwnedControl write_vlv_response(std::uint32_t position, std::uint32_t count, ResultCode code, ByteView context);

/// LDAP_SERVER_EXTENDED_DN_OID: 0 hex, 1 the text of a GUID and a SID. No value: 0.
[[nodiscard]] Result<std::uint32_t> read_extended_dn(const Control& control);
/// OWNER, GROUP, DACL, SACL as 1, 2, 4, 8. No value: all.
[[nodiscard]] Result<std::uint32_t> read_sd_flags(const Control& control);
/// SERVER_SEARCH_FLAG_DOMAIN_SCOPE 1, SERVER_SEARCH_FLAG_PHANTOM_ROOT 2.
[[nodiscard]] Result<std::uint32_t> read_search_options(const Control& control);
struct DirSync {
  std::uint32_t flags = 0;
  std::uint32_t octets_max = 0;
  Bytes cookie;
};
[[nodiscard]] Result<DirSync> read_dirsync(const Control& control);
/// In the response `more` stands in the place of the flags.
[[nodiscard]] OwnedControl write_dirsync(bool more, std::uint32_t octets_max, ByteView cookie);
[[nodiscard]] Result<std::string_view> read_asq(const Control& control);
[[nodiscard]] OwnedControl write_asq_response(ResultCode code);
/// LDAP_SERVER_VERIFY_NAME_OID: flags, and the name of the server as UTF-16.
[[nodiscard]] Result<std::string> read_verify_name(const Control& control);
/// The control of an unsigned number alone (LDAP_SERVER_FORCE_UPDATE_OID and the like have none).
[[nodiscard]] Result<std::uint32_t> read_number(const Control& control);

}  // namespace tributary::ldap
