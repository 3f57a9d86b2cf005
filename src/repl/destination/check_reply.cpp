// SPDX-License-Identifier: Apache-2.0
// See check_reply.hpp.
#include "repl/destination/check_reply.hpp"

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "repl/objects/attids.hpp"
#include "repl/updates/nc.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;

std::unexpected<Error> malformed(std::string what) { return fail(win32::kErrorDsDraInvalidParameter, std::move(what)); }

/// `may_be_eternal`: of isDeleted, whose stamp on the Deleted Objects container is of one certain second far away ([MS-ADTS] 6.1.1.4.2).
Result<void> check_stamp(const PROPERTY_META_DATA_EXT& stamp, const ReplyExpectation& expected, bool may_be_eternal = false) {
  if (stamp.usnOriginating < 0) return malformed("a stamp with a negative USN");
  const bool is_eternal = may_be_eternal && stamp.timeChanged == kDeletedObjectsTime.seconds;
  if (stamp.timeChanged > expected.now.seconds + kStampAheadMax_s && !is_eternal)
    return fail(win32::kErrorTimeSkew, "a stamp of " + to_string(DsTime{stamp.timeChanged}));
  if (stamp.uuidDsaOriginating == expected.self.value && stamp.usnOriginating > expected.highest_committed.value)
    return fail(win32::kErrorDsDraSinkDisabled, "the source has an update of ours with USN " + std::to_string(stamp.usnOriginating) +
                                                    ", and we are at " + std::to_string(expected.highest_committed.value));
  return {};
}

Result<void> check_object(const REPLENTINFLIST& entry, const ReplyExpectation& expected, const DSNAME& nc) {
  if (!entry.Entinf.pName || entry.Entinf.pName->Guid.is_null()) return malformed("an object without a GUID");
  const auto& attributes = entry.Entinf.AttrBlock.pAttr;
  if (!entry.pMetaDataExt || entry.pMetaDataExt->rgMetaData.size() != attributes.size()) return malformed("attributes without stamps");
  const bool is_nc = !nc.Guid.is_null() && entry.Entinf.pName->Guid == nc.Guid;
  if (!nc.Guid.is_null() && (entry.fIsNCPrefix != 0) != is_nc) return malformed("the wrong object is the NC's root");
  const auto& stamps = entry.pMetaDataExt->rgMetaData;
  for (std::size_t i = 0; i < stamps.size(); ++i) {
    // Its number is the same under every prefix table that anybody uses.
    const bool may_be_eternal = attributes[i].attrTyp == static_cast<ATTRTYP>(attid::kIsDeleted);
    if (auto checked = check_stamp(stamps[i], expected, may_be_eternal); !checked) return checked;
  }
  return {};
}

bool is_same_name(const DSNAME& a, const DSNAME& b) {
  if (!a.Guid.is_null() && !b.Guid.is_null()) return a.Guid == b.Guid;
  const auto text = [](const DSNAME& name) { return to_utf8_lossy({name.StringName.data(), name.StringName.size()}); };
  return equals_ignoring_case(text(a), text(b));
}

/// The source's word about where we stand.
Result<void> check_position(const DRS_MSG_GETCHGREPLY_V9& reply, const ReplyExpectation& expected) {
  const auto to = reply.usnvecTo.usnHighObjUpdate;
  if (to < 0) return malformed("a negative position");
  const bool goes_on = !expected.invocation.is_null() && reply.uuidInvocIdSrc == expected.invocation.value;
  if (goes_on && to < expected.position.usnHighObjUpdate)
    return fail(win32::kErrorDsDraSourceReinstalled, "the source is at USN " + std::to_string(to) + " and was at " +
                                                         std::to_string(expected.position.usnHighObjUpdate));
  const bool is_empty = reply.pObjects.empty() && reply.rgValues.empty();
  const auto from = goes_on ? expected.position.usnHighObjUpdate : 0;
  if (reply.fMoreData != 0 && is_empty && to == from)
    return fail(win32::kErrorDsDraInternalError, "the source announces more changes, sent none and stands still");
  return {};
}

Result<void> check_vector(const DRS_MSG_GETCHGREPLY_V9& reply, const ReplyExpectation& expected) {
  if (!reply.pUpToDateVecSrc) return {};
  const auto theirs = utd_from_wire(*reply.pUpToDateVecSrc);
  for (const auto& cursor : theirs.cursors())
    if (cursor.usn_high_prop_update.value < 0) return malformed("a negative cursor");
  if (const auto usn = find_rollback(theirs, expected.self, expected.highest_committed))
    return fail(win32::kErrorDsDraSinkDisabled, "the source has seen us at USN " + std::to_string(usn->value) + ", and we are at " +
                                                    std::to_string(expected.highest_committed.value));
  const InvocationId source{reply.uuidInvocIdSrc};
  const auto* const own = theirs.find(source);
  const auto* const known = expected.mine == nullptr ? nullptr : expected.mine->find(source);
  if (known != nullptr && own != nullptr && own->usn_high_prop_update < known->usn_high_prop_update)
    return fail(win32::kErrorDsDraSourceReinstalled, "the source has made " + std::to_string(own->usn_high_prop_update.value) +
                                                         " updates and is known to have made " +
                                                         std::to_string(known->usn_high_prop_update.value));
  return {};
}

}  // namespace

Result<void> check_reply(const DRS_MSG_GETCHGREPLY_V9& reply, const ReplyExpectation& expected) {
  if (!reply.pNC || !is_same_name(*reply.pNC, *expected.nc)) return fail(win32::kErrorDsDraBadNc, "the reply is of another NC");
  if (!expected.source.is_null() && reply.uuidDsaObjSrc != expected.source.value)
    return fail(win32::kErrorDsDraSourceReinstalled, "DSA " + to_string(reply.uuidDsaObjSrc) + " answers");
  if (reply.uuidInvocIdSrc == Guid{}) return malformed("a source without an invocationId");
  if (!expected.is_extended)
    if (auto checked = check_position(reply, expected); !checked) return checked;
  if (auto checked = check_vector(reply, expected); !checked) return checked;
  for (const auto& entry : reply.pObjects)
    if (auto checked = check_object(entry, expected, expected.is_extended ? DSNAME{} : *reply.pNC); !checked) return checked;
  for (const auto& link : reply.rgValues) {
    if (!link.pObject || link.pObject->Guid.is_null()) return malformed("a link value without an object");
    if (auto checked = check_stamp(link.MetaData.MetaData, expected); !checked) return checked;
    if (link.MetaData.timeCreated > expected.now.seconds + kStampAheadMax_s)
      return fail(win32::kErrorTimeSkew, "a link value made at " + to_string(DsTime{link.MetaData.timeCreated}));
  }
  return {};
}

}  // namespace tributary::repl
