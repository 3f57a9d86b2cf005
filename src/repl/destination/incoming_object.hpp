// SPDX-License-Identifier: Apache-2.0
// A replicated update of one object in our terms: names taken apart, attributes under local numbers with stored values and stamps, secrets
// decrypted (DecryptValuesIfNecessary, GetStampsForUpdate: [MS-DRSR] 4.1.10.6.17, 4.1.10.3.9) and sealed. Reused from object to object.
// Must never know what is in the store under that name.
#pragma once

#include <string>

#include "drsuapi/compress/secrets.hpp"
#include "drsuapi/types.hpp"
#include "repl/objects/context.hpp"
#include "repl/objects/dn.hpp"
#include "repl/objects/wire_values.hpp"

namespace tributary::repl {

class IncomingObject {
 public:
  /// kErrorDsDraSchemaMismatch for an attribute that our schema does not have, the codes of stored values, and of secrets.
  [[nodiscard]] Result<void> read(const drsuapi::REPLENTINFLIST& entry, const Context& context, IncomingValues& values,
                                  store::WriteTransaction& transaction, ByteView session_key);

  ObjectGuid guid;
  std::optional<Sid> sid;
  bool is_nc_prefix = false;
  std::optional<ObjectGuid> parent_guid;
  Attid rdn_type{};
  std::string rdn;   ///< the leaf's value, UTF-8
  ByteView dn;       ///< the whole DN as it came, UTF-16
  /// Attributes with stamps and values; values are views of the message, or in the draft's own memory.
  store::ObjectDraft draft;
  /// Forward link attributes that came with values of the time before linked value replication.
  struct LegacyLinks {
    Attid attid{};
    store::AttributeStamp stamp;
    std::vector<store::LinkKey> targets;
  };
  std::vector<LegacyLinks> legacy;

  [[nodiscard]] Result<std::string> whole_dn() const { return dn_text(dn); }
  [[nodiscard]] std::optional<std::uint32_t> first_u32(Attid attid) noexcept;
  [[nodiscard]] bool is_true(Attid attid) noexcept { return first_u32(attid).value_or(0) != 0; }
  [[nodiscard]] bool has_values(Attid attid) noexcept;
  /// The stamp of `name`, when the update has one.
  [[nodiscard]] std::optional<store::AttributeStamp> name_stamp() noexcept;

  /// Gives the draft its RDN, and `name` and the naming attribute their values; both get `stamp`. For an NC root the record's RDN is
  /// `record_rdn`.
  void set_name(store::ObjectDraft& to, std::string_view value, std::string_view record_rdn, const store::AttributeStamp& stamp, Usn usn);

 private:
  [[nodiscard]] Result<void> read_name(const drsuapi::DSNAME& name, const schema::Schema& schema);
  [[nodiscard]] Result<void> read_attribute(const drsuapi::ATTR& attribute, const drsuapi::PROPERTY_META_DATA_EXT& stamp, const Context& context,
                                            IncomingValues& values, store::WriteTransaction& transaction, ByteView session_key);

  std::u16string last_key_;  // the RDN's keyword before, and its type
  Attid last_type_{};
};

}  // namespace tributary::repl
