// SPDX-License-Identifier: Apache-2.0
// The operations of the rootDSE that ask another DSA about one object: replicateSingleObject and removeLingeringObject ([MS-ADTS]
// 3.1.1.3.3.18, 3.1.1.3.3.15; [MS-DRSR] 4.1.10.4.2, 4.1.12.3). Both take "DSA Object DN:Object DN". And enableOptionalFeature (3.1.1.3.3.28).
#include <fmt/format.h>

#include <array>

#include "base/utf.hpp"
#include "drsuapi/compress/native_reply.hpp"
#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"
#include "repl/destination/single_object.hpp"
#include "repl/lingering/verify_objects.hpp"
#include "repl/lingering/object_existence.hpp"
#include "repl/source/local_state.hpp"
#include "repl/updates/garbage.hpp"
#include "repl/updates/optional_features.hpp"
#include "service/ldap/root_dse_modify.hpp"
#include "service/ldap/view.hpp"

namespace tributary::service::ldap_face {

using namespace drsuapi;
using lp::ResultCode;
using store::Dnt;
using store::kNoDnt;

namespace {

constexpr std::chrono::milliseconds kBindTimeout{30'000};
constexpr std::chrono::milliseconds kCallTimeout{60'000};

struct Pair {
  Dnt dsa = kNoDnt;
  std::string_view object;
};

/// A DN may have a colon of its own: the first one behind which a DSA is named is the one that divides.
std::optional<Pair> divide(const View& view, const directory::Reader& reader, std::string_view text) {
  for (auto at = text.find(':'); at != std::string_view::npos; at = text.find(':', at + 1)) {
    const auto found = locate(view, text.substr(0, at));
    if (found && reader.is_instance(reader.object(*found), directory::class_id::kNtdsDsa)) return Pair{*found, text.substr(at + 1)};
  }
  return std::nullopt;
}

lp::Outcome not_found(std::string what) { return refusal(ResultCode::kOperationsError, win32::kErrorDsObjNotFound, std::move(what)); }
lp::Outcome failed(const Error& error) { return lp::outcome_of(ResultCode::kOperationsError, error); }
View view_of(const RootDseModify& asked) { return {asked.call.dsa, asked.context, asked.snapshot, *asked.call.caller}; }

/// The name that the source is asked for, and the NC that it belongs to; kNoDnt when that is not held here.
struct Wanted {
  DSNAME name;
  Dnt nc = kNoDnt;
};
std::optional<Wanted> wanted_object(const RootDseModify& asked, std::string_view text) {
  auto view = view_of(asked);
  view.show_deleted = true;
  if (const auto found = locate(view, text)) return Wanted{asked.reader.dsname(*found), directory::must(repl::nc_of(asked.snapshot, *found))};
  // It need not be here yet: then its DN is all there is.
  const auto dn = repl::parse_dn(asked.reader.schema(), text);
  if (!dn || dn->empty()) return std::nullopt;
  Wanted wanted;
  wanted.name = directory::must(dsname_from_dn(text));
  wanted.nc = directory::must(repl::nc_of_dn(asked.snapshot, asked.reader.schema(), *dn));
  return wanted;
}

}  // namespace

lp::Outcome replicate_single_object(const RootDseModify& asked) {
  auto& dsa = asked.call.dsa;
  const auto pair = divide(view_of(asked), asked.reader, asked.text());
  if (!pair) return not_found("the value has to be \"DN of the source's NTDS Settings:DN of the object\"");
  const auto wanted = wanted_object(asked, pair->object);
  if (!wanted || wanted->nc == kNoDnt) return not_found("the object's NC is not held here");
  if (!asked.has_right(wanted->nc, right::kSynchronize)) return no_right();
  const DsaGuid source{asked.reader.object(pair->dsa).guid().value};
  if (source == asked.context.dsa) return refusal(ResultCode::kOperationsError, win32::kErrorInvalidParameter, "a DSA does not replicate from itself");
  auto handle = dsa.partner(source, kBindTimeout);
  if (!handle) return failed(handle.error());
  auto request = repl::single_object_request(asked.context, asked.snapshot, wanted->nc, wanted->name, (*handle)->server_extensions());
  if (!request) return failed(request.error());
  auto out = (*handle)->call<IDL_DRSGetNCChanges>({{}, std::move(*request)}, {.timeout = kCallTimeout});
  if (!out) return failed(out.error());
  ndr::Arena arena;
  Bytes plain;
  const auto reply = native_reply(std::move(out->msgOut), arena, plain);
  if (!reply) return failed(reply.error());
  const auto done = dsa.update([&](const repl::Context& context, store::WriteTransaction& tx) {
    return repl::apply_single_object(context, tx, wanted->nc, source, *reply, wanted->name, (*handle)->session_key());
  });
  if (!done) return failed(done.error());
  return {};
}

namespace {

/// Whether the reference DSA, whose vector covers the object's creation, no longer has it: one GUID is compared as a scan compares a thousand.
/// Nothing: it cannot be told.
Result<bool> is_gone(const RootDseModify& asked, client::DrsHandle& handle, Dnt nc, const ObjectGuid& guid) {
  const auto name = asked.reader.dsname(nc);
  const auto answered = handle.call<IDL_DRSGetReplInfo>({{}, repl::remote_utd_request(name)}, {.timeout = kCallTimeout});
  if (!answered) return std::unexpected(answered.error());
  const auto theirs = repl::remote_utd(answered->msgOut);
  if (!theirs) return std::unexpected(theirs.error());
  const auto replica = asked.snapshot.nc_replica(nc);
  if (!replica) return std::unexpected(replica.error());
  if (!*replica) return fail(win32::kErrorDsDraBadNc);
  const auto mine = repl::local_utd(asked.context, asked.snapshot, **replica, std::nullopt);
  if (!mine) return std::unexpected(mine.error());
  const auto common = repl::merge_utd(*mine, *theirs);
  const auto covered = repl::guid_sequence(asked.snapshot, nc, guid, 1, common);
  if (!covered) return std::unexpected(covered.error());
  if (covered->empty() || covered->front() != guid) return fail(win32::kErrorDsGenericError, "the other DSA may not have heard of the object yet");
  auto digest = repl::compute_digest(*covered);
  if (!digest) return std::unexpected(digest.error());
  DRS_MSG_EXISTREQ_V1 request;
  request.guidStart = guid.value;
  request.cGuids = 1;
  request.pNC = name;
  request.pUpToDateVecCommonV1 = repl::utd_to_wire_v1(common);
  std::copy(digest->begin(), digest->end(), request.Md5Digest.begin());
  const auto out = handle.call<IDL_DRSGetObjectExistence>({{}, std::move(request)}, {.timeout = kCallTimeout});
  if (!out) return std::unexpected(out.error());
  const auto* const reply = out->msgOut.get_if<1>();
  if (reply == nullptr) return fail(win32::kErrorRevisionMismatch);
  if (reply->dwStatusFlags != 0) return false;  // the digests agree
  return std::ranges::find(reply->rgGuids, guid.value) == reply->rgGuids.end();
}

}  // namespace

lp::Outcome remove_lingering_object(const RootDseModify& asked) {
  auto& dsa = asked.call.dsa;
  const auto pair = divide(view_of(asked), asked.reader, asked.text());
  if (!pair) return not_found("the value has to be \"DN of the other DSA's NTDS Settings:DN of the object\"");
  auto view = view_of(asked);
  view.show_deleted = true;
  const auto found = locate(view, pair->object);
  if (!found) return not_found("there is no such object here");
  const Dnt nc = directory::must(repl::nc_of(asked.snapshot, *found));
  if (!asked.has_right(nc, right::kSynchronize)) return no_right();
  const auto object = asked.reader.object(*found);
  const auto dn = asked.reader.dn(*found);
  auto handle = dsa.partner(DsaGuid{asked.reader.object(pair->dsa).guid().value}, kBindTimeout);
  const auto gone = handle ? is_gone(asked, **handle, nc, object.guid()) : Result<bool>(std::unexpected(handle.error()));
  if (!gone || !*gone)
    return refusal(ResultCode::kOperationsError, win32::kErrorDsGenericError, gone ? "the other DSA has the object" : describe_error(gone.error()));
  const auto done = dsa.update([&](const repl::Context& context, store::WriteTransaction& tx) -> Result<repl::Updates> {
    if (auto removed = repl::expunge(tx, context, *found); !removed) return std::unexpected(std::move(removed.error()));
    return repl::Updates{};
  });
  if (!done) return failed(done.error());
  dsa.log('w', fmt::format("the lingering object {} is removed, asked for by {}", dn, asked.call.caller->principal));
  return {};
}

lp::Outcome enable_optional_feature(const RootDseModify& asked) {
  static constexpr Guid kManageOptionalFeatures = "7c0e2a7c-a419-48e4-a995-10180aad54dd"_guid;
  const auto text = asked.text();
  const auto colon = text.rfind(':');
  const auto feature = colon == std::string_view::npos ? Result<Guid>(fail(win32::kErrorInvalidParameter)) : parse_guid(text.substr(colon + 1));
  if (!feature) return refusal(ResultCode::kOperationsError, win32::kErrorInvalidParameter, "the value has to be \"DN of the scope:GUID of the feature\"");
  const auto scope = locate(view_of(asked), text.substr(0, colon));
  if (!scope) return refusal(ResultCode::kOperationsError, win32::kErrorInvalidParameter, "there is no such scope");
  if (!asked.has_right(*scope, kManageOptionalFeatures)) return no_right();
  if (*scope != asked.partitions.container()) return refusal(ResultCode::kUnwillingToPerform, win32::kErrorDsNotSupported, "features are enabled for the forest: the scope is the Partitions container");
  const auto done = asked.call.dsa.update([&](const repl::Context& context, store::WriteTransaction& tx) {
    return repl::enable_optional_feature(tx, context, *feature, repl::CheckLevel::kClient);
  });
  if (done) return {};
  switch (done.error().code) {
    case win32::kErrorDsObjNotFound: return refusal(ResultCode::kOperationsError, win32::kErrorInvalidParameter, "nobody knows the feature");
    case win32::kErrorDsAttValAlreadyExists: return lp::outcome_of(ResultCode::kAttributeOrValueExists, done.error());
    case win32::kErrorDsNotSupported: return lp::outcome_of(ResultCode::kUnwillingToPerform, done.error());
    default: return failed(done.error());
  }
}

}  // namespace tributary::service::ldap_face
