// SPDX-License-Identifier: Apache-2.0
// From requests to messages. A null DN goes out as a null pointer where MS-DRSR allows one; everything else the DC judges.
#include "client/replica.hpp"

#include "base/utf.hpp"
#include "drsuapi/constants.hpp"
#include "drsuapi/dsname.hpp"

namespace tributary::client {
namespace {

constexpr std::uint32_t kInfoNeighbors = drsuapi::DS_REPL_INFO_NEIGHBORS;
constexpr std::uint32_t kInfoRepsTo = drsuapi::DS_REPL_INFO_REPSTO;
constexpr std::uint32_t kKccAsyncOp = 1;
constexpr std::uint32_t kKccDamped = 2;

drsuapi::CString optional_text(const std::string& text) { return text.empty() ? drsuapi::CString{} : drsuapi::CString{text}; }

/// Null for an empty text.
Result<drsuapi::WString> optional_wide(const std::string& text) {
  if (text.empty()) return drsuapi::WString{};
  auto wide = to_utf16(text);
  if (!wide) return std::unexpected(std::move(wide.error()));
  return drsuapi::WString{std::move(*wide)};
}

Result<drsuapi::Unique<drsuapi::DSNAME>> optional_name(const std::string& dn) {
  if (dn.empty()) return drsuapi::Unique<drsuapi::DSNAME>{};
  auto name = drsuapi::dsname_from_dn(dn);
  if (!name) return std::unexpected(std::move(name.error()));
  return drsuapi::Unique<drsuapi::DSNAME>{std::move(*name)};
}

/// The answer of a call that returns nothing but its result.
template <class Op>
Result<> done(DrsHandle& dc, typename Op::In in, CallOptions call) {
  auto out = dc.call<Op>(std::move(in), call);
  if (!out) return std::unexpected(std::move(out.error()));
  return {};
}

/// Reads a list of neighbours; `Type` is the type of information and the arm of the reply.
template <std::uint32_t Type>
Result<drsuapi::DS_REPL_NEIGHBORSW> neighbors(DrsHandle& dc, const std::string& nc_dn, CallOptions call) {
  InfoRequest request;
  request.type = Type;
  request.object_dn = nc_dn;
  auto reply = get_repl_info(dc, request, call);
  if (!reply) return std::unexpected(std::move(reply.error()));
  auto* const arm = reply->get_if<Type>();
  if (arm == nullptr) return fail(win32::kRpcXBadStubData, "the DC answered with another type of information", Phase::kCall);
  return *arm ? std::move(**arm) : drsuapi::DS_REPL_NEIGHBORSW{};
}

}  // namespace

Result<> replica_sync(DrsHandle& dc, const SyncRequest& request, CallOptions call) {
  const auto options = check_rep_sync(request.options, !request.source.is_null(), !request.source_address.empty());
  if (!options) return std::unexpected(options.error());
  auto nc = drsuapi::dsname_from_dn(request.nc_dn);
  if (!nc) return std::unexpected(std::move(nc.error()));
  drsuapi::DRS_MSG_REPSYNC_V1 message;
  message.pNC = std::move(*nc);
  message.uuidDsaSrc = request.source.value;
  message.pszDsaSrc = optional_text(request.source_address);
  message.ulOptions = static_cast<std::uint32_t>(*options);
  drsuapi::IDL_DRSReplicaSync::In in;
  in.msgSync = std::move(message);
  return done<drsuapi::IDL_DRSReplicaSync>(dc, std::move(in), call);
}

Result<> replica_add(DrsHandle& dc, const AddRequest& request, CallOptions call) {
  const auto options = to_wire(request.options);
  if (!options) return std::unexpected(options.error());
  auto nc = drsuapi::dsname_from_dn(request.nc_dn);
  if (!nc) return std::unexpected(std::move(nc.error()));
  auto source = optional_name(request.source_dsa_dn);
  if (!source) return std::unexpected(std::move(source.error()));
  auto transport = optional_name(request.transport_dn);
  if (!transport) return std::unexpected(std::move(transport.error()));
  drsuapi::DRS_MSG_REPADD_V2 message;
  message.pNC = std::move(*nc);
  message.pSourceDsaDN = std::move(*source);
  message.pTransportDN = std::move(*transport);
  message.pszSourceDsaAddress = request.source_address;
  if (request.schedule) message.rtSchedule.rgTimes = *request.schedule;
  message.ulOptions = static_cast<std::uint32_t>(*options);
  drsuapi::IDL_DRSReplicaAdd::In in;
  in.msgAdd = std::move(message);
  return done<drsuapi::IDL_DRSReplicaAdd>(dc, std::move(in), call);
}

Result<> replica_del(DrsHandle& dc, const DelRequest& request, CallOptions call) {
  const auto options = to_wire(request.options);
  if (!options) return std::unexpected(options.error());
  auto nc = drsuapi::dsname_from_dn(request.nc_dn);
  if (!nc) return std::unexpected(std::move(nc.error()));
  drsuapi::DRS_MSG_REPDEL_V1 message;
  message.pNC = std::move(*nc);
  message.pszDsaSrc = optional_text(request.source_address);
  message.ulOptions = static_cast<std::uint32_t>(*options);
  drsuapi::IDL_DRSReplicaDel::In in;
  in.msgDel = std::move(message);
  return done<drsuapi::IDL_DRSReplicaDel>(dc, std::move(in), call);
}

Result<> replica_modify(DrsHandle& dc, const ModifyRequest& request, CallOptions call) {
  if (!request.transport_dn.empty()) return fail(win32::kErrorInvalidParameter, "the transport of an existing source cannot be changed");
  const auto fields = check_rep_mod_fields(request.fields, !request.source_address.empty(), request.schedule.has_value());
  if (!fields) return std::unexpected(fields.error());
  const auto flags = modifiable_to_wire(request.replica_flags);
  if (!flags) return std::unexpected(flags.error());
  const auto options = to_wire(request.options);
  if (!options) return std::unexpected(options.error());
  auto nc = drsuapi::dsname_from_dn(request.nc_dn);
  if (!nc) return std::unexpected(std::move(nc.error()));
  drsuapi::DRS_MSG_REPMOD_V1 message;
  message.pNC = std::move(*nc);
  message.uuidSourceDRA = request.source.value;
  message.pszSourceDRA = optional_text(request.source_address);
  if (request.schedule) message.rtSchedule.rgTimes = *request.schedule;
  message.ulReplicaFlags = static_cast<std::uint32_t>(*flags);
  message.ulModifyFields = static_cast<std::uint32_t>(*fields);
  message.ulOptions = static_cast<std::uint32_t>(*options);
  drsuapi::IDL_DRSReplicaModify::In in;
  in.msgMod = std::move(message);
  return done<drsuapi::IDL_DRSReplicaModify>(dc, std::move(in), call);
}

Result<> update_refs(DrsHandle& dc, const UpdateRefsRequest& request, CallOptions call) {
  const auto options = check_rep_upd(request.options);
  if (!options) return std::unexpected(options.error());
  auto nc = drsuapi::dsname_from_dn(request.nc_dn);
  if (!nc) return std::unexpected(std::move(nc.error()));
  drsuapi::DRS_MSG_UPDREFS_V1 message;
  message.pNC = std::move(*nc);
  message.pszDsaDest = request.destination_address;
  message.uuidDsaObjDest = request.destination.value;
  message.ulOptions = static_cast<std::uint32_t>(*options);
  drsuapi::IDL_DRSUpdateRefs::In in;
  in.msgUpdRefs = std::move(message);
  return done<drsuapi::IDL_DRSUpdateRefs>(dc, std::move(in), call);
}

Result<> verify_objects(DrsHandle& dc, const std::string& nc_dn, DsaGuid source, std::uint32_t options, CallOptions call) {
  auto nc = drsuapi::dsname_from_dn(nc_dn);
  if (!nc) return std::unexpected(std::move(nc.error()));
  drsuapi::DRS_MSG_REPVERIFYOBJ_V1 message;
  message.pNC = std::move(*nc);
  message.uuidDsaSrc = source.value;
  message.ulOptions = options;
  drsuapi::IDL_DRSReplicaVerifyObjects::In in;
  in.msgVerify = std::move(message);
  return done<drsuapi::IDL_DRSReplicaVerifyObjects>(dc, std::move(in), call);
}

Result<> execute_kcc(DrsHandle& dc, bool asynchronous, bool damped, CallOptions call) {
  drsuapi::DRS_MSG_KCC_EXECUTE_V1 message;
  message.dwFlags = (asynchronous ? kKccAsyncOp : 0) | (damped ? kKccDamped : 0);
  drsuapi::IDL_DRSExecuteKCC::In in;
  in.msgIn = message;
  return done<drsuapi::IDL_DRSExecuteKCC>(dc, std::move(in), call);
}

Result<drsuapi::DRS_MSG_GETREPLINFO_REPLY> get_repl_info(DrsHandle& dc, const InfoRequest& request, CallOptions call) {
  auto object = optional_wide(request.object_dn);
  if (!object) return std::unexpected(std::move(object.error()));
  auto attribute = optional_wide(request.attribute);
  if (!attribute) return std::unexpected(std::move(attribute.error()));
  auto value = optional_wide(request.value_dn);
  if (!value) return std::unexpected(std::move(value.error()));
  drsuapi::IDL_DRSGetReplInfo::In in;
  if (request.flags != 0 || *attribute || *value || request.enumeration_context != 0) {
    in.msgIn = drsuapi::DRS_MSG_GETREPLINFO_REQ_V2{request.type,          std::move(*object), request.source_dsa, request.flags,
                                                   std::move(*attribute), std::move(*value),  request.enumeration_context};
  } else {
    in.msgIn = drsuapi::DRS_MSG_GETREPLINFO_REQ_V1{request.type, std::move(*object), request.source_dsa};
  }
  auto out = dc.call<drsuapi::IDL_DRSGetReplInfo>(std::move(in), call);
  if (!out) return std::unexpected(std::move(out.error()));
  return std::move(out->msgOut);
}

Result<drsuapi::DS_REPL_NEIGHBORSW> inbound_neighbors(DrsHandle& dc, const std::string& nc_dn, CallOptions call) {
  return neighbors<kInfoNeighbors>(dc, nc_dn, call);
}

Result<drsuapi::DS_REPL_NEIGHBORSW> outbound_neighbors(DrsHandle& dc, const std::string& nc_dn, CallOptions call) {
  return neighbors<kInfoRepsTo>(dc, nc_dn, call);
}

}  // namespace tributary::client
