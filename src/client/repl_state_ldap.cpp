// SPDX-License-Identifier: Apache-2.0
// See repl_state_ldap.hpp. A value that does not decode is an error: state is never shown with holes in it.
#include "client/repl_state_ldap.hpp"

#include <fmt/format.h>

#include "client/dsa_index.hpp"
#include "drsuapi/blobs/attids.hpp"
#include "drsuapi/blobs/reps.hpp"
#include "drsuapi/blobs/vectors.hpp"

namespace tributary::client {
namespace {

namespace blobs = drsuapi::blobs;

Neighbor from_blob(const blobs::REPS_VALUE& value, const std::string& nc_dn, ObjectGuid nc_guid, const DsaIndex& dsas) {
  const Dsa* const dsa = dsas.find(value.uuidDsaObj);
  return {.nc_dn = nc_dn,
          .dsa_dn = dsa != nullptr ? dsa->dn : std::string(),
          .address = value.network_address(),
          .transport_dn = {},
          .flags = neighbor_from_wire(DrsOptions{value.ulReplicaFlags.value}),
          .nc_guid = nc_guid,
          .dsa_guid = value.uuidDsaObj,
          .invocation_id = value.uuidInvocId,
          .last_object_change_synced = {value.usnVec.usnHighObjUpdate},
          .attribute_filter = {value.usnVec.usnHighPropUpdate},
          .last_success = to_file_time(value.timeLastSuccess),
          .last_attempt = to_file_time(value.timeLastAttempt),
          .last_result = value.ulResultLastAttempt,
          .consecutive_failures = value.cConsecutiveFailures};
}

std::unexpected<Error> does_not_decode(Error error, const std::string& dn) {
  error.detail = dn + ": " + error.detail;
  return std::unexpected(in_phase(std::move(error), Phase::kLdap));
}

template <auto Decode>
Result<> append_neighbors(const std::vector<Bytes>& values, const std::string& nc_dn, ObjectGuid nc_guid, const DsaIndex& dsas,
                          std::vector<Neighbor>& out) {
  for (const auto& octets : values) {
    auto value = Decode(octets);
    if (!value) return does_not_decode(std::move(value.error()), nc_dn);
    out.push_back(from_blob(*value, nc_dn, nc_guid, dsas));
  }
  return {};
}

std::string attribute_name(drsuapi::Attid attid) {
  const auto name = blobs::ldap_display_name(attid);
  return name.empty() ? fmt::format("attid 0x{:08X}", static_cast<std::uint32_t>(attid)) : std::string(name);
}

/// Cursors of version 1 have no time.
FileTime time_of(const drsuapi::UPTODATE_CURSOR_V1&) { return {}; }
FileTime time_of(const drsuapi::UPTODATE_CURSOR_V2& cursor) {
  // Samba keeps no time: it writes the beginning of 1970, and in units of 100 ns where seconds belong.
  constexpr std::int64_t kSambasNever = to_file_time(ds_time_from_unix(0)).ticks;
  return cursor.timeLastSyncSuccess == kSambasNever ? FileTime{} : to_file_time(DsTime{cursor.timeLastSyncSuccess});
}

}  // namespace

Result<std::vector<Neighbor>> neighbors_through_ldap(Directory& directory, Direction direction, const std::string& nc_dn) {
  const std::string attribute = direction == Direction::kInbound ? "repsFrom" : "repsTo";
  auto dsas = directory.dsas();
  if (!dsas) return std::unexpected(std::move(dsas.error()));
  const DsaIndex index(std::move(*dsas));
  std::vector<Neighbor> all;
  for (const auto& nc : nc_dn.empty() ? directory.naming_contexts() : std::vector<std::string>{nc_dn}) {
    auto root = directory.ldap().read(nc, {attribute, "objectGUID"});
    if (!root) return std::unexpected(std::move(root.error()));
    const auto& guids = root->values("objectGUID");
    const ObjectGuid guid{guids.empty() ? Guid{} : guid_from_bytes(guids.front()).value_or(Guid{})};
    auto appended = direction == Direction::kInbound ? append_neighbors<blobs::decode_reps_from>(root->values(attribute), nc, guid, index, all)
                                                     : append_neighbors<blobs::decode_reps_to>(root->values(attribute), nc, guid, index, all);
    if (!appended) return std::unexpected(std::move(appended.error()));
  }
  return all;
}

Result<std::vector<Cursor>> cursors_through_ldap(Directory& directory, const std::string& nc_dn) {
  auto dsas = directory.dsas();
  if (!dsas) return std::unexpected(std::move(dsas.error()));
  const DsaIndex index(std::move(*dsas));
  auto local = directory.local_dsa();
  if (!local) return std::unexpected(std::move(local.error()));
  auto values = directory.attribute(nc_dn, "replUpToDateVector");
  if (!values) return std::unexpected(std::move(values.error()));
  std::vector<Cursor> all;
  if (!values->empty()) {
    auto decoded = blobs::decode_repl_up_to_date_vector(values->front());
    if (!decoded) return does_not_decode(std::move(decoded.error()), nc_dn);
    std::visit(
        [&](const auto& vector) {
          for (const auto& cursor : vector.rgCursors) {
            const InvocationId id{cursor.uuidDsa};
            if (id == local->invocation_id) continue;
            const Dsa* const dsa = index.find(id);
            all.push_back({id, {cursor.usnHighPropUpdate}, time_of(cursor), dsa != nullptr ? dsa->dn : std::string()});
          }
        },
        decoded->vector);
  }
  all.push_back({local->invocation_id, {directory.highest_committed_usn()}, {}, local->dn});
  return all;
}

Result<std::vector<AttributeStamp>> object_stamps_through_ldap(Directory& directory, const std::string& object_dn) {
  auto dsas = directory.dsas();
  if (!dsas) return std::unexpected(std::move(dsas.error()));
  const DsaIndex index(std::move(*dsas));
  auto values = directory.attribute(object_dn, "replPropertyMetaData");
  if (!values) return std::unexpected(std::move(values.error()));
  if (values->empty())
    return fail(win32::kErrorDsNoAttributeOrValue, object_dn + " shows no replPropertyMetaData: reading it takes the rights of an administrator",
                Phase::kLdap);
  auto decoded = blobs::decode_repl_property_meta_data(values->front());
  if (!decoded) return does_not_decode(std::move(decoded.error()), object_dn);
  std::vector<AttributeStamp> all;
  for (const auto& stamp : decoded->value.rgMetaData) {
    const Dsa* const dsa = index.find(stamp.uuidDsaOriginating);
    all.push_back({attribute_name(stamp.attrTyp), stamp.dwVersion, to_file_time(stamp.timeChanged), stamp.uuidDsaOriginating, stamp.usnOriginating,
                   stamp.usnLocalChange, dsa != nullptr ? dsa->dn : std::string()});
  }
  return all;
}

}  // namespace tributary::client
