// SPDX-License-Identifier: Apache-2.0
// An ENTINF of IDL_DRSAddEntry in our terms: its name, and its attributes, whose numbers are those of the default prefix table
// (ENTINF_GetValue and ENTINF_GetAttribute: [MS-DRSR] 4.1.1.2.7, 5.54 to 5.56). Octets of clients: every wrong one refuses.
#pragma once

#include "repl/objects/wire_values.hpp"
#include "repl/updates/updates.hpp"
#include "service/directory/reader.hpp"

namespace tributary::service::directory {

class Entry {
 public:
  /// `values` translates from the default prefix table. All must outlive it.
  Entry(const Reader& reader, repl::IncomingValues& values, const drsuapi::ENTINF& entinf);

  [[nodiscard]] const drsuapi::ENTINF& wire() const noexcept { return entinf_; }
  [[nodiscard]] const repl::Dn& dn() const noexcept { return dn_; }
  /// Of the name, whichever of its parts are there; kNoDnt when there is no such object.
  [[nodiscard]] Dnt object() const;
  [[nodiscard]] Dnt parent() const;  ///< by the DN

  [[nodiscard]] bool has(Attid attid) const noexcept { return find(attid) != nullptr; }
  [[nodiscard]] std::size_t position(Attid attid) const noexcept;  ///< among the attributes; their number when it is not there
  [[nodiscard]] std::optional<std::uint32_t> number(Attid attid) const;
  /// The GUID that the object is to have, by its name or by objectGUID; nothing when the entry leaves the choice.
  [[nodiscard]] std::optional<ObjectGuid> wanted_guid() const;
  [[nodiscard]] bool has_class(Attid object_class) const;
  /// Names that a reference attribute has.
  [[nodiscard]] std::vector<repl::DsnameView> names(Attid attid) const;
  /// kNoDnt for one that is not here.
  [[nodiscard]] Dnt of_name(const repl::DsnameView& name) const;

  struct Attribute {
    const schema::AttributeSchema* schema = nullptr;
    const drsuapi::ATTR* wire = nullptr;
  };
  [[nodiscard]] const std::vector<Attribute>& attributes() const noexcept { return attributes_; }
  /// Its values as an update takes them. kErrorDsInvalidAttributeSyntax, kErrorDsObjNotFound for a name of nothing.
  [[nodiscard]] std::vector<repl::NewValue> values(const Attribute& attribute) const;
  [[nodiscard]] const Attribute* find(Attid attid) const noexcept;

 private:
  [[nodiscard]] ByteView octets(const Attribute& attribute, std::size_t i) const { return attribute.wire->AttrVal.pAVal[i].pVal.span(); }

  const Reader& reader_;
  repl::IncomingValues& incoming_;
  const drsuapi::ENTINF& entinf_;
  repl::Dn dn_;
  std::vector<Attribute> attributes_;
};

}  // namespace tributary::service::directory
