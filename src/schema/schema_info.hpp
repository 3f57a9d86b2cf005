// SPDX-License-Identifier: Apache-2.0
// schemaInfo: which state of the schema a DC has ([MS-ADTS] 3.1.1.2.1, [MS-DRSR] 5.181), as a value, as the signature that ends the prefix
// table of a message (4.1.10.4.1, 4.1.10.5.2, 4.1.1.3), and the judgement of two of them (4.1.10.6.1).
// Values only: any thread. Knows no schema and no store.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/guid.hpp"
#include "schema/prefix_table.hpp"

namespace tributary::schema {

/// How many original changes the schema of the forest has seen, and on which DC the last one was made. A schema that never changed has
/// no value; it stands for zeros (5.181).
struct SchemaInfo {
  std::uint32_t version = 0;
  InvocationId invocation_id;
  friend bool operator==(const SchemaInfo&, const SchemaInfo&) = default;
};

inline constexpr std::size_t kSchemaInfoSize = 21;

/// The value of schemaInfo. kErrorInvalidData unless it is 21 octets that begin with FF.
[[nodiscard]] Result<SchemaInfo> decode_schema_info(ByteView octets);
[[nodiscard]] Bytes encode_schema_info(const SchemaInfo& info);
/// After an original change of the schema on the DC with this invocationId.
[[nodiscard]] SchemaInfo next_schema_info(const SchemaInfo& current, InvocationId dsa) noexcept;

enum class SchemaOrder : std::uint8_t {
  kSame,
  kOlder,      ///< ours is older: replicate the schema NC first
  kNewer,      ///< ours is newer: theirs will follow
  kDivergent,  ///< two DCs made the same step: there were two schema masters for a while
};
[[nodiscard]] SchemaOrder compare_schema_info(const SchemaInfo& ours, const SchemaInfo& theirs) noexcept;
/// What a reply says of its sender's schema (4.1.10.6.1): kErrorDsDraSchemaMismatch when it is another than ours and the NC is not the
/// schema NC itself.
[[nodiscard]] Result<void> check_schema_signature(const SchemaInfo& ours, const SchemaInfo& theirs, bool is_schema_nc);

/// The prefix table of a message and the signature behind it. Samba and Windows always send one; a table without it is taken as such,
/// and what that means is for the caller to say.
struct MessagePrefixTable {
  PrefixTable table;
  std::optional<SchemaInfo> schema_info;
};
/// kErrorInvalidData as PrefixTable::from_concrete.
[[nodiscard]] Result<MessagePrefixTable> read_message_prefix_table(const drsuapi::SCHEMA_PREFIX_TABLE& table);
/// ConcretePTFromAbstractPT, and the signature.
[[nodiscard]] drsuapi::SCHEMA_PREFIX_TABLE make_message_prefix_table(const PrefixTable& table, const SchemaInfo& info);
/// For a table that is concrete already.
void append_schema_signature(drsuapi::SCHEMA_PREFIX_TABLE& table, const SchemaInfo& info);

}  // namespace tributary::schema
