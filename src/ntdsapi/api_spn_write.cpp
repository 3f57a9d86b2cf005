// SPDX-License-Identifier: Apache-2.0
// DsWriteAccountSpn and DsServerRegisterSpn: the functions about service principal names that change the directory.
// [MS-DRSR] 4.1.28.
#include "ntdsapi/args.hpp"
#include "ntdsapi/ldap_answers.hpp"
#include "ntdsapi/local_names.hpp"
#include "ntdsapi/name_calls.hpp"
#include "ntdsapi/spn.hpp"

using namespace tributary;
using namespace tributary::ntdsapi;

namespace {

Result<> write_spns(Session& session, DS_SPN_WRITE_OP operation, ndr::WString account, ndr::Seq<ndr::WString> spns) {
  drsuapi::DRS_MSG_SPNREQ_V1 message;
  message.operation = static_cast<std::uint32_t>(operation);
  message.pwszAccount = std::move(account);
  message.rpwszSPN = std::move(spns);
  drsuapi::IDL_DRSWriteSPN::In in;
  in.msgIn = std::move(message);
  TRIBUTARY_TRY(reply, session.dc().call<drsuapi::IDL_DRSWriteSPN>(std::move(in), session.call()));
  const auto* answer = reply.msgOut.get_if<1>();
  if (answer == nullptr) return fail(win32::kRpcXBadStubData, "the answer is empty", Phase::kCall);
  if (answer->retVal != 0) return fail(Win32{answer->retVal}, "IDL_DRSWriteSPN", Phase::kCall);
  return {};
}

template <class Char>
DWORD write(HANDLE handle, DS_SPN_WRITE_OP operation, const Char* account, DWORD count, const Char* const* spns) {
  return with_session(handle, [&](Session& session) -> Result<> {
    if (operation < DS_SPN_ADD_SPN_OP || operation > DS_SPN_DELETE_SPN_OP) return fail(win32::kErrorInvalidParameter, "unknown Operation");
    if (count > kNamesMax) return fail(win32::kErrorInvalidParameter, "cSpn is above 10000");
    if (count == 0 && operation != DS_SPN_REPLACE_SPN_OP) return fail(win32::kErrorInvalidParameter, "no names to add or delete");
    if (count != 0 && spns == nullptr) return null_argument("rpszSpn");
    TRIBUTARY_TRY(account_dn, required_wide(account, "pszAccount"));
    ndr::Seq<ndr::WString> names;
    for (DWORD i = 0; i < count; ++i) {
      TRIBUTARY_TRY(name, required_wide(spns[i], "a name"));
      names.push_back(std::move(name));
    }
    return write_spns(session, operation, std::move(account_dn), std::move(names));
  });
}

/// The DN of this machine's computer account.
Result<std::u16string> own_account(Session& session, const LocalNames<char>& local) {
  TRIBUTARY_TRY(directory, open_directory(session.dc(), session.call().timeout));
  if (directory->has_ldap()) return computer_account(*directory, local.netbios);
  return crack_account(session, local.netbios + "$");
}

template <class Char>
DWORD register_here(DS_SPN_WRITE_OP operation, const Char* service_class, const Char* account) {
  return run([&]() -> Result<> {
    if (operation != DS_SPN_ADD_SPN_OP && operation != DS_SPN_DELETE_SPN_OP)
      return fail(win32::kErrorInvalidParameter, "Operation is neither add nor delete");
    TRIBUTARY_TRY(name, required_utf8(service_class, "ServiceClass"));
    TRIBUTARY_TRY(account_dn, optional_wide(account));
    const auto local = local_names();
    ndr::Seq<ndr::WString> spns;
    for (const auto& host : {local.netbios, local.dns}) {
      TRIBUTARY_TRY(spn, make_spn(SpnParts<char>{.service_class = name, .service_name = host}));
      spns.push_back(to_utf16_lossy(spn));
    }
    TRIBUTARY_TRY(session, bind_session({}));
    if (!account_dn) {
      TRIBUTARY_TRY(own, own_account(*session, local));
      account_dn = own;
    }
    return write_spns(*session, operation, std::move(account_dn), std::move(spns));
  });
}

}  // namespace

DWORD DsWriteAccountSpnW(HANDLE hDS, DS_SPN_WRITE_OP Operation, LPCWSTR pszAccount, DWORD cSpn, LPCWSTR* rpszSpn) {
  return write(hDS, Operation, pszAccount, cSpn, rpszSpn);
}
DWORD DsWriteAccountSpnA(HANDLE hDS, DS_SPN_WRITE_OP Operation, LPCSTR pszAccount, DWORD cSpn, LPCSTR* rpszSpn) {
  return write(hDS, Operation, pszAccount, cSpn, rpszSpn);
}
DWORD DsServerRegisterSpnW(DS_SPN_WRITE_OP Operation, LPCWSTR ServiceClass, LPCWSTR UserObjectDN) {
  return register_here(Operation, ServiceClass, UserObjectDN);
}
DWORD DsServerRegisterSpnA(DS_SPN_WRITE_OP Operation, LPCSTR ServiceClass, LPCSTR UserObjectDN) {
  return register_here(Operation, ServiceClass, UserObjectDN);
}
