// SPDX-License-Identifier: Apache-2.0
// A server whose client says anything, in any portions, at any time. The first octet chooses whether a bind is played for it; then
// one octet an event. Whatever happens, no call on drsuapi arrives without security, and nothing follows Close.
#include <set>

#include "base/assert.hpp"
#include "base/win32.hpp"
#include "rpc/server_association.hpp"
#include "rpc_fuzz.hpp"

using namespace tributary;
using namespace tributary::rpc;

namespace {

constexpr SyntaxId kDrsuapi{"e3514235-4b06-11d1-ab04-00c04fc2dcd2"_guid, 4, 0};

class Owner {
 public:
  explicit Owner(std::uint8_t mode) : server_(options(mode), groups_) {
    server_.start(now_);
    poll();
    if ((mode & 1) != 0) play_bind((mode & 2) != 0);
  }

  void event(fuzz::Input& input) {
    switch (input.u8() & 7) {
      case 3: return poll(false);
      case 4: answer(input); break;
      case 5: now_ += std::chrono::seconds(input.u8() % 16); server_.on_tick(now_); break;
      case 6: if ((input.u8() & 15) == 0) server_.shutdown(); break;
      default: server_.on_bytes(input.piece(), now_); break;
    }
    poll();
  }

  void finish() {
    server_.on_transport_closed({win32::kRpcSServerUnavailable, Phase::kNone, "the end"});
    poll();
    TRIBUTARY_ASSERT(server_.closed() && closed_ && server_.calls_in_progress() == 0 && groups_.size() == 0);
    TRIBUTARY_ASSERT(server_.answer_octets() == 0);
  }

 private:
  static ServerOptions options(std::uint8_t mode) {
    ServerOptions options;
    options.interfaces = {{.id = kDrsuapi, .opnum_count = 31}, {.id = kEndpointMapper, .opnum_count = 8, .require_privacy = false}};
    options.make_acceptor = [](security::AuthType type) -> std::shared_ptr<security::SecurityContext> {
      if (type != security::AuthType::kSpnego) return nullptr;
      return std::make_shared<fuzz::OpenContext>(false);
    };
    options.calls_max = 4;
    options.request_max = (mode & 4) != 0 ? 256 : kRequestStubMax;
    return options;
  }

  void play_bind(bool secure) {
    const Bytes token{'t'};
    const Bind bind{.contexts = {{0, kDrsuapi, {kNdr20}}, {1, kEndpointMapper, {kNdr20}}, {2, kDrsuapi, {feature_negotiation_syntax(3)}}}};
    Pdu pdu{.header = {.type = PduType::kBind, .flags = pfc::kWhole | pfc::kSupportHeaderSign | pfc::kConcMpx, .call_id = 1}, .body = bind, .auth = {}};
    if (secure) pdu.auth = AuthTrailer{.type = 9, .level = 6, .context_id = 1, .token = token};
    server_.on_bytes(encode_pdu(pdu).value(), now_);
    poll();
    if (!secure) return;
    pdu.header.type = PduType::kAlterContext;
    std::get<Bind>(pdu.body).contexts.resize(1);
    server_.on_bytes(encode_pdu(pdu).value(), now_);
    poll();
    TRIBUTARY_ASSERT(server_.secured());
  }

  void answer(fuzz::Input& input) {
    const std::uint8_t how = input.u8();
    if (calls_.empty()) return;
    const CallId id{*calls_.begin()};
    calls_.erase(calls_.begin());
    if ((how & 1) != 0) {
      server_.complete_call(id, Bytes(how * 100u));
    } else {
      server_.fail_call(id, how);
    }
  }

  void poll(bool answers = true) {
    for (int batch = 0; batch < 100; ++batch) {
      auto actions = server_.poll_actions(answers);
      TRIBUTARY_ASSERT(server_.calls_in_progress() > 0 || server_.answer_octets() == 0);
      if (actions.empty()) return;
      for (auto& action : actions) handle(action);
    }
    TRIBUTARY_ASSERT(false);
  }

  void handle(ServerAction& action) {
    TRIBUTARY_ASSERT(!closed_);
    if (const auto* received = std::get_if<CallReceived>(&action)) {
      TRIBUTARY_ASSERT(received->interface == 1 || server_.secured());
      calls_.insert(static_cast<std::uint32_t>(received->id));
    }
    if (const auto* cancelled = std::get_if<CallCancelled>(&action)) {
      TRIBUTARY_ASSERT(calls_.contains(static_cast<std::uint32_t>(cancelled->id)));
      if (cancelled->orphaned) calls_.erase(static_cast<std::uint32_t>(cancelled->id));
    }
    if (std::holds_alternative<Close>(action)) closed_ = true;
    if (const auto* step = std::get_if<NeedSecurityStep>(&action)) server_.on_security_step(step->context->step(step->peer_token), now_);
  }

  MonoTime now_{};
  AssociationGroups groups_;
  ServerAssociation server_;
  std::set<std::uint32_t> calls_;
  bool closed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  Owner owner(input.u8());
  while (!input.empty()) owner.event(input);
  owner.finish();
  return 0;
}
