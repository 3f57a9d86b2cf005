// SPDX-License-Identifier: Apache-2.0
// See lingering_scan.hpp.
#include "repl/lingering/lingering_scan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/names.hpp"
#include "repl/source/local_state.hpp"
#include "repl/updates/garbage.hpp"

namespace tributary::repl {

using namespace drsuapi;
using store::DirectoryStore;
using store::WriteTransaction;

namespace {

/// The octets of a GUID as a number, plus one; nothing behind the last.
std::optional<ObjectGuid> after(ObjectGuid guid) noexcept {
  for (auto octet = guid.value.octets.rbegin(); octet != guid.value.octets.rend(); ++octet)
    if (++*octet != 0) return guid;
  return std::nullopt;
}

LingeringStep failed(Error error, std::vector<LingeringFinding> findings = {}) {
  LingeringStep step;
  step.kind = LingeringStep::Kind::kFailed;
  step.error = std::move(error);
  step.findings = std::move(findings);
  return step;
}

std::string describe(const VerifyObjects& options, const ObjectView& object, std::string_view dn) {
  const auto created = object.stamp(attid::kWhenCreated).value_or(AttributeStamp{});
  return fmt::format("lingering object {} \"{}\" in {}: it does not exist on the reference DSA {}; created under invocation {} at USN {}",
                     to_string(object.guid()), dn, drsuapi::to_string(options.nc), to_string(options.reference), to_string(created.uuid_originating),
                     created.usn_originating.value);
}

}  // namespace

LingeringScan::LingeringScan(VerifyObjects options, std::uint32_t cluster)
    : options_(std::move(options)), cluster_(std::clamp<std::uint32_t>(cluster, 1, kExistenceGuidsMax)) {}

Result<void> LingeringScan::find_replica(const Context& context, const Snapshot& snapshot) {
  const auto root = resolve(snapshot, *context.schema, options_.nc);
  if (!root) return std::unexpected(root.error());
  const auto replica = snapshot.nc_replica(*root);
  if (!replica) return std::unexpected(replica.error());
  if (!*replica || (*replica)->going) return fail(win32::kErrorDsDraBadNc, drsuapi::to_string(options_.nc));
  nc_root_ = *root;
  auto mine = local_utd(context, snapshot, **replica);
  if (!mine) return std::unexpected(std::move(mine.error()));
  common_ = std::move(*mine);
  return {};
}

LingeringStep LingeringScan::begin(const Context& context, DirectoryStore& store) {
  const auto snapshot = store.read();
  if (auto found = find_replica(context, *snapshot); !found) return failed(std::move(found.error()));
  LingeringStep step;
  step.kind = LingeringStep::Kind::kAskVector;
  step.vector_request = remote_utd_request(options_.nc);
  return step;
}

LingeringStep LingeringScan::on_vector(const Context& context, DirectoryStore& store, const DRS_MSG_GETREPLINFO_REPLY& reply) {
  const auto theirs = remote_utd(reply);
  if (!theirs) return failed(theirs.error());
  common_ = merge_utd(common_, *theirs);
  next_ = ObjectGuid{};
  return ask_next(context, store, {});
}

LingeringStep LingeringScan::ask_next(const Context& context, DirectoryStore& store, std::vector<LingeringFinding> findings) {
  auto sequence = next_ ? guid_sequence(*store.read(), nc_root_, *next_, cluster_, common_) : std::vector<ObjectGuid>{};
  if (!sequence) return failed(std::move(sequence.error()), std::move(findings));
  LingeringStep step;
  if (sequence->empty()) {
    auto rest = finish(context, store);
    if (!rest) return failed(std::move(rest.error()), std::move(findings));
    step.kind = LingeringStep::Kind::kDone;
    step.findings = std::move(findings);
    std::ranges::move(*rest, std::back_inserter(step.findings));
    return step;
  }
  const auto digest = compute_digest(*sequence);
  if (!digest) return failed(digest.error(), std::move(findings));
  DRS_MSG_EXISTREQ_V1 request;
  request.guidStart = sequence->front().value;
  request.cGuids = static_cast<std::uint32_t>(sequence->size());
  request.pNC = Unique<DSNAME>(options_.nc);
  request.pUpToDateVecCommonV1 = Unique<UPTODATE_VECTOR_V1_EXT>(utd_to_wire_v1(common_));
  request.Md5Digest = *digest;
  asked_ = std::move(*sequence);
  ++figures_.calls;
  step.kind = LingeringStep::Kind::kAskExistence;
  step.existence_request = DRS_MSG_EXISTREQ(std::move(request));
  step.findings = std::move(findings);
  return step;
}

/// Those of ours that the reference DSA lacks. A full answer ends at its last GUID: of what comes behind it nothing is known yet.
Result<std::vector<ObjectGuid>> LingeringScan::judge(const DRS_MSG_EXISTREPLY_V1& reply) {
  std::vector<ObjectGuid> theirs, missing;
  theirs.reserve(reply.rgGuids.size());
  for (const auto& guid : reply.rgGuids) theirs.push_back(ObjectGuid{guid});
  const bool ascends = std::ranges::adjacent_find(theirs, std::ranges::greater_equal{}) == theirs.end();
  if (theirs.size() > asked_.size() || !ascends || (!theirs.empty() && theirs.front() < asked_.front()))
    return fail(win32::kErrorDsDraInvalidParameter, "the GUIDs of an existence reply are none of the sequence that was asked for");
  auto end = asked_.end();
  if (reply.dwStatusFlags == 0) {
    if (theirs.size() == asked_.size()) end = std::ranges::upper_bound(asked_, theirs.back());
    std::ranges::set_difference(std::ranges::subrange(asked_.begin(), end), theirs, std::back_inserter(missing));
  }
  figures_.compared += static_cast<std::uint64_t>(end - asked_.begin());
  next_ = after(*(end - 1));
  asked_.clear();
  return missing;
}

LingeringStep LingeringScan::on_reply(const Context& context, DirectoryStore& store, const DRS_MSG_EXISTREPLY& reply) {
  const auto* const in = reply.get_if<1>();
  if (in == nullptr || asked_.empty()) return failed({win32::kErrorDsDraInvalidParameter, Phase::kNone, "an existence reply that nobody asked for"});
  const auto missing = judge(*in);
  if (!missing) return failed(missing.error());
  auto findings = dispose(context, store, *missing, false);
  if (!findings) return failed(std::move(findings.error()));
  return ask_next(context, store, std::move(*findings));
}

LingeringStep LingeringScan::on_failure(Error error) { return failed(std::move(error)); }

/// What there is to say of an object; nothing when it has gone meanwhile, or belongs to another NC now.
Result<std::optional<LingeringFinding>> LingeringScan::find(const Context& context, const Snapshot& snapshot, const ObjectGuid& guid) const {
  const auto dnt = resolve_guid(snapshot, guid);
  if (!dnt) return std::unexpected(dnt.error());
  if (*dnt == kNoDnt) return std::nullopt;
  const auto object = snapshot.find(*dnt);
  if (!object) return std::unexpected(object.error());
  if (!*object || !is_candidate(**object, nc_root_, common_)) return std::nullopt;
  auto dn = dn_of(snapshot, *context.schema, *dnt);
  if (!dn) return std::unexpected(std::move(dn.error()));
  LingeringFinding finding{guid, std::move(*dn), LingeringFinding::Fate::kListed, {}};
  finding.line = describe(options_, **object, finding.dn);
  return finding;
}

Result<std::vector<LingeringFinding>> LingeringScan::list(const Context& context, const Snapshot& snapshot, std::span<const ObjectGuid> guids) {
  std::vector<LingeringFinding> findings;
  for (const auto& guid : guids) {
    auto finding = find(context, snapshot, guid);
    if (!finding) return std::unexpected(std::move(finding.error()));
    if (*finding) findings.push_back(std::move(**finding));
  }
  figures_.listed += findings.size();
  return findings;
}

Result<bool> LingeringScan::remove(const Context& context, WriteTransaction& transaction, LingeringFinding& finding, bool is_last_chance) {
  const auto dnt = resolve_guid(transaction, finding.guid);
  if (!dnt) return std::unexpected(dnt.error());
  finding.fate = LingeringFinding::Fate::kKept;
  if (*dnt == nc_root_) {
    finding.line += "; kept: it is the root of the NC, the reference DSA holds another NC of this name";
    return true;
  }
  const auto gone = expunge(transaction, context, *dnt);
  if (!gone && gone.error().code == win32::kErrorDsChildrenExist && !transaction.failure()) {
    finding.line += "; kept: objects below it exist on the reference DSA";
    return is_last_chance;
  }
  if (!gone) return std::unexpected(gone.error());
  finding.fate = LingeringFinding::Fate::kRemoved;
  finding.line += "; removed";
  return true;
}

/// In one transaction.
Result<std::vector<LingeringFinding>> LingeringScan::dispose(const Context& context, DirectoryStore& store, std::span<const ObjectGuid> guids,
                                                             bool is_last_chance) {
  std::vector<LingeringFinding> findings;
  if (guids.empty()) return findings;
  if (options_.advisory) return list(context, *store.read(), guids);
  const auto transaction = store.write();
  for (const auto& guid : guids) {
    auto finding = find(context, *transaction, guid);
    if (!finding) return std::unexpected(std::move(finding.error()));
    if (!*finding) continue;
    const auto settled = remove(context, *transaction, **finding, is_last_chance);
    if (!settled) return std::unexpected(settled.error());
    if (*settled) {
      findings.push_back(std::move(**finding));
    } else {
      with_children_.push_back(guid);
    }
  }
  if (auto committed = transaction->commit(); !committed) return std::unexpected(std::move(committed.error()));
  for (const auto& finding : findings) ++(finding.fate == LingeringFinding::Fate::kRemoved ? figures_.removed : figures_.kept);
  return findings;
}

/// Containers: as long as a round over them removes any, their own containers may be next. As many rounds as the tree is deep.
Result<std::vector<LingeringFinding>> LingeringScan::finish(const Context& context, DirectoryStore& store) {
  std::vector<LingeringFinding> all;
  for (bool is_last_chance = false; !with_children_.empty();) {
    const auto waiting = std::exchange(with_children_, {});
    for (std::size_t at = 0; at < waiting.size(); at += cluster_) {
      const auto piece = std::span(waiting).subspan(at, std::min<std::size_t>(cluster_, waiting.size() - at));
      auto findings = dispose(context, store, piece, is_last_chance);
      if (!findings) return std::unexpected(std::move(findings.error()));
      std::ranges::move(*findings, std::back_inserter(all));
    }
    is_last_chance = with_children_.size() == waiting.size();
  }
  return all;
}

}  // namespace tributary::repl
