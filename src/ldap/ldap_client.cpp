// SPDX-License-Identifier: Apache-2.0
// libldap behind the Connection interface: synchronous operations with a limit on each wait, paged searches (RFC 2696), SASL by hand.
#include "ldap/ldap_client.hpp"

#include <ldap.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "ldap/sasl_layer.hpp"
#include "security/target_name.hpp"

namespace tributary::ldap_client {
namespace {

constexpr const char* kShowRecycledOid = "1.2.840.113556.1.4.2064";  // [MS-ADTS] 3.1.1.3.4.1.27
constexpr const char* kExtendedDnOid = "1.2.840.113556.1.4.529";     // [MS-ADTS] 3.1.1.3.4.1.5
constexpr std::array<std::uint8_t, 5> kExtendedDnString = {0x30, 0x03, 0x02, 0x01, 0x01};  // SEQUENCE { INTEGER 1 }
constexpr int kSaslRoundsMax = 8;

struct LdapFree {
  void operator()(LDAP* ld) const { ldap_unbind_ext_s(ld, nullptr, nullptr); }
  void operator()(LDAPMessage* message) const { ldap_msgfree(message); }
  void operator()(LDAPControl* control) const { ldap_control_free(control); }
  void operator()(LDAPControl** controls) const { ldap_controls_free(controls); }
  void operator()(berval* value) const { ber_bvfree(value); }
  void operator()(char* text) const { ldap_memfree(text); }
  void operator()(BerElement* element) const { ber_free(element, 0); }
};
using MessagePtr = std::unique_ptr<LDAPMessage, LdapFree>;
using ControlPtr = std::unique_ptr<LDAPControl, LdapFree>;

timeval to_timeval(std::chrono::milliseconds duration) {
  return {static_cast<time_t>(duration.count() / 1000), static_cast<suseconds_t>(duration.count() % 1000 * 1000)};
}

Win32 code_of(int result) {
  switch (result) {
    case LDAP_SUCCESS: return win32::kErrorSuccess;
    case LDAP_SERVER_DOWN:
    case LDAP_CONNECT_ERROR: return win32::kRpcSServerUnavailable;
    case LDAP_TIMEOUT:
    case LDAP_TIMELIMIT_EXCEEDED: return win32::kErrorTimeout;
    case LDAP_NO_SUCH_OBJECT: return win32::kErrorDsNoSuchObject;
    case LDAP_INSUFFICIENT_ACCESS: return win32::kErrorAccessDenied;
    case LDAP_INVALID_CREDENTIALS: return win32::kErrorLogonFailure;
    case LDAP_BUSY:
    case LDAP_UNAVAILABLE: return win32::kErrorDsDraBusy;
    case LDAP_NO_MEMORY: return win32::kErrorNotEnoughMemory;
    case LDAP_SIZELIMIT_EXCEEDED: return win32::kErrorMoreData;
    case LDAP_FILTER_ERROR:
    case LDAP_PARAM_ERROR:
    case LDAP_INVALID_DN_SYNTAX: return win32::kErrorInvalidParameter;
    case LDAP_UNWILLING_TO_PERFORM:
    case LDAP_NOT_SUPPORTED: return win32::kErrorNotSupported;
    default: return win32::kErrorDsDraGeneric;
  }
}

/// AD and Samba begin a diagnostic message with the Win32 code as eight hex digits ([MS-ADTS] 3.1.1.3.1.9).
Win32 code_of(int result, std::string_view diagnostic) {
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(diagnostic.data(), diagnostic.data() + std::min<std::size_t>(8, diagnostic.size()), code, 16);
  const bool leads = error == std::errc{} && end == diagnostic.data() + 8 && diagnostic.size() > 8 && diagnostic[8] == ':';
  return leads && code != 0 && find_win32(Win32{code}) != nullptr ? Win32{code} : code_of(result);
}

class LibldapConnection final : public Connection {
 public:
  LibldapConnection(std::unique_ptr<LDAP, LdapFree> ld, const ConnectOptions& options) : ld_(std::move(ld)), options_(options) {}

  Result<> bind(std::shared_ptr<security::Credential> credential, const std::string& spn) override;
  Result<std::vector<Entry>> search(const Search& search) override;
  Result<> modify(const std::string& dn, const std::vector<Replace>& changes) override;

 private:
  [[nodiscard]] std::unexpected<Error> failure(int result, const std::string& what, Phase phase = Phase::kLdap) const;
  [[nodiscard]] Result<std::vector<ControlPtr>> controls_for(const Search& search) const;
  [[nodiscard]] Result<> append_entries(LDAPMessage* page, const Search& search, std::vector<Entry>& entries) const;
  [[nodiscard]] Result<Bytes> next_cookie(LDAPMessage* page) const;

  std::unique_ptr<LDAP, LdapFree> ld_;
  ConnectOptions options_;
};

std::unexpected<Error> LibldapConnection::failure(int result, const std::string& what, Phase phase) const {
  char* text = nullptr;
  ldap_get_option(ld_.get(), LDAP_OPT_DIAGNOSTIC_MESSAGE, &text);
  const std::unique_ptr<char, LdapFree> diagnostic(text);
  const std::string_view told = text == nullptr ? "" : text;
  std::string detail = options_.host + ": " + what + ": " + ldap_err2string(result);
  if (!told.empty()) detail += " (" + std::string(told.substr(0, 400)) + ")";
  return fail(code_of(result, told), std::move(detail), phase);
}

Result<> LibldapConnection::bind(std::shared_ptr<security::Credential> credential, const std::string& spn) {
  const auto target = security::TargetName::from_spn(spn);
  if (!target) return std::unexpected(target.error());
  auto made = security::make_initiator(std::move(credential), *target, {.auth_type = security::AuthType::kSpnego, .dce_style = false, .sealing = true});
  if (!made) return std::unexpected(in_phase(std::move(made.error()), Phase::kAuthenticate));
  const std::shared_ptr<security::GssContext> context = std::move(*made);
  Bytes from_server;
  for (int round = 0; round < kSaslRoundsMax; ++round) {
    auto step = context->step(from_server);
    if (!step) return std::unexpected(in_phase(std::move(step.error()), Phase::kAuthenticate));
    if (step->token.empty() && step->complete) break;
    berval token{static_cast<ber_len_t>(step->token.size()), reinterpret_cast<char*>(step->token.data())};
    berval* answer = nullptr;
    const int result = ldap_sasl_bind_s(ld_.get(), nullptr, "GSS-SPNEGO", &token, nullptr, nullptr, &answer);
    const std::unique_ptr<berval, LdapFree> owned(answer);
    if (result != LDAP_SUCCESS && result != LDAP_SASL_BIND_IN_PROGRESS) return failure(result, "bind", Phase::kAuthenticate);
    from_server.clear();
    if (answer != nullptr) from_server.assign(answer->bv_val, answer->bv_val + answer->bv_len);
    if (result == LDAP_SUCCESS && context->complete()) break;
  }
  if (!context->complete()) return fail(win32::kErrorLogonFailure, options_.host + ": the SASL exchange does not end", Phase::kAuthenticate);
  Sockbuf* sockbuf = nullptr;
  ldap_get_option(ld_.get(), LDAP_OPT_SOCKBUF, &sockbuf);
  if (!ldap::install_sasl_layer(sockbuf, context)) return fail(win32::kErrorInternalError, "libldap takes no security layer", Phase::kAuthenticate);
  return {};
}

Result<std::vector<ControlPtr>> LibldapConnection::controls_for(const Search& search) const {
  std::vector<ControlPtr> controls;
  const auto add = [&](const char* oid, ByteView value) {
    berval octets{static_cast<ber_len_t>(value.size()), reinterpret_cast<char*>(const_cast<std::uint8_t*>(value.data()))};
    LDAPControl* control = nullptr;
    if (ldap_control_create(oid, 1, value.empty() ? nullptr : &octets, 1, &control) != LDAP_SUCCESS) return false;
    controls.emplace_back(control);
    return true;
  };
  const bool made = (!search.show_deleted || add(kShowRecycledOid, {})) && (!search.extended_dn || add(kExtendedDnOid, kExtendedDnString));
  if (!made) return fail(win32::kErrorNotEnoughMemory, {}, Phase::kLdap);
  return controls;
}

Result<std::vector<Entry>> LibldapConnection::search(const Search& search) {
  const int scope = search.scope == Scope::kBase ? LDAP_SCOPE_BASE : search.scope == Scope::kOneLevel ? LDAP_SCOPE_ONELEVEL : LDAP_SCOPE_SUBTREE;
  std::vector<char*> names;
  for (const auto& name : search.attributes) names.push_back(const_cast<char*>(name.c_str()));
  names.push_back(nullptr);
  timeval limit = to_timeval(options_.timeout);

  std::vector<Entry> entries;
  Bytes cookie;
  do {
    auto controls = controls_for(search);
    if (!controls) return std::unexpected(std::move(controls.error()));
    if (search.scope != Scope::kBase) {
      LDAPControl* paging = nullptr;
      berval at{static_cast<ber_len_t>(cookie.size()), reinterpret_cast<char*>(cookie.data())};
      if (const int result = ldap_create_page_control(ld_.get(), kPageSize, &at, 0, &paging); result != LDAP_SUCCESS) return failure(result, "search");
      controls->emplace_back(paging);
    }
    std::vector<LDAPControl*> raw_controls;
    for (const auto& control : *controls) raw_controls.push_back(control.get());
    raw_controls.push_back(nullptr);
    LDAPMessage* received = nullptr;
    const int result = ldap_search_ext_s(ld_.get(), search.base.c_str(), scope, search.filter.c_str(), search.attributes.empty() ? nullptr : names.data(), 0,
                                         raw_controls.data(), nullptr, &limit, LDAP_NO_LIMIT, &received);
    const MessagePtr page(received);
    if (result != LDAP_SUCCESS) return failure(result, search.base.empty() ? "rootDSE" : search.base);
    if (auto appended = append_entries(page.get(), search, entries); !appended) return std::unexpected(std::move(appended.error()));
    auto next = next_cookie(page.get());
    if (!next) return std::unexpected(std::move(next.error()));
    cookie = std::move(*next);
  } while (!cookie.empty());
  return entries;
}

Result<> LibldapConnection::append_entries(LDAPMessage* page, const Search& search, std::vector<Entry>& entries) const {
  for (LDAPMessage* message = ldap_first_entry(ld_.get(), page); message != nullptr; message = ldap_next_entry(ld_.get(), message)) {
    if (entries.size() == search.entries_max) return fail(win32::kErrorMoreData, search.base + ": more entries than expected", Phase::kLdap);
    Entry entry;
    const std::unique_ptr<char, LdapFree> dn(ldap_get_dn(ld_.get(), message));
    if (dn) entry.dn = dn.get();
    BerElement* cursor = nullptr;
    std::unique_ptr<char, LdapFree> name(ldap_first_attribute(ld_.get(), message, &cursor));
    const std::unique_ptr<BerElement, LdapFree> owned_cursor(cursor);
    for (; name; name.reset(ldap_next_attribute(ld_.get(), message, cursor))) {
      auto& values = entry.attributes[name.get()];
      berval** const found = ldap_get_values_len(ld_.get(), message, name.get());
      for (int i = 0; found != nullptr && found[i] != nullptr; ++i) values.emplace_back(found[i]->bv_val, found[i]->bv_val + found[i]->bv_len);
      ldap_value_free_len(found);
    }
    entries.push_back(std::move(entry));
  }
  return {};
}

Result<Bytes> LibldapConnection::next_cookie(LDAPMessage* page) const {
  int result = LDAP_SUCCESS;
  LDAPControl** received = nullptr;
  const int parsed = ldap_parse_result(ld_.get(), page, &result, nullptr, nullptr, nullptr, &received, 0);
  const std::unique_ptr<LDAPControl*, LdapFree> controls(received);
  if (parsed != LDAP_SUCCESS) return failure(parsed, "search");
  LDAPControl* const paging = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, received, nullptr);
  if (paging == nullptr) return Bytes{};
  ber_int_t estimate = 0;
  berval cookie{};
  if (const int status = ldap_parse_pageresponse_control(ld_.get(), paging, &estimate, &cookie); status != LDAP_SUCCESS) return failure(status, "paged search");
  Bytes octets(cookie.bv_val, cookie.bv_val + cookie.bv_len);
  ber_memfree(cookie.bv_val);
  return octets;
}

Result<> LibldapConnection::modify(const std::string& dn, const std::vector<Replace>& changes) {
  struct Change {
    LDAPMod mod{};
    std::vector<berval> values;
    std::vector<berval*> pointers;
  };
  std::vector<Change> kept(changes.size());
  std::vector<LDAPMod*> mods;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto& change = kept[i];
    for (const auto& value : changes[i].values)
      change.values.push_back({static_cast<ber_len_t>(value.size()), reinterpret_cast<char*>(const_cast<std::uint8_t*>(value.data()))});
    for (auto& value : change.values) change.pointers.push_back(&value);
    change.pointers.push_back(nullptr);
    change.mod.mod_op = LDAP_MOD_REPLACE | LDAP_MOD_BVALUES;
    change.mod.mod_type = const_cast<char*>(changes[i].attribute.c_str());
    change.mod.mod_bvalues = change.pointers.data();
    mods.push_back(&change.mod);
  }
  mods.push_back(nullptr);
  const int result = ldap_modify_ext_s(ld_.get(), dn.c_str(), mods.data(), nullptr, nullptr);
  if (result != LDAP_SUCCESS) return failure(result, dn);
  return {};
}

}  // namespace

bool CaseInsensitiveLess::operator()(std::string_view a, std::string_view b) const noexcept {
  return std::ranges::lexicographical_compare(a, b, {}, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; },
                                              [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

const std::vector<Bytes>& Entry::values(std::string_view name) const {
  static const std::vector<Bytes> none;
  const auto found = attributes.find(name);
  return found == attributes.end() ? none : found->second;
}

std::string Entry::text(std::string_view name) const {
  const auto& all = values(name);
  return all.empty() ? std::string() : std::string(all.front().begin(), all.front().end());
}

Result<std::unique_ptr<Connection>> Connection::open(const ConnectOptions& options) {
  const bool ipv6 = options.host.find(':') != std::string::npos;
  const std::string uri = "ldap://" + (ipv6 ? '[' + options.host + ']' : options.host) + ':' + std::to_string(options.port);
  LDAP* raw = nullptr;
  if (const int result = ldap_initialize(&raw, uri.c_str()); result != LDAP_SUCCESS)
    return fail(code_of(result), options.host + ": " + ldap_err2string(result), Phase::kConnect);
  std::unique_ptr<LDAP, LdapFree> ld(raw);
  const int version = LDAP_VERSION3;
  const timeval limit = to_timeval(options.timeout);
  ldap_set_option(raw, LDAP_OPT_PROTOCOL_VERSION, &version);
  ldap_set_option(raw, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
  ldap_set_option(raw, LDAP_OPT_NETWORK_TIMEOUT, &limit);
  ldap_set_option(raw, LDAP_OPT_TIMEOUT, &limit);
  if (const int result = ldap_connect(raw); result != LDAP_SUCCESS)
    return fail(code_of(result), options.host + ':' + std::to_string(options.port) + ": " + ldap_err2string(result), Phase::kConnect);
  return std::make_unique<LibldapConnection>(std::move(ld), options);
}

Result<Entry> Connection::read(const std::string& dn, std::vector<std::string> attributes) {
  auto found = search({.base = dn, .attributes = std::move(attributes)});
  if (!found) return std::unexpected(std::move(found.error()));
  if (found->empty()) return fail(win32::kErrorDsNoSuchObject, dn, Phase::kLdap);
  return std::move(found->front());
}

Result<Entry> Connection::root_dse() { return read({}, {"*", "+"}); }

std::string escape_filter(ByteView octets) {
  std::string text;
  for (const auto octet : octets) {
    text += '\\';
    text += to_hex(ByteView(&octet, 1));
  }
  return text;
}

std::string escape_filter(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto octet = static_cast<std::uint8_t>(c);
    if (c == '*' || c == '(' || c == ')' || c == '\\' || octet < 0x20)
      escaped += escape_filter(ByteView(&octet, 1));
    else
      escaped += c;
  }
  return escaped;
}

std::string guid_dn(const Guid& guid) { return "<GUID=" + to_string(guid) + ">"; }

}  // namespace tributary::ldap_client
