// SPDX-License-Identifier: Apache-2.0
// IDL_DRSWriteNgcKey and IDL_DRSReadNgcKey: [MS-DRSR] 4.1.30.3, 4.1.31.2.
#include "base/win32.hpp"
#include "repl/updates/modify.hpp"
#include "service/directory/directory.hpp"
#include "service/directory/ngc_key_blob.hpp"
#include "service/directory/session.hpp"

namespace tributary::service {
namespace {

using namespace directory;
using namespace drsuapi;

/// What both calls check of their arguments.
Dnt account_of(const Session& session, const CallContext& call, const WString& name) {
  if (!is_administrators_program(call) || text_of(name).empty()) refuse(win32::kErrorInvalidParameter);
  const Dnt account = session.reader().of_dn(text_of(name));
  if (account == kNoDnt) refuse(win32::kErrorDsObjNotFound);
  return account;
}

/// AccessCheckWriteToKeyCredentialLinkAttribute (4.1.30.2.1) for a new value: a computer may give itself its first key.
bool may_write_key(const Session& session, Dnt account) {
  const auto& asker = session.asker();
  if (asker.may_access(account, security::kRightDsWriteProperty, attid::kMsDsKeyCredentialLink)) return true;
  if (!asker.may_access(account, security::kRightDsWritePropertyExtended, attid::kMsDsKeyCredentialLink)) return false;
  const auto& reader = session.reader();
  const auto object = reader.object(account);
  const auto sids = reader.sids(object, attid::kObjectSid);
  const bool is_self = !sids.empty() && sids.front() == asker.token().user;
  return reader.is_instance(object, class_id::kComputer) && is_self && reader.references(account, attid::kMsDsKeyCredentialLink).empty();
}

void write_key(Dsa& dsa, const CallContext& call, const IDL_DRSWriteNgcKey::In& in) {
  const Session session(dsa, call);
  const auto* request = in.msgIn.get_if<1>();
  if (request == nullptr) refuse(win32::kErrorInvalidParameter);
  const Dnt account = account_of(session, call, request->pwszAccount);
  if (!may_write_key(session, account)) refuse(win32::kErrorDsInsuffAccessRights);
  const Bytes blob = make_key_credential(ByteView(request->pNgcKey.span()), session.context().now);
  const repl::Modification change{repl::ModifyOperation::kReplace, attid::kMsDsKeyCredentialLink, {repl::reference_value(account, blob)}};
  (void)must(dsa.update([&](const repl::Context& context, store::WriteTransaction& tx) {
    return repl::modify(tx, context, account, std::span(&change, 1), repl::ModifyOptions{});
  }));
}

Bytes read_key(Dsa& dsa, const CallContext& call, const IDL_DRSReadNgcKey::In& in) {
  const Session session(dsa, call);
  const auto* request = in.msgIn.get_if<1>();
  if (request == nullptr) refuse(win32::kErrorInvalidParameter);
  const Dnt account = account_of(session, call, request->pwszAccount);
  if (!session.asker().may_access(account, security::kRightDsReadProperty, attid::kMsDsKeyCredentialLink)) refuse(win32::kErrorDsInsuffAccessRights);
  std::optional<Bytes> key;
  must(session.reader().snapshot().links(account, attid::kMsDsKeyCredentialLink, [&](const store::LinkValue& link) {
    if (!link.is_present || link.is_deactivated) return true;
    if (const auto material = find_key_material(link.key.data)) key = to_bytes(*material);
    return !key;
  }));
  if (!key) refuse(win32::kErrorDsObjNotFound);
  return *key;
}

}  // namespace

Result<IDL_DRSWriteNgcKey::Out> write_ngc_key(Dsa& dsa, const CallContext& call, const IDL_DRSWriteNgcKey::In& in) {
  const auto done = guarded([&] { write_key(dsa, call, in); });
  IDL_DRSWriteNgcKey::Out out;
  out.result = static_cast<std::uint32_t>(done ? win32::kErrorSuccess : done.error().code);
  out.msgOut.emplace<1>().retVal = out.result;
  return out;
}

Result<IDL_DRSReadNgcKey::Out> read_ngc_key(Dsa& dsa, const CallContext& call, const IDL_DRSReadNgcKey::In& in) {
  const auto key = guarded([&] { return read_key(dsa, call, in); });
  IDL_DRSReadNgcKey::Out out;
  auto& reply = out.msgOut.emplace<1>();
  out.result = static_cast<std::uint32_t>(key ? win32::kErrorSuccess : key.error().code);
  // 4.1.31.2 writes the codes of the arguments into retVal as well, those behind the check of rights not.
  const bool is_of_arguments = !key && key.error().code != win32::kErrorDsInsuffAccessRights;
  reply.retVal = is_of_arguments ? out.result : 0;
  if (key) reply.pNgcKey = Seq<std::uint8_t>(*key);
  return out;
}

}  // namespace tributary::service
