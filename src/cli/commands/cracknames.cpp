// SPDX-License-Identifier: Apache-2.0
// tributary cracknames: names from one format into another, and the lists of sites, servers and roles. IDL_DRSCrackNames
// ([MS-DRSR] 4.1.4).
#include <fmt/format.h>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/table.hpp"
#include "drsuapi/constants.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string dc;
  std::vector<std::string> names;
  std::string offered = "unknown";
  std::string desired = "dn";
  bool gc_verify = false;
  bool trust_referral = false;
  std::uint32_t offered_format = 0, desired_format = 0;
};

std::string check(Arguments& arguments) {
  const auto offered = parse_name_format(arguments.offered);
  if (!offered) return offered.error().detail;
  const auto desired = parse_name_format(arguments.desired);
  if (!desired) return desired.error().detail;
  arguments.offered_format = *offered;
  arguments.desired_format = *desired;
  // The lists take the name of a site, a server or a domain, or nothing; every other format needs names.
  const bool list = *offered >= drsuapi::DS_NT4_ACCOUNT_NAME_SANS_DOMAIN_EX;
  if (arguments.names.empty() && !list) return "give at least one name";
  if (arguments.names.empty()) arguments.names.emplace_back();
  return {};
}

/// DS_NAME_ERROR ([MS-DRSR] 4.1.4.1.8) as the Win32 code that means the same.
Win32 code_of_status(std::uint32_t status) {
  if (status == drsuapi::DS_NAME_ERROR_TRUST_REFERRAL) return win32::kErrorDsNameErrorTrustReferral;
  constexpr std::uint32_t kFirst = 8468;
  return status <= 6 ? Win32{kFirst + status} : win32::kErrorDsNameErrorResolving;
}

Result<drsuapi::DRS_MSG_CRACKREQ_V1> make_request(const Arguments& arguments) {
  drsuapi::DRS_MSG_CRACKREQ_V1 request;
  request.formatOffered = arguments.offered_format;
  request.formatDesired = arguments.desired_format;
  request.dwFlags =
      (arguments.gc_verify ? drsuapi::DS_NAME_FLAG_GCVERIFY : 0u) | (arguments.trust_referral ? drsuapi::DS_NAME_FLAG_TRUST_REFERRAL : 0u);
  for (const auto& name : arguments.names) {
    auto wide = to_utf16(name);
    if (!wide) return std::unexpected(std::move(wide.error()));
    request.rpNames.push_back(drsuapi::WString{std::move(*wide)});
  }
  return request;
}

/// What the i-th item of the answer is about: the name that was asked, or, for the lists whose items mean something by their place
/// ([MS-DRSR] 4.1.4.2), that meaning.
std::string asked_for(const Arguments& arguments, std::size_t i, std::size_t items) {
  constexpr std::string_view kRoles[] = {"schema", "domain naming", "PDC", "RID", "infrastructure"};
  constexpr std::string_view kServerInfo[] = {"NTDS Settings", "DNS host name", "computer account"};
  if (arguments.offered_format == drsuapi::DS_LIST_ROLES) return i < std::size(kRoles) ? std::string(kRoles[i]) : std::string();
  if (arguments.offered_format == drsuapi::DS_LIST_INFO_FOR_SERVER) return i < std::size(kServerInfo) ? std::string(kServerInfo[i]) : std::string();
  return i < arguments.names.size() && arguments.names.size() == items ? arguments.names[i] : std::string();
}

std::string text(const drsuapi::WString& wide) { return wide ? to_utf8_lossy(*wide) : std::string(); }

Result<> run(Context& context, const Arguments& arguments) {
  auto request = make_request(arguments);
  if (!request) return std::unexpected(std::move(request.error()));
  auto handle = context.bind(arguments.dc);
  if (!handle) return std::unexpected(std::move(handle.error()));
  drsuapi::IDL_DRSCrackNames::In in;
  in.msgIn = std::move(*request);
  auto out = (*handle)->call<drsuapi::IDL_DRSCrackNames>(std::move(in), context.call_options());
  if (!out) return std::unexpected(std::move(out.error()));
  const auto* const reply = out->msgOut.get_if<1>();
  if (reply == nullptr || !reply->pResult) return fail(win32::kRpcXBadStubData, "the DC answered without a result", Phase::kCall);

  Table table({{"asked"}, {"status"}, {"domain"}, {"result"}});
  boost::json::array items;
  std::optional<Error> failed;
  const auto& found = reply->pResult->rItems;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& item = found[i];
    const std::string asked = asked_for(arguments, i, found.size());
    const std::string status = drsuapi::value_name(drsuapi::kNameErrorNames, item.status);
    table.add({asked, status, text(item.pDomain), text(item.pName)});
    items.push_back({{"asked", asked}, {"status", item.status}, {"statusName", status}, {"domain", text(item.pDomain)}, {"name", text(item.pName)}});
    // From DS_NAME_ERROR_IS_FPO down the status describes what was found; it is not an error.
    if (item.status != drsuapi::DS_NAME_NO_ERROR && item.status < drsuapi::DS_NAME_ERROR_IS_SID_HISTORY_UNKNOWN && !failed)
      failed = Error{code_of_status(item.status), Phase::kCall, asked};
  }
  context.say_lines(table.text());
  context.print("tributary.cracknames/1", {{"host", (*handle)->host()},
                                           {"offered", drsuapi::value_name(drsuapi::kNameFormatNames, arguments.offered_format)},
                                           {"desired", drsuapi::value_name(drsuapi::kNameFormatNames, arguments.desired_format)},
                                           {"items", std::move(items)}});
  if (failed) return std::unexpected(std::move(*failed));
  return {};
}

}  // namespace

void register_cracknames(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("cracknames",
                                    {kGroupTools, "Translate names between formats, or list sites, servers and roles",
                                     "  tributary cracknames dc1.lab.example 'LAB\\administrator'\n"
                                     "  tributary cracknames dc1.lab.example --offered dn --desired sid CN=ada,CN=Users,DC=lab,DC=example\n"
                                     "  tributary cracknames dc1.lab.example --offered list-roles\n"},
                                    arguments, run, check);
  sub->add_option("DC", arguments->dc, "The DC to ask")->required();
  sub->add_option("NAME", arguments->names, "Names; none for the lists that take none");
  sub->add_option(
         "--offered,--from", arguments->offered,
         "Format of NAME (default: unknown, the DC tries them): " + name_format_help() + ",\nor DS_... as [MS-DRSR] 4.1.4.1.2 spells it, or a number")
      ->type_name("FORMAT");
  sub->add_option("--desired,--to", arguments->desired, "Format of the answer (default: dn)")->type_name("FORMAT");
  sub->add_flag("--gc-verify", arguments->gc_verify, "Let the DC ask a global catalog (DS_NAME_FLAG_GCVERIFY)");
  sub->add_flag("--trust-referral", arguments->trust_referral, "Let the DC refer to a trusted forest (DS_NAME_FLAG_TRUST_REFERRAL)");
}

}  // namespace tributary::cli
