// SPDX-License-Identifier: Apache-2.0
// Names and times in answers of IDL_DRSGetReplInfo: [MS-DRSR] 4.1.13.2.1, 4.1.13.2.2. Declared in repl_info.hpp.
#include <fmt/format.h>

#include "base/utf.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/names.hpp"
#include "schema/schema.hpp"
#include "service/drs/repl_info.hpp"

namespace tributary::service::repl_info {

using store::Dnt;
using store::kNoDnt;

Result<ndr::WString> Names::of(Dnt dnt) {
  const auto dn = repl::dn_of(query_.snapshot, *query_.context.schema, dnt);
  if (!dn) return std::unexpected(dn.error());
  return dn->empty() ? ndr::WString() : ndr::WString(to_utf16_lossy(*dn));
}

Result<ndr::WString> Names::of_object(const Guid& guid) {
  if (guid.is_null()) return ndr::WString();
  const auto known = objects_.find(guid);
  if (known != objects_.end()) return known->second;
  const auto dnt = query_.snapshot.find_guid(ObjectGuid{guid});
  if (!dnt) return std::unexpected(dnt.error());
  auto name = *dnt == kNoDnt ? Result<ndr::WString>(ndr::WString()) : of(*dnt);
  if (name) objects_[guid] = *name;
  return name;
}

Result<ndr::WString> Names::of_invocation(const InvocationId& id) {
  const auto known = invocations_.find(id.value);
  if (known != invocations_.end()) return known->second;
  const auto* const attribute = query_.context.schema->find_attribute("invocationId");
  Dnt found = kNoDnt;
  if (attribute != nullptr && query_.snapshot.has_index(attribute->attid)) {
    const auto scanned = query_.snapshot.equal(attribute->attid, id.value.octets, [&](const Dnt& dnt) {
      found = dnt;
      return false;
    });
    if (!scanned) return std::unexpected(scanned.error());
  }
  auto name = found == kNoDnt ? Result<ndr::WString>(ndr::WString()) : of(found);
  if (name) invocations_[id.value] = *name;
  return name;
}

drsuapi::FILETIME to_wire(FileTime time) noexcept {
  const auto ticks = static_cast<std::uint64_t>(time.ticks);
  return {static_cast<std::uint32_t>(ticks), static_cast<std::uint32_t>(ticks >> 32)};
}

std::u16string attribute_name(const schema::Schema& schema, store::Attid attid) {
  const auto* const attribute = schema.find_attribute(attid);
  return to_utf16_lossy(attribute != nullptr ? attribute->ldap_display_name : fmt::format("0x{:08X}", static_cast<std::uint32_t>(attid)));
}

}  // namespace tributary::service::repl_info
