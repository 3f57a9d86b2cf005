// SPDX-License-Identifier: Apache-2.0
// msDS-TrustForestTrustInfo ([MS-ADTS] 6.1.6.9.3): what a trusted forest claims. Records without alignment, each with its length.
// Record types without a layout, and octets behind the fields of a record, are kept.
#pragma once

#include <variant>
#include <vector>

#include "drsuapi/blobs/walk/json_walk.hpp"

namespace tributary::drsuapi::blobs {

inline constexpr Named kForestTrustRecordTypes[] = {
    {0, "ForestTrustTopLevelName"}, {1, "ForestTrustTopLevelNameEx"}, {2, "ForestTrustDomainInfo"},
    {3, "ForestTrustBinaryInfo"},   {4, "ForestTrustScannerInfo"},
};
inline constexpr Named kTopLevelNameFlags[] = {
    {0x1, "LSA_TLN_DISABLED_NEW"}, {0x2, "LSA_TLN_DISABLED_ADMIN"}, {0x4, "LSA_TLN_DISABLED_CONFLICT"}};
inline constexpr Named kDomainInfoFlags[] = {
    {0x1, "LSA_SID_DISABLED_ADMIN"}, {0x2, "LSA_SID_DISABLED_CONFLICT"}, {0x4, "LSA_NB_DISABLED_ADMIN"}, {0x8, "LSA_NB_DISABLED_CONFLICT"}};

/// RecordType 0 and 1.
struct ForestTrustTopLevelName {
  Bytes Name;  ///< UTF-8
  friend bool operator==(const ForestTrustTopLevelName&, const ForestTrustTopLevelName&) = default;
};
/// RecordType 2.
struct ForestTrustDomainInfo {
  Bytes Sid;
  Bytes DnsName;
  Bytes NetbiosName;
  friend bool operator==(const ForestTrustDomainInfo&, const ForestTrustDomainInfo&) = default;
};
/// Every other RecordType: not taken apart.
struct ForestTrustOther {
  Bytes data;
  friend bool operator==(const ForestTrustOther&, const ForestTrustOther&) = default;
};

struct ForestTrustRecord {
  std::uint32_t Flags = 0;
  FileTime Timestamp;
  Choice<kForestTrustRecordTypes, std::uint8_t> RecordType;
  std::variant<ForestTrustTopLevelName, ForestTrustDomainInfo, ForestTrustOther> data;  ///< by RecordType
  Bytes trailing;
  friend bool operator==(const ForestTrustRecord&, const ForestTrustRecord&) = default;
};

struct ForestTrustInfo {
  std::uint32_t Version = 1;
  std::vector<ForestTrustRecord> Records;
  Bytes trailing;
  friend bool operator==(const ForestTrustInfo&, const ForestTrustInfo&) = default;
};

[[nodiscard]] Result<ForestTrustInfo> decode_forest_trust_info(ByteView octets);
[[nodiscard]] Result<Bytes> encode_forest_trust_info(const ForestTrustInfo& value);
[[nodiscard]] json::object to_json(const ForestTrustInfo& value);
[[nodiscard]] Result<ForestTrustInfo> forest_trust_info_from_json(const json::object& in);

}  // namespace tributary::drsuapi::blobs
