// SPDX-License-Identifier: Apache-2.0
// IDL_DRSCrackNames: [MS-DRSR] 4.1.4.3. No right is asked for: whoever may bind may translate names.
#include "base/win32.hpp"
#include "service/directory/directory.hpp"
#include "service/directory/name_lists.hpp"
#include "service/directory/session.hpp"

namespace tributary::service {
namespace {

using namespace directory;
using namespace drsuapi;

DS_NAME_RESULT_ITEMW to_item(const CrackedName& name) { return {name.status, wide_or_null(name.domain), wide_or_null(name.name)}; }

/// A name for each that was offered (the formats of 4.1.4.1.2), or a list; any other format gives no items.
bool is_name_format(std::uint32_t format) noexcept {
  return format <= DS_DNS_DOMAIN_NAME || format == DS_NT4_ACCOUNT_NAME_SANS_DOMAIN || format == DS_NT4_ACCOUNT_NAME_SANS_DOMAIN_EX ||
         format == DS_ALT_SECURITY_IDENTITIES_NAME || format == DS_STRING_SID_NAME || format == DS_USER_PRINCIPAL_NAME_AND_ALTSECID;
}

std::vector<CrackedName> crack(const Session& session, const CallContext& call, const DRS_MSG_CRACKREQ_V1& request, std::uint32_t flags) {
  std::vector<std::string> names;
  for (const auto& name : request.rpNames) names.push_back(text_of(name));
  if (auto list = list_names(session.reader(), session.partitions(), request.formatOffered, names)) return std::move(*list);
  std::vector<CrackedName> cracked;
  const NameCracker cracker(session.reader(), session.partitions(), flags);
  for (const auto& name : names) {
    stop_when_cancelled(call, cracked.size());
    if (request.formatOffered == DS_MAP_SCHEMA_GUID) cracked.push_back(map_schema_guid(session.reader(), name));
    else if (is_name_format(request.formatOffered)) cracked.push_back(cracker.lookup(request.formatOffered, request.formatDesired, name));
  }
  return cracked;
}

}  // namespace

Result<IDL_DRSCrackNames::Out> crack_names(Dsa& dsa, const CallContext& call, const IDL_DRSCrackNames::In& in) {
  return guarded([&] {
    const Session session(dsa, call);
    const auto* request = in.msgIn.get_if<1>();
    if (request == nullptr) refuse(win32::kErrorInvalidParameter);
    std::uint32_t flags = request->dwFlags;
    if ((flags & DS_NAME_FLAG_GCVERIFY) != 0 && !session.partitions().is_gc()) refuse(win32::kErrorDsGcverifyError);
    if (is_administrators_program(call)) flags |= DS_NAME_FLAG_PRIVATE_RESOLVE_FPOS;
    DS_NAME_RESULTW result;
    for (const auto& name : crack(session, call, *request, flags)) result.rItems.push_back(to_item(name));
    IDL_DRSCrackNames::Out out;
    out.msgOut.emplace<1>().pResult = std::move(result);
    return out;
  });
}

}  // namespace tributary::service
