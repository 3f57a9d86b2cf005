// SPDX-License-Identifier: Apache-2.0
// See passwords.hpp.
#include "service/ldap/passwords.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/compress/secrets.hpp"
#include "repl/updates/remove.hpp"
#include "security/access/well_known_sids.hpp"
#include "security/ntlm/crypto.hpp"
#include "service/directory/partitions.hpp"
#include "service/ldap/requests.hpp"
#include "service/ldap/sam.hpp"

namespace tributary::service::ldap_face {
namespace {

constexpr Guid kForceChangePassword = "00299570-246d-11d0-a768-00aa006e0529"_guid;  // [MS-ADTS] 5.1.3.2.1
constexpr std::size_t kPasswordUnitsMax = 256;

/// The name of the DC that sets passwords: whoever has the PDC's role. Empty when that is this DSA.
std::string pdc_of(LdapCall& call) {
  const auto context = call.dsa.context();
  const auto snapshot = call.dsa.store().read();
  const auto name = directory::guarded([&]() -> std::string {
    const directory::Reader reader(context, *snapshot, call.dsa.identity());
    const Dnt owner = directory::Partitions(reader).role_owner(directory::FsmoRole::kPdc);
    if (owner == reader.dsa_object()) return "";
    const auto settings = reader.living(owner);
    const auto server = settings ? reader.living(settings->parent()) : std::nullopt;
    return server ? reader.text(*server, attid::kDnsHostName).value_or("") : "";
  });
  return name ? *name : std::string();
}

lp::Outcome refused(Win32 win32, std::string detail) {
  return lp::outcome_of(ResultCode::kUnwillingToPerform, Error{win32, Phase::kNone, std::move(detail)});
}

lp::Outcome no_password_hook(LdapCall& call) {
  const auto pdc = pdc_of(call);
  return refused(win32::kErrorDsUnwillingToPerform,
                 "this DSA has no KDC to give passwords to (ldap.password_command)" + (!pdc.empty() ? "; the owner of the PDC role sets them: " + pdc : std::string()));
}

/// The value as clients send it: in quotes, in UTF-16.
SecretBytes read_password(ByteView octets) {
  std::u16string units;
  for (std::size_t i = 0; i + 1 < octets.size(); i += 2) units += static_cast<char16_t>(load_le<std::uint16_t>(octets.data() + i));
  const bool is_quoted = octets.size() % 2 == 0 && units.size() >= 2 && units.front() == u'"' && units.back() == u'"';
  if (!is_quoted || units.size() > kPasswordUnitsMax + 2)
    refuse(ResultCode::kUnwillingToPerform, win32::kErrorInvalidParameter, "unicodePwd is the password in quotes, in UTF-16 (little-endian)");
  auto text = to_utf8_lossy(std::u16string_view(units).substr(1, units.size() - 2));
  SecretBytes password(as_bytes(text));
  std::ranges::fill(units, u'\0');
  std::ranges::fill(text, '\0');
  return password;
}

struct Account {
  Dnt dnt = kNoDnt;
  std::string principal;
  std::uint32_t rid = 0;
  bool is_enabled = false;
};
Account account_of(const Write& write, Dnt dnt) {
  const auto object = write.object(dnt);
  const auto sid = object.head().sid;
  const auto parts = sid ? security::split_sid(*sid) : std::nullopt;
  const auto name = write.reader.text(object, attid::kSamAccountName);
  if (!write.is_a(object, class_id::kUser) || !parts || !name) unwilling(win32::kErrorDsIllegalModOperation, "only an account has a password");
  const auto control = object.first_u32(attid::kUserAccountControl).value_or(0);
  return {dnt, *name + "@" + write.call.settings->kerberos_realm, parts->rid, (control & directory::kUfAccountDisable) == 0};
}

/// After the KDC has it: the hash for NTLM and replication, and the time. The password's history stays as it is.
void store_password(Write& write, const Account& account, ByteView password) {
  const auto hash = must(security::ntlm::nt_hash(text_of(password)));
  const auto layered = must(apply_rid_layer(account.rid, hash.view()));
  write.set_as_system(account.dnt, attid::kUnicodePwd, repl::octets_value(layered.view()));
  write.set_as_system(account.dnt, attid::kPwdLastSet, repl::i64_value(static_cast<std::int64_t>(write.context.now.ticks)));
}

/// The one value of a reset; refuses a change, which needs the old password.
ByteView new_password(const schema::Schema& schema, const lp::ModifyRequest& request) {
  const lp::ModifyRequest::Change* reset = nullptr;
  for (const auto& change : request.changes) {
    if (!is_password(schema, change.attribute.attribute)) continue;
    if (change.operation != lp::ModifyRequest::Operation::kReplace)
      unwilling(win32::kErrorNotSupported, "the old password cannot be verified here: a password is replaced (by who may reset it) or changed at the KDC with kpasswd");
    if (reset != nullptr || change.attribute.values.size() != 1) unwilling(win32::kErrorInvalidParameter, "a password is one value");
    reset = &change;
  }
  if (reset == nullptr) unwilling(win32::kErrorInvalidParameter, "a password is one value");
  return reset->attribute.values.front();
}

class PasswordOperation final : public lp::Operation {
 public:
  PasswordOperation(LdapCall call, lp::ResponseTag tag, WriteControls controls) : call_(std::move(call)), tag_(tag), controls_(controls) {}
  State run(Bytes& out) override {
    lp::append_result(out, call_.message.id, tag_, outcome());
    return State::kDone;
  }
  [[nodiscard]] bool blocks() const noexcept override { return true; }

 private:
  lp::Outcome outcome() {
    if (!call_.settings->password_hook) return no_password_hook(call_);
    if (!call_.is_protected) return refused(win32::kErrorDsConfidentialityRequired, "a password travels over TLS or a sealing layer only");
    return tag_ == lp::ResponseTag::kAdd ? add() : modify();
  }

  lp::Outcome tell_kdc(const Account& account, const SecretBytes& password) {
    const auto told = call_.settings->password_hook->set_password(account.principal, text_of(password.view()), account.is_enabled);
    return told ? lp::Outcome{} : lp::outcome_of(ResultCode::kUnwillingToPerform, told.error());
  }

  lp::Outcome modify() {
    const auto& request = std::get<lp::ModifyRequest>(call_.message.request);
    Account account;
    SecretBytes password;
    auto outcome = write_now(call_, controls_, [&](Write& write) {
      password = read_password(new_password(write.schema(), request));
      account = account_of(write, write.locate(request.dn));
      write.demand(write.access(account.dnt).control_access(kForceChangePassword), account.dnt, "resetting a password needs User-Force-Change-Password");
    });
    if (outcome.ok()) outcome = tell_kdc(account, password);
    if (!outcome.ok()) return outcome;
    return write_now(call_, controls_, [&](Write& write) {
      store_password(write, account, password.view());
      perform_modify(write, request);
    });
  }

  lp::Outcome add() {
    const auto& request = std::get<lp::AddRequest>(call_.message.request);
    Account account;
    SecretBytes password;
    auto outcome = write_now(call_, controls_, [&](Write& write) {
      for (const auto& given : request.attributes)
        if (is_password(write.schema(), given.attribute)) {
          if (given.values.size() != 1) unwilling(win32::kErrorInvalidParameter, "a password is one value");
          password = read_password(given.values.front());
        }
      account = account_of(write, perform_add(write, request));
    });
    if (!outcome.ok()) return outcome;
    outcome = tell_kdc(account, password);
    if (outcome.ok()) return write_now(call_, controls_, [&](Write& write) { store_password(write, account, password.view()); });
    (void)write_now(call_, controls_, [&](Write& write) {
      write.updates.append(must(repl::remove_object(write.tx, write.context, account.dnt, repl::CheckLevel::kReplica)));
    });
    return outcome;
  }

  LdapCall call_;
  lp::ResponseTag tag_;
  WriteControls controls_;
};

}  // namespace

bool is_password(const schema::Schema& schema, std::string_view attribute) {
  const auto* found = schema.find_attribute(attribute);
  return found != nullptr && (found->attid == attid::kUnicodePwd || found->ldap_display_name == "userPassword");
}

bool writes_password(const repl::Context& context, const lp::Request& request) {
  // Names only: a request without such a name costs a look at each.
  const auto is = [&](std::string_view name) { return (name.size() == 10 || name.size() == 12 || name.contains('.')) && is_password(*context.schema, name); };
  if (const auto* add = std::get_if<lp::AddRequest>(&request))
    return std::ranges::any_of(add->attributes, [&](const auto& each) { return is(each.attribute); });
  if (const auto* modify = std::get_if<lp::ModifyRequest>(&request))
    return std::ranges::any_of(modify->changes, [&](const auto& each) { return is(each.attribute.attribute); });
  return false;
}

std::unique_ptr<lp::Operation> password_operation(LdapCall call, lp::ResponseTag tag, WriteControls controls) {
  return std::make_unique<PasswordOperation>(std::move(call), tag, controls);
}

}  // namespace tributary::service::ldap_face
