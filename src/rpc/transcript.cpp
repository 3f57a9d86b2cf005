// SPDX-License-Identifier: Apache-2.0
// See transcript.hpp and testdata/README.md. The association's side; the peer's is in transcript_peer.cpp.
#include "rpc/transcript.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include <fmt/format.h>

namespace tributary::rpc::test {
namespace {

Script script_of(const Line& line) {
  const std::string mech = line.value("mech", "spnego");
  if (mech == "kerberos") return kKerberosScript;
  if (mech == "ntlm") return kNtlmScript;
  return kSpnegoScript;
}

MonoTime seconds(std::uint32_t count) { return std::chrono::seconds(count); }

std::string error_text(const Error& error) {
  if (error.code == win32::kErrorSuccess) return "ok";
  return fmt::format("{} [{}] {}", win32_name(error.code), phase_name(error.phase), error.detail);
}

std::string stub_text(ByteView stub) {
  return stub.size() <= 32 ? fmt::format("stub={}", to_hex(stub)) : fmt::format("stub of {}", stub.size());
}

std::string_view order_text(std::endian order) { return order == std::endian::big ? " big-endian" : ""; }

std::uint32_t number_of(const std::string& text) { return static_cast<std::uint32_t>(std::stoul(text, nullptr, 0)); }

}  // namespace

Line::Line(std::string_view text) {
  std::istringstream stream{std::string(text)};
  for (std::string word; stream >> word;) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
      words.push_back(word);
    } else {
      values[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
}
bool Line::has(const std::string& word) const { return std::ranges::find(words, word) != words.end(); }
std::string Line::value(const std::string& key, const std::string& otherwise) const {
  const auto found = values.find(key);
  return found == values.end() ? otherwise : found->second;
}
std::uint32_t Line::number(const std::string& key, std::uint32_t otherwise) const {
  const auto found = values.find(key);
  return found == values.end() ? otherwise : number_of(found->second);
}

Bytes stub_of(const Line& line) {
  if (line.values.contains("size")) return Bytes(line.number("size"), 0x5A);
  return from_hex(line.value("stub")).value();
}

std::string World::new_client(const Line& line) {
  ClientOptions options;
  std::istringstream names(line.value("interfaces", line.has("epm") ? "" : "drsuapi"));
  for (std::string name; std::getline(names, name, ',');)
    options.interfaces.push_back(name == "dsaop" ? kDsaop : name == "epm" ? kEndpointMapper : kDrsuapi);
  options.offer_ndr64 = line.has("ndr64");
  options.offer_multiplexing = !line.has("no-mpx");
  options.offer_feature_negotiation = !line.has("no-features");
  options.require_header_signing = !line.has("optional-header-sign");
  options.verification_trailer = line.has("vt");
  options.last_leg = line.has("auth3") ? LastLeg::kAuth3 : LastLeg::kAlterContext;
  options.fragment_max = static_cast<std::uint16_t>(line.number("frag", kDefaultFragment));
  options.assoc_group_id = line.number("group");
  options.calls_max = line.number("calls-max", kClientCallsMax);
  if (line.values.contains("bind-deadline")) options.bind_deadline = seconds(line.number("bind-deadline"));
  options.cancel_grace = seconds(line.number("grace", 1));
  own_context_ = std::make_shared<TestContext>(true, script_of(line));
  peer_context_ = std::make_shared<TestContext>(false, script_of(line));
  auto made = line.has("epm") ? ClientAssociation::for_endpoint_mapper(options)
                              : ClientAssociation::sealed(options, line.has("no-context") ? nullptr : own_context_);
  if (!made) return error_text(made.error()) + "\n";
  client_.emplace(std::move(*made));
  return drain();
}

std::string World::new_server(const Line& line) {
  ServerOptions options;
  options.interfaces = {{.id = kDrsuapi, .opnum_count = 4}, {.id = kEndpointMapper, .opnum_count = 8, .require_privacy = false}};
  if (line.has("ndr64")) options.transfer_syntaxes = {kNdr64, kNdr20};
  options.secondary_address = "49152";
  options.peer = "192.0.2.7";
  options.calls_max = line.number("calls-max", kServerCallsMax);
  options.request_max = line.number("request-max", kRequestStubMax);
  options.fragment_max = static_cast<std::uint16_t>(line.number("frag", kDefaultFragment));
  own_context_ = std::make_shared<TestContext>(false, script_of(line));
  peer_context_ = std::make_shared<TestContext>(true, script_of(line));
  if (!line.has("no-auth")) {
    options.make_acceptor = [this](security::AuthType type) -> std::shared_ptr<security::SecurityContext> {
      return type == own_context_->auth_type() ? own_context_ : nullptr;
    };
  }
  if (line.values.contains("group-of")) groups_.create(line.value("group-of")).value();
  server_.emplace(std::move(options), groups_);
  return drain();
}

void World::security_step(const Line& line) {
  Result<security::SecurityContext::Step> result;
  if (line.has("fail")) {
    result = fail(win32::kErrorLogonFailure, "the password is wrong", Phase::kAuthenticate);
  } else if (line.values.contains("token")) {
    result = security::SecurityContext::Step{.token = to_bytes(as_bytes(line.value("token"))), .complete = line.has("complete")};
  } else {
    result = pending_step_.context->step(pending_step_.peer_token);
  }
  if (client_) client_->on_security_step(std::move(result), now_);
  if (server_) server_->on_security_step(std::move(result), now_);
}

std::string World::begin_call(const Line& line) {
  CallOptions options;
  if (line.values.contains("deadline")) options.deadline = seconds(line.number("deadline"));
  if (line.has("object")) options.object = kDsaop.uuid;
  options.may_cancel = !line.has("impolite");
  options.streaming = line.has("stream");
  options.response_max = line.number("max", kResponseStubMax);
  const auto id = client_->begin_call(line.number("if"), static_cast<std::uint16_t>(line.number("op")), stub_of(line), options, now_);
  return id ? fmt::format("-> call {}\n", static_cast<std::uint32_t>(*id)) : "-> " + error_text(id.error()) + "\n";
}

std::string World::owner_event(const Line& line) {
  const std::string& verb = line.words.front();
  const bool names_call = verb == "cancel" || verb == "answer" || verb == "fault";
  const CallId id{names_call ? number_of(line.words.at(1)) : 0};
  if (verb == "step") {
    security_step(line);
  } else if (verb == "now") {
    now_ = seconds(number_of(line.words.at(1)));
    if (client_) client_->on_tick(now_);
    if (server_) server_->on_tick(now_);
  } else if (verb == "start") {
    if (client_) client_->start(now_);
    if (server_) server_->start(now_);
  } else if (verb == "reset") {
    const Error error{win32::kErrorConnectionRefused, Phase::kNone, "connection reset by peer"};
    if (client_) client_->on_transport_closed(error);
    if (server_) server_->on_transport_closed(error);
  } else if (verb == "close") {
    if (client_) client_->close();
    if (server_) server_->close({});
  } else if (verb == "call") {
    const std::string begun = begin_call(line);
    return begun + drain(line.number("polls", 1000));
  } else if (verb == "cancel") {
    client_->cancel(id, now_);
  } else if (verb == "answer") {
    server_->complete_call(id, stub_of(line));
  } else if (verb == "fault") {
    server_->fail_call(id, line.number("status"), line.has("dne"));
  } else if (verb == "shutdown") {
    server_->shutdown();
  } else {
    return "? " + verb + "\n";
  }
  return drain();
}

std::string World::run(const std::string& text) {
  const Line line(text);
  const std::string& verb = line.words.at(0);
  if (verb == "new") {
    client_.reset();
    server_.reset();
    peer_reader_ = {};
    peer_sealed_ = false;
    header_signing_ = true;
    now_ = {};
    return line.has("client") ? new_client(line) : new_server(line);
  }
  if (verb == "peer" || verb == "hold" || verb == "flush" || verb == "seal" || verb == "sign") return peer(line);
  return owner_event(line);
}

void World::deliver(ByteView octets) {
  if (client_) client_->on_bytes(octets, now_);
  if (server_) server_->on_bytes(octets, now_);
}

std::string World::drain(std::uint32_t batches) {
  std::string out;
  for (std::uint32_t batch = 0; batch < batches; ++batch) {
    const std::string more = client_ ? print(client_->poll_actions()) : print(server_->poll_actions());
    if (more.empty()) break;
    out += more;
  }
  return out;
}

template <class Actions>
std::string World::print(Actions actions) {
  std::string out;
  for (auto& action : actions) out += std::visit([&](auto& kind) { return text(kind); }, action);
  return out;
}

std::string World::text(const SendBytes& action) {
  std::string out;
  std::size_t middle = 0;
  peer_reader_.push(action.octets);
  for (;;) {
    const auto message = peer_reader_.next();
    if (!message || !*message) break;
    const auto pdu = decode_pdu(**message);
    // A long call would fill pages: the fragments in its middle are opened, and counted.
    if (pdu && (pdu->header.flags & pfc::kWhole) == 0) {
      if (text(*pdu, **message).ends_with("SEAL BROKEN")) out += "SEAL BROKEN\n";
      ++middle;
      continue;
    }
    if (middle != 0) out += fmt::format("send {} fragments from the middle\n", std::exchange(middle, 0));
    out += pdu ? "send " + text(*pdu, **message) + "\n" : "send garbage: " + pdu.error().detail + "\n";
  }
  peer_reader_.keep_rest();
  if (middle != 0) out += fmt::format("send {} fragments from the middle\n", middle);
  return out;
}
std::string World::text(const NeedSecurityStep& action) {
  pending_step_ = action;
  return fmt::format("need security step with token '{}'\n", std::string(action.peer_token.begin(), action.peer_token.end()));
}
std::string World::text(const Bound& action) {
  std::string interfaces;
  for (const auto& interface : action.interfaces)
    interfaces += !interface.accepted ? " refused" : interface.transfer_syntax == kNdr64 ? " ndr64" : " ndr20";
  return fmt::format("bound:{} group={} frag={}{}{}\n", interfaces, action.assoc_group_id, action.max_xmit_frag,
                     action.multiplexing ? " multiplexing" : "", action.header_signing ? " header-signing" : "");
}
std::string World::text(const CallFragment& action) {
  return fmt::format("call {} fragment {}{}\n", static_cast<std::uint32_t>(action.id), stub_text(action.stub), order_text(action.byte_order));
}
std::string World::text(const CallCompleted& action) {
  const auto id = static_cast<std::uint32_t>(action.id);
  if (action.stub) return fmt::format("call {} done {}{}\n", id, stub_text(*action.stub), order_text(action.byte_order));
  return fmt::format("call {} failed: {}{}\n", id, error_text(action.stub.error()), action.did_not_execute ? " (did not execute)" : "");
}
std::string World::text(const CallReceived& action) {
  return fmt::format("received call {} if={} op={} {}{}{}\n", static_cast<std::uint32_t>(action.id), action.interface, action.opnum,
                     stub_text(action.stub), action.object ? " object=" + to_string(*action.object) : "", order_text(action.byte_order));
}
std::string World::text(const CallCancelled& action) {
  return fmt::format("call {} {}\n", static_cast<std::uint32_t>(action.id), action.orphaned ? "orphaned" : "cancelled");
}
std::string World::text(const WakeAt& action) {
  return fmt::format("wake at {}\n", std::chrono::duration_cast<std::chrono::seconds>(action.time).count());
}
std::string World::text(const Close& action) { return "close: " + error_text(action.error) + "\n"; }

std::string run_transcript(const std::string& transcript) {
  World world;
  std::istringstream in(transcript);
  std::string out;
  std::string got;
  for (std::string line; std::getline(in, line);) {
    out += line + "\n";
    if (line == "----") {
      while (std::getline(in, line) && !line.empty()) {}
      out += got + "\n";
      got.clear();
    } else if (!line.empty() && line[0] != '#') {
      got += world.run(line);
    }
  }
  if (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace tributary::rpc::test
