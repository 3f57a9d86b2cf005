// SPDX-License-Identifier: Apache-2.0
// See face.hpp.
#include "service/ldap/face.hpp"

#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "base/win32.hpp"
#include "service/directory/reader.hpp"
#include "service/ldap/heuristics.hpp"
#include "service/ldap/netlogon.hpp"
#include "service/ldap/principal.hpp"
#include "service/ldap/refusals.hpp"
#include "service/ldap/root_dse.hpp"

namespace tributary::service::ldap_face {
namespace {

using lp::ResultCode;

bool is_root_dse(const lp::SearchRequest& request) { return request.base.empty() && request.scope == lp::Scope::kBase; }

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

/// The LDAP ping (6.3.3), for whoever asks.
class Ping final : public lp::Operation {
 public:
  Ping(LdapCall call, const lp::Connection& connection) : call_(std::move(call)), client_(connection.peer_address), server_(connection.local_address) {}
  State run(Bytes& out) override {
    const auto context = call_.dsa.context();
    const auto ready = directory::guarded([&] {
      const auto snapshot = call_.dsa.store().read();
      return is_synchronized(directory::Reader(context, *snapshot, call_.dsa.identity()));
    });
    append_netlogon_answer(out, call_.message.id, std::get<lp::SearchRequest>(call_.message.request), call_.dsa, client_, server_,
                           {.is_kdc = call_.settings->is_kdc, .is_time_server = call_.settings->is_time_server, .is_paused = !ready.value_or(false)});
    return State::kDone;
  }

 private:
  LdapCall call_;
  std::string client_, server_;
};

class Face final : public LdapFace {
 public:
  Face(Dsa& dsa, std::shared_ptr<const LdapSettings> settings, FaceSecurity security)
      : dsa_(dsa), settings_(std::move(settings)), security_(std::make_shared<const FaceSecurity>(std::move(security))) {}

  void change_settings(std::shared_ptr<const LdapSettings> settings) override {
    const std::lock_guard lock(mutex_);
    settings_ = std::move(settings);
  }
  void change_security(FaceSecurity security) override {
    auto changed = std::make_shared<const FaceSecurity>(std::move(security));
    const std::lock_guard lock(mutex_);
    security_ = std::move(changed);
  }

  std::unique_ptr<lp::BindExchange> begin_bind(const lp::Connection& connection, const lp::BindRequest& request) override {
    return ldap_face::begin_bind(dsa_, current(security_), connection, request);
  }

  std::unique_ptr<lp::Operation> start(const lp::Connection& connection, lp::Message message, std::function<void()> wake) override {
    return dispatch(connection, call_of(connection, std::move(message), std::move(wake)));
  }

  /// Of CLDAP ([MS-ADTS] 3.1.1.3.1.11) only the rootDSE and the ping are served.
  Bytes datagram(const lp::Connection& connection, lp::Message message) override {
    const auto* const search = std::get_if<lp::SearchRequest>(&message.request);
    Bytes answer;
    if (search == nullptr || !is_root_dse(*search)) return answer;
    const auto operation = dispatch(connection, call_of(connection, std::move(message), [] {}));
    for (int i = 0; i < kDatagramStepsMax && operation->run(answer) == lp::Operation::State::kMore; ++i) {}
    return answer;
  }

  void closed(const lp::Connection&) noexcept override {}

 private:
  static constexpr int kDatagramStepsMax = 16;

  template <class T>
  [[nodiscard]] std::shared_ptr<T> current(const std::shared_ptr<T>& of) {
    const std::lock_guard lock(mutex_);
    return of;
  }

  [[nodiscard]] LdapCall call_of(const lp::Connection& connection, lp::Message message, std::function<void()> wake) {
    const auto* const principal = static_cast<const LdapPrincipal*>(connection.principal.get());  // of whatever we gave ourselves
    return {.dsa = dsa_,
            .settings = current(settings_),
            .caller = principal != nullptr ? principal->caller : anonymous_caller(connection.peer_address),
            .is_anonymous = principal == nullptr,
            .is_global_catalog = connection.is_global_catalog,
            .is_protected = connection.is_tls || connection.is_sealed,
            .connection = connection.number,
            .message = std::move(message),
            .wake = std::move(wake)};
  }

  /// [MS-ADTS] 6.1.1.2.4.1.2, fLDAPBlockAnonOps: who has not bound may read the rootDSE, and no more.
  [[nodiscard]] std::optional<lp::Outcome> refuse_anonymous(const LdapCall& call) const {
    if (!call.is_anonymous) return std::nullopt;
    const auto context = call.dsa.context();
    const auto allowed = directory::guarded([&] {
      const auto snapshot = call.dsa.store().read();
      return may_anonymous_operate(directory::Reader(context, *snapshot, call.dsa.identity()));
    });
    if (!allowed) return lp::outcome_of(allowed.error());
    if (*allowed) return std::nullopt;
    lp::Outcome outcome;
    outcome.code = ResultCode::kOperationsError;
    outcome.message = "000004DC: LdapErr: DSID-00000000, comment: In order to perform this operation a successful bind must be completed on the connection., data 0, v1";
    return outcome;
  }

  [[nodiscard]] std::unique_ptr<lp::Operation> dispatch(const lp::Connection& connection, LdapCall call) {
    const auto bound = [&](auto start) -> std::unique_ptr<lp::Operation> {
      if (auto outcome = refuse_anonymous(call))
        return finished(call.message.id, *lp::response_tag_of(call.message.request), std::move(*outcome));
      return start(std::move(call));
    };
    return std::visit(
        Overloaded{
            [&](const lp::SearchRequest& request) -> std::unique_ptr<lp::Operation> {
              if (!is_root_dse(request)) return bound(start_search);
              if (is_netlogon_search(request)) return std::make_unique<Ping>(std::move(call), connection);
              return start_root_dse_search(std::move(call));
            },
            [&](const lp::ModifyRequest& request) { return request.dn.empty() ? bound(start_root_dse_modify) : bound(start_modify); },
            [&](const lp::AddRequest&) { return bound(start_add); },
            [&](const lp::DeleteRequest&) { return bound(start_delete); },
            [&](const lp::ModifyDnRequest&) { return bound(start_modify_dn); },
            [&](const lp::CompareRequest&) { return bound(start_compare); },
            [&](const lp::ExtendedRequest&) { return start_extended(std::move(call)); },
            [&](const auto&) {  // the listener's own
              return finished(call.message.id, lp::ResponseTag::kExtended,
                              refusal(ResultCode::kProtocolError, win32::kErrorDsProtocolError, "this is no operation"));
            },
        },
        call.message.request);
  }

  Dsa& dsa_;
  std::mutex mutex_;
  std::shared_ptr<const LdapSettings> settings_;
  std::shared_ptr<const FaceSecurity> security_;
};

}  // namespace

std::shared_ptr<LdapFace> make_ldap_face(Dsa& dsa, std::shared_ptr<const LdapSettings> settings, FaceSecurity security) {
  return std::make_shared<Face>(dsa, std::move(settings), std::move(security));
}

}  // namespace tributary::service::ldap_face
