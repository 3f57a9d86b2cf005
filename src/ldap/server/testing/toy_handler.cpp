// SPDX-License-Identifier: Apache-2.0
// See toy_handler.hpp.
#include "ldap/server/testing/toy_handler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "ldap/protocol/controls.hpp"

namespace tributary::ldap::testing {
namespace {

constexpr std::string_view kEntries = "entries:";
constexpr std::size_t kEntriesMax = 1'000'000;

class ToyOperation final : public Operation {
 public:
  ToyOperation(ToyHandler& handler, std::int32_t id, ResponseTag tag, std::string text) : handler_(handler), id_(id), tag_(tag), text_(std::move(text)) {
    if (!text_.starts_with(kEntries)) return;
    std::from_chars(text_.data() + kEntries.size(), text_.data() + text_.size(), left_);
    left_ = std::min(left_, kEntriesMax);
  }
  State run(Bytes& out) override {
    ++handler_.runs;
    if (text_ == "wait" && !handler_.is_awake()) return State::kWaiting;
    if (blocks()) handler_.wait_at_gate();
    if (tag_ == ResponseTag::kExtended) return append_extended_result(out, id_, {.code = {}, .matched_dn = {}, .message = text_, .referrals = {}}, {}, std::nullopt), State::kDone;
    if (text_.starts_with(kEntries)) {
      for (int i = 0; i < 64 && left_ > 0; ++i, --left_) entry(out, "cn=entry", std::string(1000, 'x'));
      if (left_ > 0) return State::kMore;
    } else if (tag_ == ResponseTag::kSearchDone) {
      entry(out, text_, {});
    }
    append_result(out, id_, tag_, {});
    return State::kDone;
  }
  [[nodiscard]] bool blocks() const noexcept override { return text_ == "block"; }
  void abandon() noexcept override {
    ++handler_.abandoned;
    handler_.note(fmt::format("abandon {}", id_));
  }

 private:
  void entry(Bytes& out, std::string_view dn, std::string_view value) const {
    EntryWriter writer(out);
    writer.begin(id_, dn);
    if (!value.empty()) {
      writer.begin_attribute("description");
      writer.value(value);
      writer.end_attribute();
    }
    writer.end();
  }
  ToyHandler& handler_;
  std::int32_t id_;
  ResponseTag tag_;
  std::string text_;
  std::size_t left_ = 0;
};

class ToyBind final : public BindExchange {
 public:
  explicit ToyBind(ToyHandler& handler) : handler_(handler) {}
  Step step(const Connection& connection, const BindRequest& request) override {
    if (const auto* simple = std::get_if<BindRequest::Simple>(&request.authentication)) {
      const std::string password(simple->password.begin(), simple->password.end());
      if (request.name == "slow") handler_.wait_at_gate();
      if (request.name.empty() && password.empty()) return Step{};
      return password == "right" ? success(std::string(request.name)) : failure("wrong password");
    }
    const auto* sasl = std::get_if<BindRequest::Sasl>(&request.authentication);
    if (sasl == nullptr) return failure("no such method");
    if (sasl->mechanism == "EXTERNAL") return connection.client_certificate ? success("certificate") : failure("no certificate");
    if (sasl->mechanism == "STEPS") return ++steps_ < 2 ? in_progress({1, 2, 3}) : success("stepper");
    if (sasl->mechanism == "GSS" && handler_.make_acceptor) return gss(to_bytes(sasl->credentials.value_or(ByteView())));
    return failure("no such mechanism");
  }

 private:
  static Step failure(std::string why) {
    Step step;
    step.outcome = {.code = ResultCode::kInvalidCredentials, .matched_dn = {}, .message = std::move(why), .referrals = {}};
    return step;
  }
  static Step in_progress(Bytes token) {
    Step step;
    step.outcome.code = ResultCode::kSaslBindInProgress;
    step.server_credentials = std::move(token);
    return step;
  }
  Step success(std::string name) const {
    Step step;
    auto principal = std::make_shared<Principal>();
    principal->name = std::move(name);
    principal->expires_at_s = handler_.expires_at_s;
    step.principal = std::move(principal);
    return step;
  }
  Step gss(const Bytes& token) {
    if (!context_) context_ = handler_.make_acceptor();
    auto stepped = context_->step(token);
    if (!stepped) return failure(stepped.error().detail);
    if (!stepped->complete) return in_progress(std::move(stepped->token));
    Step step = success(context_->peer_name().value_or("nobody"));
    step.server_credentials = std::move(stepped->token);
    step.layer = context_;
    step.layer_seals = handler_.seals;
    step.peer_buffer_max = 65'536;
    return step;
  }
  ToyHandler& handler_;
  int steps_ = 0;
  std::shared_ptr<security::GssContext> context_;
};

}  // namespace

std::unique_ptr<BindExchange> ToyHandler::begin_bind(const Connection&, const BindRequest&) {
  note("begin bind");
  return std::make_unique<ToyBind>(*this);
}

std::unique_ptr<Operation> ToyHandler::start(const Connection& connection, Message message, std::function<void()> wake) {
  ++started;
  note(fmt::format("start {}", message.id));
  const auto tag = response_tag_of(message.request).value_or(ResponseTag::kExtended);
  std::string text;
  if (const auto* request = std::get_if<SearchRequest>(&message.request)) text = request->base;
  if (const auto* request = std::get_if<ExtendedRequest>(&message.request); request != nullptr && request->oid == oid::kWhoAmI)
    text = connection.principal ? connection.principal->name : "anonymous";
  if (text == "wait") {
    const std::lock_guard guard(mutex_);
    wakes_.push_back(std::move(wake));
  }
  return std::make_unique<ToyOperation>(*this, message.id, tag, std::move(text));
}

Bytes ToyHandler::datagram(const Connection& connection, Message message) {
  Bytes out;
  const auto* request = std::get_if<SearchRequest>(&message.request);
  if (request == nullptr || request->base == "silence") return out;
  append_result(out, message.id, ResponseTag::kSearchDone, {.code = {}, .matched_dn = {}, .message = "asked at " + connection.local_address, .referrals = {}});
  return out;
}

void ToyHandler::closed(const Connection& connection) noexcept {
  ++closed_count;
  note(fmt::format("closed {}", connection.number));
}

void ToyHandler::wake_all() {
  std::vector<std::function<void()>> wakes;
  {
    const std::lock_guard guard(mutex_);
    awake_ = true;
    wakes = wakes_;
  }
  for (const auto& wake : wakes) wake();
}

void ToyHandler::open_gate() {
  const std::lock_guard guard(mutex_);
  gate_open_ = true;
  changed_.notify_all();
}

void ToyHandler::wait_at_gate() {
  std::unique_lock guard(mutex_);
  ++waiting_for_gate;
  changed_.wait_for(guard, std::chrono::seconds(20), [&] { return gate_open_; });
  --waiting_for_gate;
}

void ToyHandler::note(std::string line) {
  if (!keeps_notes) return;
  const std::lock_guard guard(mutex_);
  notes_.push_back(std::move(line));
}

std::vector<std::string> ToyHandler::take_notes() {
  const std::lock_guard guard(mutex_);
  return std::exchange(notes_, {});
}

}  // namespace tributary::ldap::testing
