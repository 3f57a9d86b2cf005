// SPDX-License-Identifier: Apache-2.0
// IDL_DRSAddSidHistory: [MS-DRSR] 4.1.2.3. The check of the channel and the form for one domain (DEL_SRC_OBJ) are whole; the form across
// forests goes as far as this DSA can judge alone.
#include <algorithm>

#include "base/win32.hpp"
#include "repl/updates/modify.hpp"
#include "repl/updates/remove.hpp"
#include "service/directory/directory.hpp"
#include "service/directory/session.hpp"
#include "service/directory/well_known_names.hpp"

namespace tributary::service {
namespace {

using namespace directory;
using namespace drsuapi;

/// IsAuditingEnabled: what a DSA here is asked for it writes into its log.
constexpr char kAuditLevel = 'w';

bool is_empty(const WString& text) noexcept { return text && text->empty(); }
bool is_null_or_empty(const WString& text) noexcept { return !text || text->empty(); }

/// dwWin32Error when the call itself succeeds; refuse() when the call fails.
class SidHistoryCall {
 public:
  SidHistoryCall(Dsa& dsa, const Session& session, const CallContext& call, const DRS_MSG_ADDSIDREQ_V1& request)
      : dsa_(dsa), session_(session), reader_(session.reader()), call_(call), request_(request) {}

  /// Second mode: within the domain; the source goes.
  Win32 move_within_domain() {
    if (request_.SrcDomain || request_.DstDomain || !request_.SrcCredsUser.empty() || !request_.SrcCredsDomain.empty() ||
        !request_.SrcCredsPassword.empty() || is_empty(request_.SrcDomainController) || is_null_or_empty(request_.SrcPrincipal) ||
        is_null_or_empty(request_.DstPrincipal))
      refuse(win32::kErrorInvalidParameter);
    const auto source_nc = nc_of_name(request_.SrcPrincipal), destination_nc = nc_of_name(request_.DstPrincipal);
    if (source_nc == kNoDnt || source_nc != destination_nc) return win32::kErrorInvalidParameter;
    if (destination_nc != reader_.default_nc()) return code::kErrorDsMasterdsaRequired;
    if (!may_migrate(destination_nc)) return win32::kErrorDsInsuffAccessRights;
    const auto* cross_ref = session_.partitions().of_nc(destination_nc);
    if (cross_ref == nullptr) return win32::kErrorDsInternalFailure;
    if (is_mixed(*cross_ref)) return code::kErrorDsDstDomainNotNative;
    const Dnt source = reader_.of_dn(text_of(request_.SrcPrincipal)), destination = reader_.of_dn(text_of(request_.DstPrincipal));
    if (!is_movable(source) || !is_movable(destination) || source == destination) return win32::kErrorInvalidParameter;
    if (!session_.asker().may_delete(source)) return win32::kErrorAccessDenied;
    return move(source, destination);
  }

  /// Third mode: from another forest. DEVIATION: 4.1.2.3 goes to the source domain's PDC with the caller's credentials or those in the
  /// request; a DSA here has neither, so that a request that is right so far ends as if no such DC could be reached.
  Win32 copy_from_other_forest() {
    if (is_null_or_empty(request_.SrcDomain) || is_null_or_empty(request_.DstDomain) || is_empty(request_.SrcDomainController) ||
        is_null_or_empty(request_.SrcPrincipal) || is_null_or_empty(request_.DstPrincipal))
      refuse(win32::kErrorInvalidParameter);
    // The forest's other NCs have the root domain's dnsRoot: domains are meant.
    const auto* destination = session_.partitions().domain_called(text_of(request_.DstDomain));
    if (destination == nullptr) return code::kErrorDsDestinationDomainNotInForest;
    if (session_.partitions().domain_called(text_of(request_.SrcDomain)) != nullptr) return code::kErrorDsSourceDomainInForest;
    if (destination->nc != reader_.default_nc()) return code::kErrorDsMasterdsaRequired;
    if (is_mixed(*destination)) return code::kErrorDsDstDomainNotNative;
    if (!may_migrate(destination->nc)) return win32::kErrorDsInsuffAccessRights;
    auto accounts = reader_.equal_text(attid::kSamAccountName, text_of(request_.DstPrincipal));
    std::erase_if(accounts, [&](Dnt dnt) { return reader_.object(dnt).nc() != destination->nc; });
    if (accounts.empty()) return win32::kErrorDsObjNotFound;
    return code::kErrorDsCantFindDcForSrcDomain;
  }

 private:
  [[nodiscard]] Dnt nc_of_name(const WString& dn) const {
    const auto rdns = repl::parse_dn(reader_.schema(), text_of(dn));
    return rdns && !rdns->empty() ? must(repl::nc_of_dn(reader_.snapshot(), reader_.schema(), *rdns)) : kNoDnt;
  }
  [[nodiscard]] bool is_mixed(const CrossRef& cross_ref) const {
    return reader_.object(cross_ref.object).first_u32(attid::kNtMixedDomain).value_or(0) == 1;
  }
  [[nodiscard]] bool may_migrate(Dnt nc) {
    if (session_.asker().has_right(nc, kMigrateSidHistory)) return true;
    dsa_.log(kAuditLevel, "SID history: " + call_.caller->principal + " has no right to write it");
    return false;
  }
  /// A user or group that is not one of the domain's own.
  [[nodiscard]] bool is_movable(Dnt dnt) const {
    const auto object = reader_.living(dnt);
    if (!object || !(reader_.is_instance(*object, class_id::kUser) || reader_.is_instance(*object, class_id::kGroup))) return false;
    const auto sids = reader_.sids(*object, attid::kObjectSid);
    const auto domain = reader_.sids(reader_.object(reader_.default_nc()), attid::kObjectSid);
    return !sids.empty() && !domain.empty() && !is_well_known_domain_relative(sids.front(), domain.front());
  }
  [[nodiscard]] Win32 move(Dnt source, Dnt destination) {
    const auto record = reader_.object(source);
    auto sids = reader_.sids(record, attid::kObjectSid);
    for (const Sid& sid : reader_.sids(record, attid::kSidHistory)) sids.push_back(sid);
    repl::Modification change{repl::ModifyOperation::kAdd, attid::kSidHistory, {}};
    for (const Sid& sid : sids) change.values.push_back(repl::octets_value(encode_sid(sid)));
    // The update is the DSA's own: sIDHistory is closed to clients.
    const repl::ModifyOptions options{repl::CheckLevel::kReplica, true, false};
    const auto done = dsa_.update([&](const repl::Context& context, store::WriteTransaction& tx) {
      return guarded([&] {
        auto updates = must(repl::remove_object(tx, context, source, repl::CheckLevel::kClient));
        updates.append(must(repl::modify(tx, context, destination, std::span(&change, 1), options)));
        return updates;
      });
    });
    if (!done) return done.error().code;
    dsa_.log('i', "SID history: " + call_.caller->principal + " moved " + text_of(request_.SrcPrincipal) + " into " + text_of(request_.DstPrincipal));
    return win32::kErrorSuccess;
  }

  Dsa& dsa_;
  const Session& session_;
  const Reader& reader_;
  const CallContext& call_;
  const DRS_MSG_ADDSIDREQ_V1& request_;
};

}  // namespace

Result<IDL_DRSAddSidHistory::Out> add_sid_history(Dsa& dsa, const CallContext& call, const IDL_DRSAddSidHistory::In& in) {
  IDL_DRSAddSidHistory::Out out;
  auto& error = out.msgOut.emplace<1>().dwWin32Error;
  error = static_cast<std::uint32_t>(win32::kErrorDsInternalFailure);
  const auto done = guarded([&] {
    const auto* request = in.msgIn.get_if<1>();
    if (request == nullptr) refuse(win32::kErrorInvalidParameter);
    // Every connection here is sealed by a key of 128 bits or more, or it was refused.
    if ((request->Flags & DS_ADDSID_FLAG_PRIVATE_CHK_SECURE) != 0) {
      error = 0;
      return;
    }
    const Session session(dsa, call);
    SidHistoryCall history(dsa, session, call, *request);
    const bool within = (request->Flags & DS_ADDSID_FLAG_PRIVATE_DEL_SRC_OBJ) != 0;
    error = static_cast<std::uint32_t>(within ? history.move_within_domain() : history.copy_from_other_forest());
  });
  out.result = static_cast<std::uint32_t>(done ? win32::kErrorSuccess : done.error().code);
  return out;
}

}  // namespace tributary::service
