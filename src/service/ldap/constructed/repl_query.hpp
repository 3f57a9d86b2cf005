// SPDX-License-Identifier: Apache-2.0
// What replication.cpp and repl_state.cpp ask IDL_DRSGetReplInfo's own functions, and how an entry of their answers becomes a value. A helper
// of this folder.
#pragma once

#include "service/drs/repl_info.hpp"
#include "service/ldap/constructed/repl_forms.hpp"
#include "service/ldap/view.hpp"

namespace tributary::service::ldap_face::constructed {

namespace blobs = drsuapi::blobs;

/// A group with more members shows its stamps to IDL_DRSGetReplInfo alone: 100,000 values are some 70 MB.
inline constexpr std::size_t kReplValuesMax = 100'000;

/// A query in the words of repl_info. Must not outlive what it was made of.
class ReplQuery {
 public:
  ReplQuery(Dsa& dsa, const repl::Context& context, const store::Snapshot& snapshot, const Caller& caller, std::uint32_t type)
      : call_(call_of(caller)), query{dsa, *call_, context, snapshot} {
    query.type = type;
    query.is_v2 = true;
  }
  ReplQuery(const View& view, std::uint32_t type) : ReplQuery(view.dsa, view.context, view.snapshot, view.caller, type) {}

 private:
  static std::shared_ptr<const CallContext> call_of(const Caller& caller) {
    auto call = std::make_shared<CallContext>();
    call->caller = std::shared_ptr<const Caller>(std::shared_ptr<const Caller>(), &caller);  // does not own
    call->cancelled = [] { return false; };
    return call;
  }
  std::shared_ptr<const CallContext> call_;

 public:
  repl_info::Query query;
};

template <class Blob, class Entry>
[[nodiscard]] Result<std::string> repl_value(std::string_view element, const Entry& entry, bool binary) {
  const auto fields = fields_of(entry);
  if (!binary) return to_xml(element, fields);
  const auto octets = to_blob<Blob>(element, fields);
  if (!octets) return std::unexpected(octets.error());
  return std::string(reinterpret_cast<const char*>(octets->data()), octets->size());
}

/// DS_REPL_INFO_NEIGHBORS or DS_REPL_INFO_REPSTO. `nc`: the GUID of the one NC that was asked for, or null.
[[nodiscard]] Result<std::vector<std::string>> neighbors_as_values(const repl_info::Query& query, bool binary, const Guid& nc);

}  // namespace tributary::service::ldap_face::constructed
