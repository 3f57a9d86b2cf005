// SPDX-License-Identifier: Apache-2.0
// A client whose server says anything, in any portions, at any time. The first octet chooses the kind of association and whether
// the handshake is played for it; then one octet an event. Whatever happens, each call ends exactly once and nothing follows Close.
#include <set>

#include "base/assert.hpp"
#include "base/win32.hpp"
#include "rpc/client_association.hpp"
#include "rpc_fuzz.hpp"

using namespace tributary;
using namespace tributary::rpc;

namespace {

constexpr SyntaxId kDrsuapi{"e3514235-4b06-11d1-ab04-00c04fc2dcd2"_guid, 4, 0};

class Owner {
 public:
  explicit Owner(std::uint8_t mode) : mode_(mode), client_(make(mode)) {
    client_.start(now_);
    poll();
    if ((mode & 2) != 0) play_handshake();
  }

  void event(fuzz::Input& input) {
    switch (input.u8() & 7) {
      case 4: begin(input); break;
      case 5: client_.cancel(CallId{18u + input.u8() % 8u}, now_); break;
      case 6: now_ += std::chrono::seconds(input.u8() % 16); client_.on_tick(now_); break;
      case 7: if ((input.u8() & 31) == 0) client_.close(); break;
      default: client_.on_bytes(input.piece(), now_); break;
    }
    poll();
  }

  void finish() {
    client_.on_transport_closed({win32::kRpcSServerUnavailable, Phase::kNone, "the end"});
    poll();
    TRIBUTARY_ASSERT(client_.closed() && closed_ && open_.empty() && client_.calls_in_flight() == 0);
  }

 private:
  static ClientAssociation make(std::uint8_t mode) {
    ClientOptions options;
    options.offer_multiplexing = (mode & 4) != 0;
    options.verification_trailer = (mode & 8) != 0;
    options.require_header_signing = (mode & 16) != 0;
    options.calls_max = 8;
    options.bind_deadline = std::chrono::seconds(20);
    if ((mode & 1) != 0) return ClientAssociation::for_endpoint_mapper(options).value();
    options.interfaces = {kDrsuapi};
    return ClientAssociation::sealed(options, std::make_shared<fuzz::OpenContext>(true)).value();
  }

  void play_handshake() {
    const Bytes token{'u'};
    BindAck ack{.assoc_group_id = 1, .secondary_address = "135", .results = {{ContextOutcome::kAcceptance, 0, kNdr20}, {ContextOutcome::kNegotiateAck, static_cast<std::uint16_t>(mode_ >> 5), {}}}};
    Pdu pdu{.header = {.type = PduType::kBindAck, .flags = pfc::kWhole | pfc::kSupportHeaderSign | pfc::kConcMpx, .call_id = 1}, .body = ack, .auth = {}};
    if ((mode_ & 1) == 0) pdu.auth = AuthTrailer{.type = 9, .level = 6, .context_id = 1, .token = token};
    client_.on_bytes(encode_pdu(pdu).value(), now_);
    poll();
    if ((mode_ & 1) == 0) {
      ack.results.pop_back();
      pdu = {.header = {.type = PduType::kAlterContextResp, .flags = pfc::kWhole, .call_id = 2}, .body = ack, .auth = {}};
      client_.on_bytes(encode_pdu(pdu).value(), now_);
      poll();
    }
    TRIBUTARY_ASSERT(client_.bound());
  }

  void begin(fuzz::Input& input) {
    const std::uint8_t how = input.u8();
    CallOptions options{.may_cancel = (how & 1) != 0, .streaming = (how & 2) != 0, .response_max = (how & 4) != 0 ? 64u : kResponseStubMax};
    if ((how & 8) != 0) options.deadline = now_ + std::chrono::seconds(how >> 4);
    if (const auto id = client_.begin_call(0, how, Bytes(how * 64u), options, now_)) open_.insert(static_cast<std::uint32_t>(*id));
  }

  void poll() {
    for (int batch = 0; batch < 100; ++batch) {
      auto actions = client_.poll_actions();
      if (actions.empty()) return;
      for (auto& action : actions) handle(action);
    }
    TRIBUTARY_ASSERT(false);
  }

  void handle(ClientAction& action) {
    TRIBUTARY_ASSERT(!closed_);
    if (const auto* completed = std::get_if<CallCompleted>(&action)) TRIBUTARY_ASSERT(open_.erase(static_cast<std::uint32_t>(completed->id)) == 1);
    if (const auto* fragment = std::get_if<CallFragment>(&action)) TRIBUTARY_ASSERT(open_.contains(static_cast<std::uint32_t>(fragment->id)));
    if (std::holds_alternative<Close>(action)) closed_ = true;
    if (const auto* step = std::get_if<NeedSecurityStep>(&action)) client_.on_security_step(step->context->step(step->peer_token), now_);
  }

  std::uint8_t mode_;
  MonoTime now_{};
  ClientAssociation client_;
  std::set<std::uint32_t> open_;
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
