// SPDX-License-Identifier: Apache-2.0
// See object_existence.hpp.
#include "repl/lingering/object_existence.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/names.hpp"

namespace tributary::repl {

using namespace drsuapi;

namespace {

/// MasterReplicaExists (5.126): the root's DNT, or kNoDnt.
Result<Dnt> master_replica(const Context& context, const Snapshot& snapshot, const DSNAME& nc) {
  const auto root = resolve(snapshot, *context.schema, nc);
  if (!root) return kNoDnt;  // what cannot be a name names no replica
  const auto replica = snapshot.nc_replica(*root);
  if (!replica) return std::unexpected(replica.error());
  const bool is_master = *replica && (*replica)->writable && !(*replica)->partial && !(*replica)->going;
  return is_master ? *root : kNoDnt;
}

}  // namespace

Result<Md5> compute_digest(std::span<const ObjectGuid> guids) {
  static_assert(sizeof(ObjectGuid) == 16);
  Md5 digest{};
  if (EVP_Digest(guids.data(), guids.size_bytes(), digest.data(), nullptr, EVP_md5(), nullptr) != 1)
    return fail(win32::kErrorNotSupported, "OpenSSL has no MD5 here");
  return digest;
}

bool is_candidate(const ObjectView& object, Dnt nc, const ReplUpToDateVector& utd) noexcept {
  if (object.nc() != nc || is_phantom(object) || is_subref(object)) return false;
  const auto stamp = object.stamp(attid::kWhenCreated);
  return stamp && stamp_less_than_or_equal_utd(*stamp, utd);
}

Result<std::vector<ObjectGuid>> guid_sequence(const Snapshot& snapshot, Dnt nc, const ObjectGuid& start, std::uint32_t count,
                                              const ReplUpToDateVector& utd) {
  std::vector<ObjectGuid> sequence;
  if (count == 0) return sequence;
  std::optional<Error> error;
  const auto scan = snapshot.by_guid(start, [&](const Dnt& dnt) {
    const auto object = snapshot.find(dnt);
    if (!object) {
      error = object.error();
      return false;
    }
    if (*object && is_candidate(**object, nc, utd)) sequence.push_back((*object)->guid());
    return sequence.size() < count;
  });
  if (!scan) return std::unexpected(scan.error());
  if (error) return std::unexpected(std::move(*error));
  return sequence;
}

Result<DRS_MSG_EXISTREPLY> object_existence(const Context& context, const Snapshot& snapshot, const DRS_MSG_EXISTREQ& request, bool may_get_changes) {
  const auto* const in = request.get_if<1>();
  if (in == nullptr) return fail(win32::kErrorDsDraInvalidParameter, "dwInVersion");
  if (!in->pNC) return fail(win32::kErrorDsDraInvalidParameter, "pNC is null");
  const auto nc = master_replica(context, snapshot, *in->pNC);
  if (!nc) return std::unexpected(nc.error());
  if (*nc == kNoDnt) return fail(win32::kErrorDsDraInvalidParameter, "no writable replica of this NC is here");
  if (in->guidStart.is_null()) return fail(win32::kErrorDsDraInvalidParameter, "guidStart is null");
  if (!may_get_changes) return fail(win32::kErrorDsDraAccessDenied, "DS-Replication-Get-Changes");
  if (!in->pUpToDateVecCommonV1) return fail(win32::kErrorDsDraInvalidParameter, "pUpToDateVecCommonV1 is null");
  if (in->cGuids > kExistenceGuidsMax) return fail(win32::kErrorDsDraInvalidParameter, "cGuids is too large");

  const auto utd = utd_from_wire(*in->pUpToDateVecCommonV1);
  const auto sequence = guid_sequence(snapshot, *nc, ObjectGuid{in->guidStart}, in->cGuids, utd);
  if (!sequence) return std::unexpected(sequence.error());
  const auto digest = compute_digest(*sequence);
  if (!digest) return std::unexpected(digest.error());
  DRS_MSG_EXISTREPLY_V1 out;
  out.dwStatusFlags = *digest == in->Md5Digest ? 1 : 0;
  if (out.dwStatusFlags == 0)
    for (const auto& guid : *sequence) out.rgGuids.push_back(guid.value);
  return DRS_MSG_EXISTREPLY(std::move(out));
}

}  // namespace tributary::repl
