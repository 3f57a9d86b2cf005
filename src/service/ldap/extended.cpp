// SPDX-License-Identifier: Apache-2.0
// Extended operations ([MS-ADTS] 3.1.1.3.4.2): who am I (RFC 4532). StartTLS is the listener's.
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "service/ldap/operations.hpp"
#include "service/ldap/refusals.hpp"
#include "service/ldap/root_dse.hpp"

namespace tributary::service::ldap_face {
namespace {

class Extended final : public lp::Operation {
 public:
  explicit Extended(LdapCall call) : call_(std::move(call)) {}

  State run(Bytes& out) override {
    const auto& request = std::get<lp::ExtendedRequest>(call_.message.request);
    if (request.oid == lp::oid::kWhoAmI) who_am_i(request, out);
    else answer(out, refusal(lp::ResultCode::kProtocolError, win32::kErrorDsProtocolError, "there is no extended operation " + to_printable(request.oid, 80)));
    return State::kDone;
  }

 private:
  void answer(Bytes& out, const lp::Outcome& outcome, const std::optional<Bytes>& value = {}) const {
    lp::append_extended_result(out, call_.message.id, outcome, {}, value);
  }
  /// Nobody is the empty string.
  void who_am_i(const lp::ExtendedRequest& request, Bytes& out) const {
    if (request.value) return answer(out, refusal(lp::ResultCode::kProtocolError, win32::kErrorDsProtocolError, "this operation takes no value"));
    if (call_.is_anonymous) return answer(out, {}, Bytes{});
    const auto context = call_.dsa.context();
    const auto name = directory::guarded([&] {
      const auto snapshot = call_.dsa.store().read();
      return nt4_name_of(call_.dsa, directory::Reader(context, *snapshot, call_.dsa.identity()), call_.caller->token.user);
    });
    if (!name) return answer(out, lp::outcome_of(name.error()));
    answer(out, {}, to_bytes(as_bytes("u:" + *name)));
  }

  LdapCall call_;
};

}  // namespace

std::unique_ptr<lp::Operation> start_extended(LdapCall call) { return std::make_unique<Extended>(std::move(call)); }

}  // namespace tributary::service::ldap_face
