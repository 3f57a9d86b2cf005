// SPDX-License-Identifier: Apache-2.0
// See verify_objects.hpp.
#include "repl/lingering/verify_objects.hpp"

#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/names.hpp"

namespace tributary::repl {

using namespace drsuapi;

namespace {

/// DS_EXIST_ADVISORY_MODE of the API, which travels as it is.
constexpr std::uint32_t kAdvisory = 1;

/// The nTDSDSA object of that GUID, or kNoDnt.
Result<Dnt> find_dsa(const Context& context, const Snapshot& snapshot, const Guid& guid) {
  const auto dnt = resolve_guid(snapshot, ObjectGuid{guid});
  if (!dnt || *dnt == kNoDnt) return dnt;
  const auto object = snapshot.find(*dnt);
  if (!object) return std::unexpected(object.error());
  const bool is_dsa = *object && !is_deleted(**object) && is_instance_of(*context.schema, **object, class_id::kNtdsDsa);
  return is_dsa ? *dnt : kNoDnt;
}

}  // namespace

Result<VerifyObjects> verify_objects(const Context& context, const Snapshot& snapshot, const DRS_MSG_REPVERIFYOBJ& request, bool may_manage_topology) {
  const auto* const in = request.get_if<1>();
  if (in == nullptr) return fail(win32::kErrorDsDraInvalidParameter, "dwVersion");
  if (in->pNC == DSNAME{} || in->uuidDsaSrc.is_null()) return fail(win32::kErrorDsDraInvalidParameter, "pNC or uuidDsaSrc is null");
  const auto nc = resolve(snapshot, *context.schema, in->pNC);
  const auto replica = nc ? snapshot.nc_replica(*nc) : Result<std::optional<store::NcReplica>>(std::nullopt);
  if (!replica) return std::unexpected(replica.error());
  if (!*replica || (*replica)->going) return fail(win32::kErrorDsDraBadNc, drsuapi::to_string(in->pNC));
  if (!may_manage_topology) return fail(win32::kErrorDsDraAccessDenied, "DS-Replication-Manage-Topology");
  const auto dsa = find_dsa(context, snapshot, in->uuidDsaSrc);
  if (!dsa) return std::unexpected(dsa.error());
  if (*dsa == kNoDnt) return fail(win32::kErrorDsDraInvalidParameter, "uuidDsaSrc is no DSA of this forest");
  if (in->ulOptions > kAdvisory) return fail(win32::kErrorDsDraInvalidParameter, "ulOptions");

  VerifyObjects verify;
  auto name = dsname_of(snapshot, *context.schema, *nc);
  if (!name) return std::unexpected(std::move(name.error()));
  verify.nc = std::move(*name);
  auto dn = dn_of(snapshot, *context.schema, *dsa);
  if (!dn) return std::unexpected(std::move(dn.error()));
  verify.reference = DsaGuid{in->uuidDsaSrc};
  verify.reference_dn = std::move(*dn);
  verify.advisory = in->ulOptions == kAdvisory;
  return verify;
}

DRS_MSG_GETREPLINFO_REQ remote_utd_request(const DSNAME& nc) {
  DRS_MSG_GETREPLINFO_REQ_V1 request;
  request.InfoType = static_cast<std::uint32_t>(DS_REPL_INFO_UPTODATE_VECTOR_V1);
  request.pszObjectDN = std::u16string(nc.StringName.data(), nc.StringName.size());
  return DRS_MSG_GETREPLINFO_REQ(std::move(request));
}

Result<ReplUpToDateVector> remote_utd(const DRS_MSG_GETREPLINFO_REPLY& reply) {
  const auto* const vector = reply.get_if<static_cast<std::uint32_t>(DS_REPL_INFO_UPTODATE_VECTOR_V1)>();
  if (vector == nullptr || !*vector) return fail(win32::kErrorInvalidData, "the reference DSA told no up-to-dateness vector");
  return utd_from_wire(**vector);
}

}  // namespace tributary::repl
