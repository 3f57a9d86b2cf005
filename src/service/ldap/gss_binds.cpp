// SPDX-License-Identifier: Apache-2.0
// GSS-SPNEGO and GSSAPI ([MS-ADTS] 5.1.1.1.2, [MS-SPNG], RFC 4752): the handshake, the layer, and who it was.
#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "security/spnego_messages.hpp"
#include "service/access/resolve_caller.hpp"
#include "service/ldap/principal.hpp"
#include "service/ldap/refusals.hpp"
#include "service/ldap/sasl_binds.hpp"

namespace tributary::service::ldap_face {

using lp::ResultCode;

namespace {

/// The client of a context whose flags decide does not say how much it takes at once; every client takes this.
constexpr std::size_t kUnspokenBufferMax = 65'536;
// RFC 4752 section 3.3.
constexpr std::uint8_t kLayerNone = 1, kLayerSigns = 2, kLayerSeals = 4, kLayerUnknown = 8;
constexpr std::string_view kNtlmSignature{"NTLMSSP\0", 8};

/// What the two have in common.
class GssExchange : public lp::BindExchange {
 public:
  GssExchange(BindParts parts, security::AuthType type) : parts_(std::move(parts)), type_(type) {}

  Step step(const lp::Connection& connection, const lp::BindRequest& request) final {
    const auto* const credentials = sasl_credentials(request);
    if (credentials == nullptr) return refused(refusal(ResultCode::kProtocolError, win32::kErrorDsProtocolError, "a bind of another kind goes on"));
    const ByteView token = credentials->value_or(ByteView{});
    if (!context_) {
      if (token.empty()) return more({});  // RFC 4513 5.2.1.2: a client may want to be asked first
      if (offers_ntlm_alone(token))
        return refused(refusal(ResultCode::kAuthMethodNotSupported, win32::kErrorDsAuthMethodNotSupported, "NTLM is not taken here: use Kerberos"));
      auto made = parts_.security->make_acceptor(type_);
      if (!made) return failed(connection, made.error());
      context_ = std::move(*made);
    }
    return context_->complete() ? after_handshake(connection, token) : handshake(connection, token);
  }

 protected:
  [[nodiscard]] virtual Step complete(const lp::Connection& connection, Bytes token) = 0;
  [[nodiscard]] virtual Step after_handshake(const lp::Connection& connection, ByteView token) = 0;

  [[nodiscard]] static Step more(Bytes token) {
    Step step;
    step.outcome.code = ResultCode::kSaslBindInProgress;
    step.server_credentials = std::move(token);
    return step;
  }
  [[nodiscard]] Step failed(const lp::Connection& connection, const Error& error) const {
    parts_.dsa.log('i', fmt::format("ldap: {}: a bind is refused: {}", connection.peer_address, describe_error(error)));
    return refused(invalid_credentials(error, false));
  }
  /// Success: who it is, and which layer. `token` still goes to the client.
  [[nodiscard]] Step success(const lp::Connection& connection, Bytes token, std::uint8_t layer, std::size_t peer_buffer_max) {
    auto name = context_->peer_name();
    if (!name) return failed(connection, name.error());
    auto key = context_->session_key();
    if (!key) return failed(connection, key.error());
    auto caller = resolve_caller(parts_.dsa, parts_.security->realm, {std::move(*name), context_->pac_logon_info(), std::move(*key), connection.peer_address});
    if (!caller) return failed(connection, caller.error());
    std::optional<std::int64_t> expires_at_s;
    if (const auto left = context_->seconds_left()) expires_at_s = seconds_of(parts_.dsa.context().now) + *left;
    Step done;
    if (!token.empty()) done.server_credentials = std::move(token);
    done.principal = principal_of(std::move(*caller), expires_at_s);
    if (layer == kLayerNone) return done;
    if (auto set = context_->set_sealing(layer == kLayerSeals); !set) return failed(connection, set.error());
    done.layer_seals = layer == kLayerSeals;
    done.peer_buffer_max = peer_buffer_max;
    done.layer = std::move(context_);
    return done;
  }
  /// Without a layer the connection has to be TLS, unless the administrator wants it otherwise.
  [[nodiscard]] bool needs_layer(const lp::Connection& connection) const { return parts_.security->requires_signing && !connection.is_tls; }
  [[nodiscard]] static Step layer_missing() {
    return refused(refusal(ResultCode::kStrongerAuthRequired, win32::kErrorDsStrongAuthRequired,
                           "without TLS a bind has to ask for signing or sealing"));
  }

  BindParts parts_;
  std::unique_ptr<security::GssContext> context_;

 private:
  [[nodiscard]] Step handshake(const lp::Connection& connection, ByteView token) {
    auto step = context_->step(token);
    if (!step) return failed(connection, step.error());
    return step->complete ? complete(connection, std::move(step->token)) : more(std::move(step->token));
  }
  [[nodiscard]] bool offers_ntlm_alone(ByteView token) const {
    if (type_ != security::AuthType::kSpnego) return false;
    if (token.size() >= kNtlmSignature.size() && std::ranges::equal(token.first(kNtlmSignature.size()), as_bytes(kNtlmSignature))) return true;
    const auto offer = security::decode_neg_token_init(token);
    if (!offer) return false;
    const auto has = [&](security::Mech mech) { return std::ranges::find(offer->mechs, mech) != offer->mechs.end(); };
    return has(security::Mech::kNtlm) && !has(security::Mech::kKerberos);
  }

  security::AuthType type_;
};

class Spnego final : public GssExchange {
 public:
  explicit Spnego(BindParts parts) : GssExchange(std::move(parts), security::AuthType::kSpnego) {}

 private:
  Step complete(const lp::Connection& connection, Bytes token) override {
    const auto granted = context_->granted();
    if (connection.is_tls && (granted.signing || granted.sealing))  // 5.1.1.1.2
      return refused(refusal(ResultCode::kUnwillingToPerform, win32::kErrorDsInappropriateAuth,
                             "Cannot bind using sign/seal on a connection on which TLS or SSL is in effect"));
    if (!granted.signing && !granted.sealing && needs_layer(connection)) return layer_missing();
    const std::uint8_t layer = granted.sealing ? kLayerSeals : granted.signing ? kLayerSigns : kLayerNone;
    return success(connection, std::move(token), layer, kUnspokenBufferMax);
  }
  Step after_handshake(const lp::Connection&, ByteView) override {
    return refused(refusal(ResultCode::kProtocolError, win32::kErrorDsProtocolError, "the handshake is over"));
  }
};

class Gssapi final : public GssExchange {
 public:
  explicit Gssapi(BindParts parts) : GssExchange(std::move(parts), security::AuthType::kKerberos) {}

 private:
  Step complete(const lp::Connection& connection, Bytes token) override { return token.empty() ? offer(connection) : more(std::move(token)); }

  Step after_handshake(const lp::Connection& connection, ByteView token) override {
    if (offered_ == 0) {
      if (token.empty()) return offer(connection);
      return refused(refusal(ResultCode::kProtocolError, win32::kErrorDsProtocolError, "an empty response was due"));
    }
    return choose(connection, token);
  }

  /// One octet of layers, three of the largest buffer that we take; signed, never sealed.
  [[nodiscard]] Step offer(const lp::Connection& connection) {
    const auto granted = context_->granted();
    if (connection.is_tls) offered_ = kLayerNone;
    else offered_ = static_cast<std::uint8_t>((needs_layer(connection) ? 0 : kLayerNone) | (granted.signing ? kLayerSigns : 0) | (granted.sealing ? kLayerSeals : 0));
    if (offered_ == 0) return layer_missing();
    Bytes message(4);
    store_be<std::uint32_t>(message.data(), static_cast<std::uint32_t>(offered_ == kLayerNone ? 0 : kReceiveBufferMax));
    // DEVIATION: RFC 4752 has no fourth bit. ldap3 (2.9) compares the size's three octets with a text, in vain, whenever no layer alone is
    // offered, and gives up; with a bit that nobody chooses it goes on.
    message[0] = static_cast<std::uint8_t>(offered_ == kLayerNone ? kLayerNone | kLayerUnknown : offered_);
    if (auto set = context_->set_sealing(false); !set) return failed(connection, set.error());
    auto wrapped = context_->wrap(message);
    return wrapped ? more(std::move(*wrapped)) : failed(connection, wrapped.error());
  }

  [[nodiscard]] Step choose(const lp::Connection& connection, ByteView token) {
    const auto message = context_->unwrap(token);
    if (!message) return failed(connection, message.error());
    if (message->size() < 4) return failed(connection, {win32::kErrorInvalidParameter, Phase::kAuthenticate, "the choice of a layer is too short"});
    const std::uint8_t layer = message->front();
    if (layer == kLayerNone && (offered_ & kLayerNone) == 0) return layer_missing();
    if ((layer & offered_) == 0 || (layer & (layer - 1)) != 0)
      return failed(connection, {win32::kErrorInvalidParameter, Phase::kAuthenticate, fmt::format("layer {} was not offered", layer)});
    const std::size_t peer_buffer_max = load_be<std::uint32_t>(message->data()) & 0x00FF'FFFF;
    const std::string_view authorized(reinterpret_cast<const char*>(message->data()) + 4, message->size() - 4);
    if (!authorized.empty() && !is_himself(authorized))
      return failed(connection, {win32::kErrorLogonFailure, Phase::kAuthenticate, "nobody acts for somebody else here"});
    return success(connection, {}, layer, peer_buffer_max);
  }

  /// RFC 4513 5.2.1.8: "u:" before a name; the names of GSSAPI come without as well.
  [[nodiscard]] bool is_himself(std::string_view authorized) const {
    const auto name = context_->peer_name();
    if (!name) return false;
    if (authorized.starts_with("u:")) authorized.remove_prefix(2);
    return equals_ignoring_case(authorized, *name) || equals_ignoring_case(authorized, std::string_view(*name).substr(0, name->rfind('@')));
  }

  std::uint8_t offered_ = 0;
};

}  // namespace

std::unique_ptr<lp::BindExchange> make_spnego_exchange(BindParts parts) { return std::make_unique<Spnego>(std::move(parts)); }
std::unique_ptr<lp::BindExchange> make_gssapi_exchange(BindParts parts) { return std::make_unique<Gssapi>(std::move(parts)); }

}  // namespace tributary::service::ldap_face
