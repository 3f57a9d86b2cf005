// SPDX-License-Identifier: Apache-2.0
// ENTINF structures read.
#include "service/directory/entry.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"

namespace tributary::service::directory {

Entry::Entry(const Reader& reader, repl::IncomingValues& values, const drsuapi::ENTINF& entinf)
    : reader_(reader), incoming_(values), entinf_(entinf) {
  if (!entinf.pName) refuse(win32::kErrorDsNameUnparseable);
  dn_ = must(repl::parse_dn(reader.schema(), must(drsuapi::dsname_dn(*entinf.pName))));
  for (const auto& attribute : entinf.AttrBlock.pAttr) {
    const auto* schema = incoming_.attribute(attribute.attrTyp);
    if (schema == nullptr) refuse(win32::kErrorDsAttributeTypeUndefined);
    if (has(schema->attid)) refuse(win32::kErrorDsAttValAlreadyExists);
    attributes_.push_back({schema, &attribute});
  }
}

Dnt Entry::object() const {
  const auto found = repl::resolve(reader_.snapshot(), reader_.schema(), *entinf_.pName);
  return found && reader_.is_living(*found) ? *found : kNoDnt;
}

Dnt Entry::parent() const {
  if (dn_.size() < 2) return kNoDnt;
  const Dnt dnt = must(repl::resolve_dn(reader_.snapshot(), reader_.schema(), std::span(dn_).subspan(1)));
  return reader_.is_living(dnt) ? dnt : kNoDnt;
}

const Entry::Attribute* Entry::find(Attid attid) const noexcept {
  const auto found = std::ranges::find_if(attributes_, [&](const Attribute& each) { return each.schema->attid == attid; });
  return found == attributes_.end() ? nullptr : &*found;
}

std::size_t Entry::position(Attid attid) const noexcept {
  const auto* found = find(attid);
  return found == nullptr ? attributes_.size() : static_cast<std::size_t>(found - attributes_.data());
}

std::optional<std::uint32_t> Entry::number(Attid attid) const {
  const auto* attribute = find(attid);
  if (attribute == nullptr || attribute->wire->AttrVal.pAVal.empty()) return std::nullopt;
  const auto value = octets(*attribute, 0);
  if (value.size() != 4) refuse(win32::kErrorDsInvalidAttributeSyntax);
  return load_le<std::uint32_t>(value.data());
}

std::optional<ObjectGuid> Entry::wanted_guid() const {
  if (!entinf_.pName->Guid.is_null()) return ObjectGuid{entinf_.pName->Guid};
  const auto* attribute = find(attid::kObjectGuid);
  if (attribute == nullptr || attribute->wire->AttrVal.pAVal.empty()) return std::nullopt;
  const auto guid = guid_from_bytes(octets(*attribute, 0));
  if (!guid) refuse(win32::kErrorDsInvalidAttributeSyntax);
  return guid->is_null() ? std::nullopt : std::optional(ObjectGuid{*guid});
}

bool Entry::has_class(Attid object_class) const {
  const auto* attribute = find(attid::kObjectClass);
  if (attribute == nullptr) return false;
  const auto classes = values(*attribute);
  const auto wanted = repl::u32_value(static_cast<std::uint32_t>(object_class));
  return has_element(classes, wanted);
}

std::vector<repl::DsnameView> Entry::names(Attid attid) const {
  std::vector<repl::DsnameView> all;
  const auto* attribute = find(attid);
  for (std::size_t i = 0; attribute != nullptr && i < attribute->wire->AttrVal.pAVal.size(); ++i)
    if (const auto value = octets(*attribute, i); !value.empty()) all.push_back(must(repl::read_reference(attribute->schema->syntax, value)).target);
  return all;
}

/// 5.50.1: a GUID decides alone, then the DN, then the SID.
Dnt Entry::of_name(const repl::DsnameView& name) const {
  if (!name.guid.is_null()) return reader_.of_guid(name.guid);
  const auto dn = must(repl::dn_text(name.name));
  if (!dn.empty()) return reader_.of_dn(dn);
  const auto found = name.sid ? must(repl::resolve_sid(reader_.snapshot(), *name.sid)) : kNoDnt;
  return reader_.is_living(found) ? found : kNoDnt;
}

std::vector<repl::NewValue> Entry::values(const Attribute& attribute) const {
  std::vector<repl::NewValue> made;
  const auto syntax = attribute.schema->syntax;
  for (std::size_t i = 0; i < attribute.wire->AttrVal.pAVal.size(); ++i) {
    const auto value = octets(attribute, i);
    if (schema::is_reference(syntax)) {
      const auto reference = must(repl::read_reference(syntax, value));
      const Dnt target = of_name(reference.target);
      if (target == kNoDnt) refuse(win32::kErrorDsObjNotFound, "what " + attribute.schema->ldap_display_name + " names");
      made.push_back(repl::reference_value(target, reference.rest));
    } else if (!repl::is_well_formed(syntax, value)) {
      refuse(win32::kErrorDsInvalidAttributeSyntax, attribute.schema->ldap_display_name);
    } else if (syntax == schema::Syntax::kOid) {
      const auto number = incoming_.class_or_attribute(load_le<std::uint32_t>(value.data()));
      if (!number) refuse(win32::kErrorDsObjClassNotDefined);
      made.push_back(repl::u32_value(static_cast<std::uint32_t>(*number)));
    } else {
      made.push_back(repl::octets_value(value));
    }
  }
  return made;
}

}  // namespace tributary::service::directory
