// SPDX-License-Identifier: Apache-2.0
// The handshake of both ends ([MS-RPCE] 3.3.1.5.2, RFC 2743 section 2.2) and what is asked of an established context.
// What may be granted is decided once, in demand(): a context that lacks a service it was to have does not come into being.
#include "security/gss_context.hpp"

#include <gssapi/gssapi_krb5.h>

#include <algorithm>
#include <utility>

#include "base/win32.hpp"
#include "security/gss_protection.hpp"
#include "security/gss_raii.hpp"
#include "security/kerberos_errors.hpp"
#include "security/kerberos_messages.hpp"
#include "security/spnego_messages.hpp"
#include "security/tickets.hpp"

namespace tributary::security {
namespace {

[[nodiscard]] std::unexpected<Error> not_now(std::string_view what) {
  return fail(win32::kErrorInvalidHandle, std::string(what) + " of a security context that is not complete", Phase::kAuthenticate);
}

/// The flags that a context must have in the end. Replay detection and sequencing need both ends' consent in every style.
[[nodiscard]] OM_uint32 required_flags(const ContextOptions& options) {
  if (options.as_asked) return 0;
  OM_uint32 flags = GSS_C_MUTUAL_FLAG | GSS_C_INTEG_FLAG;
  if (options.sealing) flags |= GSS_C_CONF_FLAG;
  if (options.dce_style) flags |= GSS_C_DCE_STYLE | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG;
  return flags;
}

[[nodiscard]] bool same_mech(const gss_OID_desc* a, const gss_OID_desc& b) {
  return a != nullptr && a->length == b.length && std::equal(static_cast<const char*>(a->elements),
                                                             static_cast<const char*>(a->elements) + a->length,
                                                             static_cast<const char*>(b.elements));
}

/// Everything but the leg functions is the same at both ends.
class Established : public GssContext {
 public:
  explicit Established(const ContextOptions& options)
      : options_(options), is_sealing_(options.sealing && !options.as_asked), mech_(options.auth_type == AuthType::kSpnego ? spnego_mech() : krb5_mech()) {}

  Result<Step> step(ByteView peer_token) final;
  bool complete() const noexcept final { return complete_; }
  AuthType auth_type() const noexcept final { return options_.auth_type; }

  Result<std::size_t> token_size(AuthLevel level, std::size_t data_size) final {
    if (const auto usable = check(level); !usable) return std::unexpected(usable.error());
    return detail::token_size(context_.get(), level, data_size);
  }
  Result<> protect(AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer,
                   std::span<std::uint8_t> token) final {
    if (auto usable = check(level); !usable) return usable;
    return detail::protect(context_.get(), level, header, data, trailer, token);
  }
  Result<> unprotect(AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer, ByteView token) final {
    if (auto usable = check(level); !usable) return usable;
    return detail::unprotect(context_.get(), level, header, data, trailer, token);
  }
  Result<Bytes> wrap(ByteView message) final {
    if (const auto usable = check_stream(); !usable) return std::unexpected(usable.error());
    return detail::wrap(context_.get(), is_sealing_, message);
  }
  Result<Bytes> unwrap(ByteView token) final {
    if (const auto usable = check_stream(); !usable) return std::unexpected(usable.error());
    return detail::unwrap(context_.get(), is_sealing_, token);
  }
  Result<std::size_t> wrap_bytes_max(std::size_t token_bytes_max) final;
  Granted granted() const noexcept final { return granted_; }
  Result<> set_sealing(bool sealing) final {
    if (sealing && !granted_.sealing) return fail(win32::kErrorAccessDenied, "sealing was not granted by the handshake", Phase::kAuthenticate);
    is_sealing_ = sealing;
    return {};
  }
  Result<Bytes> session_key() final;
  Result<std::string> peer_name() final;
  std::optional<std::int64_t> seconds_left() final;

 protected:
  struct Leg {
    OM_uint32 major = GSS_S_FAILURE;
    OM_uint32 minor = 0;
    OM_uint32 flags = 0;
    gss_OID mech = nullptr;
  };
  /// One call into GSSAPI.
  virtual Leg leg(gss_buffer_t token_in, gss_buffer_t token_out) = 0;
  /// What a failure is said to be about.
  [[nodiscard]] virtual std::string subject() const = 0;
  /// Before the first leg.
  [[nodiscard]] virtual Result<> prepare() { return {}; }
  [[nodiscard]] virtual bool is_initiator() const noexcept = 0;

  const ContextOptions options_;
  bool is_sealing_;
  Granted granted_;
  gss_OID_desc mech_;
  GssContextHandle context_;

 private:
  [[nodiscard]] Result<Step> after_completion(ByteView peer_token) const;
  [[nodiscard]] Result<> demand(const Leg& leg) const;
  [[nodiscard]] Result<> check(AuthLevel level) const;
  [[nodiscard]] Result<> check_stream() const;

  int steps_ = 0;
  bool complete_ = false;
  bool failed_ = false;
};

Result<SecurityContext::Step> Established::step(ByteView peer_token) {
  if (complete_) return after_completion(peer_token);
  if (failed_) return not_now("a further step");
  failed_ = true;  // until this step turns out well
  if (peer_token.size() > kTokenBytesMax || ++steps_ > kHandshakeStepsMax)
    return fail(win32::kErrorAccessDenied, subject() + ": the handshake does not come to an end", Phase::kAuthenticate);
  // An acceptor with an empty token would begin SPNEGO itself (NegTokenInit2); neither RPC nor LDAP asks for that.
  if (peer_token.empty() != (is_initiator() && steps_ == 1))
    return fail(win32::kErrorAccessDenied, subject() + ": an empty token", Phase::kAuthenticate);
  if (steps_ == 1) {
    if (auto ready = prepare(); !ready) return std::unexpected(std::move(ready.error()));
  } else if (spnego_state(peer_token) == NegState::kReject) {
    return fail(win32::kErrorAccessDenied, subject() + ": the peer rejects the authentication; its log says why", Phase::kAuthenticate);
  } else if (const auto code = krb_error_code(peer_token)) {
    // In DCE style GSSAPI does not look for a KRB-ERROR, and under SPNEGO it hides the code.
    return std::unexpected(krb5_failure(nullptr, KRB5KDC_ERR_NONE + *code, subject()));
  }

  gss_buffer_desc in = borrow(peer_token);
  GssBuffer out;
  const Leg leg = this->leg(&in, out.out());
  if (GSS_ERROR(leg.major)) return std::unexpected(gss_failure(leg.major, leg.minor, &mech_, subject()));
  const bool done = (leg.major & GSS_S_CONTINUE_NEEDED) == 0;
  if (done) {
    if (auto enough = demand(leg); !enough) return std::unexpected(std::move(enough.error()));
    granted_ = {(leg.flags & GSS_C_INTEG_FLAG) != 0, (leg.flags & GSS_C_CONF_FLAG) != 0};
    if (options_.as_asked) is_sealing_ = granted_.sealing;
  } else if (out.view().empty()) {
    return fail(win32::kErrorAccessDenied, subject() + ": the handshake stands still", Phase::kAuthenticate);
  }
  failed_ = false;
  complete_ = done;
  return Step{to_bytes(out.view()), done};
}

/// A SPNEGO peer that has verified our last token answers accept-completed, and there is nothing left to do with that. GSSAPI
/// would take it for an error.
Result<SecurityContext::Step> Established::after_completion(ByteView peer_token) const {
  if (peer_token.empty() || spnego_state(peer_token) == NegState::kAcceptCompleted) return Step{{}, true};
  return fail(win32::kErrorAccessDenied, subject() + ": the peer goes on negotiating after the end", Phase::kAuthenticate);
}

Result<> Established::demand(const Leg& leg) const {
  if (!same_mech(leg.mech, krb5_mech()))
    return fail(win32::kRpcSSecPkgError, subject() + ": the peer negotiated something else than Kerberos", Phase::kAuthenticate);
  const OM_uint32 missing = required_flags(options_) & ~leg.flags;
  if (missing == 0) return {};
  std::string what;
  if (missing & GSS_C_CONF_FLAG) what += " sealing";
  if (missing & GSS_C_INTEG_FLAG) what += " signing";
  if (missing & GSS_C_MUTUAL_FLAG) what += " mutual authentication";
  if (missing & (GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG)) what += " replay detection";
  if (missing & GSS_C_DCE_STYLE) what += " DCE style";
  return fail(win32::kErrorAccessDenied, subject() + ": not granted by the handshake:" + what, Phase::kAuthenticate);
}

Result<> Established::check(AuthLevel level) const {
  if (!complete_) return not_now("protection");
  if (level == AuthLevel::kPrivacy && !(options_.sealing && options_.dce_style))
    return fail(win32::kErrorNotSupported, "this security context was not made for sealing in DCE style", Phase::kAuthenticate);
  return {};
}

Result<> Established::check_stream() const {
  if (!complete_) return not_now("protection");
  if (options_.dce_style) return fail(win32::kErrorNotSupported, "a context in DCE style has no wrap()", Phase::kAuthenticate);
  return {};
}

Result<std::size_t> Established::wrap_bytes_max(std::size_t token_bytes_max) {
  if (const auto usable = check_stream(); !usable) return std::unexpected(usable.error());
  OM_uint32 minor = 0;
  OM_uint32 size = 0;
  const auto limit = static_cast<OM_uint32>(std::min<std::size_t>(token_bytes_max, UINT32_MAX));
  const OM_uint32 major = gss_wrap_size_limit(&minor, context_.get(), is_sealing_ ? 1 : 0, GSS_C_QOP_DEFAULT, limit, &size);
  if (GSS_ERROR(major)) return std::unexpected(gss_failure(major, minor, const_cast<gss_OID>(&mech_), subject()));
  return size;
}

Result<Bytes> Established::session_key() {
  if (!complete_) return not_now("the session key");
  OM_uint32 minor = 0;
  GssBufferSet set;
  const OM_uint32 major = gss_inquire_sec_context_by_oid(&minor, context_.get(), GSS_C_INQ_SSPI_SESSION_KEY, set.out());
  if (GSS_ERROR(major)) return std::unexpected(gss_failure(major, minor, &mech_, "the session key"));
  if (set.get() == nullptr || set.get()->count == 0) return fail(win32::kRpcSSecPkgError, "no session key", Phase::kAuthenticate);
  const gss_buffer_desc& key = set.get()->elements[0];
  return to_bytes({static_cast<const std::uint8_t*>(key.value), key.length});
}

Result<std::string> Established::peer_name() {
  if (!complete_) return not_now("the peer's name");
  OM_uint32 minor = 0;
  GssName source;
  GssName target;
  OM_uint32 major = gss_inquire_context(&minor, context_.get(), source.out(), target.out(), nullptr, nullptr, nullptr, nullptr, nullptr);
  GssBuffer text;
  if (!GSS_ERROR(major))
    major = gss_display_name(&minor, is_initiator() ? target.get() : source.get(), text.out(), nullptr);
  if (GSS_ERROR(major)) return std::unexpected(gss_failure(major, minor, &mech_, "the peer's name"));
  return std::string(text.text());
}

std::optional<std::int64_t> Established::seconds_left() {
  if (!complete_) return 0;
  OM_uint32 minor = 0;
  OM_uint32 seconds = 0;
  if (GSS_ERROR(gss_context_time(&minor, context_.get(), &seconds))) return 0;
  if (seconds == GSS_C_INDEFINITE) return std::nullopt;
  return seconds;
}

class Initiator final : public Established {
 public:
  Initiator(std::shared_ptr<Credential> credential, TargetName target, const ContextOptions& options)
      : Established(options), credential_(std::move(credential)), target_(std::move(target)) {}

 private:
  Result<> prepare() override {
    auto tickets = credential_->fresh_tickets();
    if (!tickets) return std::unexpected(std::move(tickets.error()));
    tickets_ = std::move(*tickets);
    gss_buffer_desc text = borrow(as_bytes(target_.gss_text()));
    OM_uint32 minor = 0;
    const OM_uint32 major = gss_import_name(
        &minor, &text, target_.is_host_based() ? GSS_C_NT_HOSTBASED_SERVICE : GSS_KRB5_NT_PRINCIPAL_NAME, name_.out());
    if (GSS_ERROR(major)) return std::unexpected(gss_failure(major, minor, &mech_, subject()));
    return detail::fetch_service_ticket(*tickets_, target_);
  }

  Leg leg(gss_buffer_t token_in, gss_buffer_t token_out) override {
    Leg leg;
    leg.major = gss_init_sec_context(&leg.minor, tickets_->handle, context_.out(), name_.get(), &mech_, wanted_flags(),
                                     GSS_C_INDEFINITE, GSS_C_NO_CHANNEL_BINDINGS, token_in, &leg.mech, token_out, &leg.flags, nullptr);
    return leg;
  }

  /// Never delegation: our tickets stay with us.
  [[nodiscard]] OM_uint32 wanted_flags() const { return required_flags(options_) | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG; }
  std::string subject() const override { return target_.text(); }
  bool is_initiator() const noexcept override { return true; }

  std::shared_ptr<Credential> credential_;
  std::shared_ptr<const detail::Tickets> tickets_;
  TargetName target_;
  GssName name_;
};

}  // namespace

class AcceptorKeys {
 public:
  GssCredential handle;
};

namespace {

class Acceptor final : public Established {
 public:
  Acceptor(std::shared_ptr<const AcceptorKeys> keys, const ContextOptions& options) : Established(options), keys_(std::move(keys)) {}

  std::optional<Bytes> pac_logon_info() override;

 private:
  Leg leg(gss_buffer_t token_in, gss_buffer_t token_out) override {
    Leg leg;
    client_.reset();
    leg.major = gss_accept_sec_context(&leg.minor, context_.out(), keys_->handle.get(), token_in, GSS_C_NO_CHANNEL_BINDINGS,
                                       client_.out(), &leg.mech, token_out, &leg.flags, nullptr, nullptr);
    return leg;
  }
  std::string subject() const override { return "a client's authentication"; }
  bool is_initiator() const noexcept override { return false; }

  std::shared_ptr<const AcceptorKeys> keys_;
  GssName client_;
};

std::optional<Bytes> Acceptor::pac_logon_info() {
  if (!complete()) return std::nullopt;
  OM_uint32 minor = 0;
  gss_buffer_desc attribute = borrow(as_bytes("urn:mspac:logon-info"));
  int authenticated = 0;
  int more = -1;
  GssBuffer value;
  GssBuffer shown;
  const OM_uint32 major = gss_get_name_attribute(&minor, client_.get(), &attribute, &authenticated, nullptr, value.out(), shown.out(), &more);
  if (GSS_ERROR(major) || authenticated == 0) return std::nullopt;
  return to_bytes(value.view());
}

[[nodiscard]] Result<> check_options(const ContextOptions& options, bool is_acceptor) {
  if (options.as_asked && (options.dce_style || !is_acceptor))
    return fail(win32::kErrorInvalidParameter, "only an acceptor without DCE style leaves the choice to its client", Phase::kAuthenticate);
  if (options.auth_type == AuthType::kSpnego || options.auth_type == AuthType::kKerberos) return {};
  return fail(win32::kErrorNotSupported, "only SPNEGO and Kerberos are offered", Phase::kAuthenticate);
}

}  // namespace

Result<std::unique_ptr<GssContext>> make_initiator(std::shared_ptr<Credential> credential, const TargetName& target,
                                                   const ContextOptions& options) {
  if (auto fine = check_options(options, false); !fine) return std::unexpected(std::move(fine.error()));
  return std::make_unique<Initiator>(std::move(credential), target, options);
}

Result<std::shared_ptr<const AcceptorKeys>> load_acceptor_keys(const std::string& keytab, const std::string& replay_cache) {
  if (auto there = detail::check_keytab(keytab); !there) return std::unexpected(std::move(there.error()));
  gss_key_value_element_desc elements[] = {{"keytab", keytab.c_str()}, {"rcache", replay_cache.c_str()}};
  const gss_key_value_set_desc store{replay_cache.empty() ? 1U : 2U, elements};
  gss_OID_desc mechs[] = {krb5_mech(), spnego_mech()};
  gss_OID_set_desc both{2, mechs};
  gss_OID_set_desc only_krb5{1, mechs};
  auto keys = std::make_shared<AcceptorKeys>();
  OM_uint32 minor = 0;
  OM_uint32 major = gss_acquire_cred_from(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &both, GSS_C_ACCEPT, &store, keys->handle.out(),
                                          nullptr, nullptr);
  if (!GSS_ERROR(major)) major = gss_set_neg_mechs(&minor, keys->handle.get(), &only_krb5);
  if (GSS_ERROR(major)) return std::unexpected(gss_failure(major, minor, &mechs[0], "keytab " + keytab));
  return std::shared_ptr<const AcceptorKeys>(std::move(keys));
}

Result<std::unique_ptr<GssContext>> make_acceptor(std::shared_ptr<const AcceptorKeys> keys, const ContextOptions& options) {
  if (auto fine = check_options(options, true); !fine) return std::unexpected(std::move(fine.error()));
  return std::make_unique<Acceptor>(std::move(keys), options);
}

}  // namespace tributary::security
