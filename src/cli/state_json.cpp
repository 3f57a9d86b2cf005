// SPDX-License-Identifier: Apache-2.0
// See state_json.hpp.
#include "cli/state_json.hpp"

#include "cli/context.hpp"
#include "cli/words.hpp"
#include "drsuapi/replinfo.hpp"

namespace tributary::cli {
namespace {

constexpr drsuapi::Named kOperationNames[] = {
    {static_cast<std::uint32_t>(drsuapi::DS_REPL_OP_TYPE::DS_REPL_OP_TYPE_SYNC), "DS_REPL_OP_TYPE_SYNC"},
    {static_cast<std::uint32_t>(drsuapi::DS_REPL_OP_TYPE::DS_REPL_OP_TYPE_ADD), "DS_REPL_OP_TYPE_ADD"},
    {static_cast<std::uint32_t>(drsuapi::DS_REPL_OP_TYPE::DS_REPL_OP_TYPE_DELETE), "DS_REPL_OP_TYPE_DELETE"},
    {static_cast<std::uint32_t>(drsuapi::DS_REPL_OP_TYPE::DS_REPL_OP_TYPE_MODIFY), "DS_REPL_OP_TYPE_MODIFY"},
    {static_cast<std::uint32_t>(drsuapi::DS_REPL_OP_TYPE::DS_REPL_OP_TYPE_UPDATE_REFS), "DS_REPL_OP_TYPE_UPDATE_REFS"},
};

boost::json::value dn_to_json(const std::string& dn) {
  if (dn.empty()) return nullptr;
  return boost::json::value(dn);
}

/// An NTDS Settings DN of the usual shape, whose site and server Samba's tool shows as "DSA".
bool is_settings_dn(std::string_view dn) {
  const auto server = client::parent_dn(dn);
  const auto site = client::parent_dn(client::parent_dn(server));
  return dn.starts_with("CN=NTDS Settings,") && client::parent_dn(server).starts_with("CN=Servers,") &&
         client::parent_dn(site).starts_with("CN=Sites,");
}

}  // namespace

boost::json::object to_json(const client::Neighbor& n, bool dsa_is_deleted) {
  boost::json::object out{{"NC dn", n.nc_dn},
                          {"DSA objectGUID", to_string(n.dsa_guid)},
                          {"last attempt time", samba_time(n.last_attempt)},
                          {"last attempt message", samba_result(n.last_result)},
                          {"consecutive failures", n.consecutive_failures},
                          {"last success", samba_time(n.last_success)},
                          {"NTDS DN", n.dsa_dn},
                          {"is deleted", dsa_is_deleted}};
  if (is_settings_dn(n.dsa_dn)) out["DSA"] = client::site_and_server(n.dsa_dn);
  out["address"] = n.address;
  out["transportDN"] = dn_to_json(n.transport_dn);
  out["ncGUID"] = to_string(n.nc_guid);
  out["invocationId"] = to_string(n.invocation_id);
  out["flags"] = flags_to_json(static_cast<std::uint32_t>(n.flags), neighbor_flag_names(n.flags));
  out["usnLastObjChangeSynced"] = n.last_object_change_synced.value;
  out["usnAttributeFilter"] = n.attribute_filter.value;
  out["lastAttempt"] = time_to_json(n.last_attempt);
  out["lastSuccess"] = time_to_json(n.last_success);
  out["lastResult"] = code_to_json(n.last_result);
  return out;
}

boost::json::object to_json(const client::NtdsConnection& c) {
  boost::json::object out{{"name", c.name}, {"remote DN", c.from_server}, {"options", c.options}, {"enabled", c.enabled}};
  if (c.from_dns_host_name) out["dns name"] = *c.from_dns_host_name;
  if (c.from_server_gone) out["is deleted"] = true;
  boost::json::array reasons;
  for (const auto& reason : c.reasons) reasons.push_back(boost::json::array{reason.nc_dn, reason.reason});
  out["replicates NC"] = std::move(reasons);
  out["dn"] = c.dn;
  return out;
}

boost::json::object to_json(const client::Cursor& c) {
  return {{"invocationId", to_string(c.invocation_id)},
          {"usn", c.usn.value},
          {"lastSyncSuccess", time_to_json(c.last_success)},
          {"dsaDN", dn_to_json(c.dsa_dn)}};
}

boost::json::object to_json(const client::AttributeStamp& s) {
  return {{"attribute", s.attribute},
          {"version", s.version},
          {"lastOriginatingChange", time_to_json(s.changed)},
          {"originatingInvocationId", to_string(s.originating_invocation_id)},
          {"originatingUSN", s.originating_usn.value},
          {"localUSN", s.local_usn.value},
          {"originatingDsaDN", dn_to_json(s.originating_dsa_dn)}};
}

boost::json::object to_json(const client::ValueStamp& s) {
  return {{"attribute", s.attribute},
          {"valueDN", s.value_dn},
          {"value", s.value.empty() ? boost::json::value(nullptr) : boost::json::value(boost::json::object{{"base64", to_base64(s.value)}})},
          {"present", s.deleted.ticks == 0},
          {"created", time_to_json(s.created)},
          {"deleted", time_to_json(s.deleted)},
          {"version", s.version},
          {"lastOriginatingChange", time_to_json(s.changed)},
          {"originatingInvocationId", to_string(s.originating_invocation_id)},
          {"originatingUSN", s.originating_usn.value},
          {"localUSN", s.local_usn.value},
          {"originatingDsaDN", dn_to_json(s.originating_dsa_dn)}};
}

boost::json::object to_json(const client::KccFailure& f) {
  return {{"dsaDN", dn_to_json(f.dsa_dn)},
          {"dsaGUID", to_string(f.dsa_guid)},
          {"firstFailure", time_to_json(f.first_failure)},
          {"failures", f.failures},
          {"lastResult", code_to_json(f.last_result)}};
}

boost::json::object to_json(const client::PendingOperation& o) {
  return {{"enqueued", time_to_json(o.enqueued)},
          {"serialNumber", o.serial_number},
          {"priority", o.priority},
          {"type", drsuapi::value_name(kOperationNames, o.type)},
          {"options", o.options},
          {"nc", o.nc_dn},
          {"dsaDN", dn_to_json(o.dsa_dn)},
          {"dsaAddress", o.dsa_address}};
}

boost::json::object source_to_json(client::StateSource source, const std::optional<Error>& refusal) {
  boost::json::object out{{"source", client::source_name(source)}};
  if (refusal) out["refusal"] = to_json(*refusal);
  return out;
}

}  // namespace tributary::cli
