// SPDX-License-Identifier: Apache-2.0
// Fuzzes the parsers of account names and service principal names (src/security). Beyond not crashing: what was accepted has the parts
// that it promises, and a name put together again reads the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "security/account_name.hpp"
#include "security/target_name.hpp"

using namespace tributary::security;

namespace {

void check_account(std::string_view text) {
  const auto name = parse_account_name(text);
  if (!name) return;
  TRIBUTARY_ASSERT(!name->user.empty());
  std::string again = name->user;
  if (name->form == AccountName::Form::kDownLevel) again = name->domain + "\\" + name->user;
  if (name->form == AccountName::Form::kPrincipal) again = name->user + "@" + name->domain;
  TRIBUTARY_ASSERT(again == text);
  TRIBUTARY_ASSERT(parse_account_name(again) == *name);
  TRIBUTARY_ASSERT(kerberos_principal(*name, "lab.example").size() >= name->user.size());
}

void check_target(std::string_view text) {
  const auto target = TargetName::from_spn(text);
  if (!target) return;
  TRIBUTARY_ASSERT(target->text() == text);
  TRIBUTARY_ASSERT(target->gss_text().starts_with(text) || target->gss_text() == text);
  TRIBUTARY_ASSERT(target->gss_text().contains('@'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_account(text);
  check_target(text);
  const std::size_t half = size / 2;
  if (const auto target = TargetName::host_based(text.substr(0, half), text.substr(half)))
    TRIBUTARY_ASSERT(target->gss_text().contains('@'));
  return 0;
}
