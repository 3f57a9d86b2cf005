// SPDX-License-Identifier: Apache-2.0
// A SearchResultEntry of an object as one caller gets it ([MS-ADTS] 3.1.1.3.1.3.3, 3.1.1.4; RFC 4511 4.5.2): which attributes were asked
// for, which of them he may read, their values in LDAP's form, ranges of many values, parts of the security descriptor. For every
// operation that gives entries. Values go from the record straight into the message.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ldap/protocol/message.hpp"
#include "service/ldap/read_access.hpp"

namespace tributary::service::ldap_face {

/// ";range=low-high"; no high: "*".
struct ValueRange {
  std::size_t low = 0;
  std::optional<std::size_t> high;
};

struct WantedAttribute {
  const schema::AttributeSchema* attribute = nullptr;
  std::string name;  ///< as the entry has it, without a range
  bool is_binary = false;
  std::optional<ValueRange> range;
};

/// What a request's attribute list means. Keeps the schema.
struct Selection {
  std::shared_ptr<const schema::Schema> schema;
  bool all = false;  ///< everything that is stored and not only for who asks by name
  std::vector<WantedAttribute> wanted;
  bool types_only = false;
  std::optional<std::uint32_t> sd_flags{};  ///< LDAP_SERVER_SD_FLAGS_OID
  bool only_partial_set = false;            ///< what a global catalogue has
  bool ranges_never_fail = false;           ///< LDAP_SERVER_RANGE_RETRIEVAL_NOERR_OID
  std::size_t values_max = 1500;            ///< MaxValRange
};
/// An empty list means all. Names that the schema does not have mean nothing.
[[nodiscard]] Selection read_selection(std::shared_ptr<const schema::Schema> schema, std::span<const std::string_view> attributes);

class EntryMaker {
 public:
  /// All must outlive it.
  EntryMaker(const View& view, const Selection& selection, ReadAccess& access);

  /// Writes the whole entry of an object that `access` looks at. Nothing is left in the writer's buffer when it fails; an error that is
  /// the client's (a range behind the last value) is kErrorInvalidParameter.
  [[nodiscard]] Result<void> write(const store::ObjectView& object, std::int32_t id, ldap::EntryWriter& out,
                                   std::span<const ldap::OwnedControl> controls = {});

 private:
  [[nodiscard]] Result<void> attributes(const store::ObjectView& object, ldap::EntryWriter& out);
  [[nodiscard]] Result<void> named(const store::ObjectView& object, const WantedAttribute& wanted, ldap::EntryWriter& out);
  [[nodiscard]] Result<void> everything(const store::ObjectView& object, ldap::EntryWriter& out);
  [[nodiscard]] Result<void> record_values(const store::ObjectView& object, const WantedAttribute& wanted, ldap::EntryWriter& out);
  [[nodiscard]] Result<void> link_values(const store::ObjectView& object, const WantedAttribute& wanted, ldap::EntryWriter& out);
  [[nodiscard]] Result<void> made_values(const store::ObjectView& object, const WantedAttribute& wanted, ldap::EntryWriter& out);
  [[nodiscard]] Result<void> descriptor(const store::ObjectView& object, const WantedAttribute& wanted, ldap::EntryWriter& out);
  [[nodiscard]] Result<void> text_values(const WantedAttribute& wanted, const std::vector<std::string>& values, ldap::EntryWriter& out);
  [[nodiscard]] Result<void> value(const schema::AttributeSchema& attribute, ByteView stored, ldap::EntryWriter& out);
  [[nodiscard]] Result<void> append_dn(store::Dnt object);
  /// Which values of `count` are shown, and begins the attribute; nothing: there is none.
  struct Window {
    std::size_t begin = 0, end = 0;
  };
  [[nodiscard]] Result<std::optional<Window>> begin(const WantedAttribute& wanted, std::size_t count, bool is_link, ldap::EntryWriter& out);
  [[nodiscard]] bool is_in_selection(const schema::AttributeSchema& attribute) const noexcept;

  const View& view_;
  const Selection& selection_;
  ReadAccess& access_;
  std::string text_;    // of the value at hand; its memory is used again
  std::string name_;
  WantedAttribute any_;  // for "*"
  std::vector<store::LinkKey> links_;
};

}  // namespace tributary::service::ldap_face
