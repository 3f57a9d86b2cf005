// SPDX-License-Identifier: Apache-2.0
// See transcript.hpp: the scripted peer, which makes PDUs from lines and prints the PDUs that it gets.
#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "rpc/status.hpp"
#include "rpc/transcript.hpp"
#include "rpc/verification_trailer.hpp"

namespace tributary::rpc::test {



namespace {

struct Name {
  std::string_view name;
  SyntaxId id;
};
const Name kNames[] = {{"drsuapi", kDrsuapi}, {"dsaop", kDsaop}, {"epm", kEndpointMapper}, {"ndr20", kNdr20}, {"ndr64", kNdr64}, {"none", {}}};

std::string syntax_text(const SyntaxId& id) {
  for (const auto& [name, known] : kNames)
    if (known == id) return std::string(name);
  if (const auto features = offered_features(id)) return fmt::format("features:{}", *features);
  return to_string(id);
}

SyntaxId parse_syntax(const std::string& text) {
  for (const auto& [name, known] : kNames)
    if (name == text) return known;
  if (text.starts_with("features:")) return feature_negotiation_syntax(static_cast<std::uint8_t>(std::stoi(text.substr(9))));
  return {.uuid = "00000000-0000-0000-0000-0000000000ff"_guid, .major = 9, .minor = 0};
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::uint8_t parse_flags(const std::string& text) {
  std::uint8_t flags = 0;
  for (const auto& flag : split(text, ',')) {
    if (flag == "first") flags |= pfc::kFirstFrag;
    if (flag == "last") flags |= pfc::kLastFrag;
    if (flag == "sign") flags |= pfc::kSupportHeaderSign;
    if (flag == "mpx") flags |= pfc::kConcMpx;
    if (flag == "dne") flags |= pfc::kDidNotExecute;
  }
  return flags;
}

std::string flags_text(const PduHeader& header) {
  std::string text;
  if (!header.has(pfc::kFirstFrag)) text += " not-first";
  if (!header.has(pfc::kLastFrag)) text += " not-last";
  if (header.has(pfc::kSupportHeaderSign)) text += " sign";
  if (header.has(pfc::kConcMpx)) text += " mpx";
  if (header.has(pfc::kDidNotExecute)) text += " did-not-execute";
  return text;
}

PduType parse_type(const std::string& name) {
  for (int type = 0; type < 20; ++type)
    if (pdu_type_name(static_cast<PduType>(type)) == name) return static_cast<PduType>(type);
  return PduType::kShutdown;
}

/// "0:drsuapi:ndr20,1:drsuapi:features:3"
std::vector<ContextElement> parse_contexts(const std::string& text) {
  std::vector<ContextElement> contexts;
  for (const auto& part : split(text, ',')) {
    const auto fields = split(part, ':');
    ContextElement element{.context_id = static_cast<std::uint16_t>(std::stoi(fields.at(0))), .abstract_syntax = parse_syntax(fields.at(1)), .transfer_syntaxes = {}};
    for (const auto& syntax : split(part.substr(fields[0].size() + fields[1].size() + 2), '|')) element.transfer_syntaxes.push_back(parse_syntax(syntax));
    contexts.push_back(std::move(element));
  }
  return contexts;
}

/// "accept:ndr20,reject:1,ack:2"
std::vector<ContextResult> parse_results(const std::string& text) {
  std::vector<ContextResult> results;
  for (const auto& part : split(text, ',')) {
    const auto fields = split(part, ':');
    ContextResult result;
    if (fields[0] == "accept") result = {ContextOutcome::kAcceptance, 0, parse_syntax(fields.at(1))};
    if (fields[0] == "reject") result = {ContextOutcome::kProviderRejection, static_cast<std::uint16_t>(std::stoi(fields.at(1))), {}};
    if (fields[0] == "ack") result = {ContextOutcome::kNegotiateAck, static_cast<std::uint16_t>(std::stoi(fields.at(1))), {}};
    results.push_back(result);
  }
  return results;
}

std::string result_text(const ContextResult& result) {
  switch (result.outcome) {
    case ContextOutcome::kAcceptance: return "accept:" + syntax_text(result.transfer_syntax);
    case ContextOutcome::kNegotiateAck: return fmt::format("ack:{}", result.reason);
    default: return fmt::format("reject:{}", result.reason);
  }
}

std::string auth_text(const Pdu& pdu) {
  if (!pdu.auth) return {};
  return fmt::format(" auth={}/{}/{} token='{}'", pdu.auth->type, pdu.auth->level, pdu.auth->context_id,
                     std::string(pdu.auth->token.begin(), pdu.auth->token.end()));
}

std::string trailer_text(const VerificationTrailer& trailer) {
  std::string text = " trailer=";
  if (trailer.bitmask1) text += fmt::format("bitmask:{},", *trailer.bitmask1);
  if (trailer.pcontext) text += fmt::format("pcontext:{}:{},", syntax_text(trailer.pcontext->interface), syntax_text(trailer.pcontext->transfer_syntax));
  if (trailer.header2) text += fmt::format("header2:{}:{}:{},", trailer.header2->call_id, trailer.header2->context_id, trailer.header2->opnum);
  text.pop_back();
  return text;
}

/// Makes the integers of a response or fault big-endian, for a peer of that kind.
void turn_around(Bytes& pdu) {
  auto swap = [&](std::size_t at, std::size_t size) { std::reverse(pdu.begin() + static_cast<std::ptrdiff_t>(at), pdu.begin() + static_cast<std::ptrdiff_t>(at + size)); };
  pdu[4] = 0;
  swap(8, 2);
  swap(10, 2);
  swap(12, 4);
  swap(16, 4);
  swap(20, 2);
  if (pdu[2] == static_cast<std::uint8_t>(PduType::kRequest)) swap(22, 2);
  if (pdu[2] == static_cast<std::uint8_t>(PduType::kFault)) swap(24, 4);
}

}  // namespace

Protection World::peer_protection() { return {peer_sealed_ ? peer_context_.get() : nullptr, 1, header_signing_}; }

/// A request or response, of which the line can also make just one fragment: sealed, with flags as they are asked for.
Bytes World::make_stub_pdu(const Line& line, Pdu pdu) {
  Bytes stub = stub_of(line);
  if (line.has("trailer")) {
    VerificationTrailer trailer;
    trailer.bitmask1 = kClientSupportHeaderSigning;
    trailer.pcontext = {.interface = parse_syntax(line.value("vt-if", "drsuapi")), .transfer_syntax = kNdr20};
    const Bytes encoded = encode_verification_trailer(trailer);
    stub.resize((stub.size() + 3) / 4 * 4);
    stub.insert(stub.end(), encoded.begin(), encoded.end());
  }
  const Bytes padded = [&] {
    Bytes copy = stub;
    if (peer_sealed_) copy.resize((copy.size() + 15) / 16 * 16);
    return copy;
  }();
  const Bytes token(peer_sealed_ ? peer_context_->token_size(security::AuthLevel::kPrivacy, 0).value() : 0);
  const auto hint = line.number("hint", static_cast<std::uint32_t>(stub.size()));
  if (auto* request = std::get_if<Request>(&pdu.body)) {
    request->stub = padded;
    request->alloc_hint = hint;
  } else {
    std::get<Response>(pdu.body).stub = padded;
    std::get<Response>(pdu.body).alloc_hint = hint;
  }
  if (peer_sealed_)
    pdu.auth = AuthTrailer{.type = static_cast<std::uint8_t>(peer_context_->auth_type()), .level = 6, .context_id = line.number("auth-context", 1), .token = token};
  Bytes wire = encode_pdu(pdu).value();
  if (line.has("big-endian")) turn_around(wire);
  if (!peer_sealed_) return wire;
  const std::size_t trailer = wire.size() - token.size() - kSecTrailerSize;
  const std::size_t header = trailer - padded.size();
  wire[trailer + 2] = static_cast<std::uint8_t>(padded.size() - stub.size());
  if (line.has("big-endian")) std::reverse(wire.begin() + static_cast<std::ptrdiff_t>(trailer + 4), wire.begin() + static_cast<std::ptrdiff_t>(trailer + 8));
  TRIBUTARY_ASSERT(peer_context_->protect(security::AuthLevel::kPrivacy, {wire.data(), header_signing_ ? header : 0}, {wire.data() + header, padded.size()},
                                          {wire.data() + trailer, header_signing_ ? kSecTrailerSize : 0}, {wire.data() + trailer + kSecTrailerSize, token.size()}).has_value());
  if (line.has("tampered")) wire[header] ^= 1;
  return wire;
}

Bytes World::make_pdu(const Line& line) {
  const PduType type = parse_type(line.words.at(1));
  Pdu pdu{.header = {.type = type, .flags = parse_flags(line.value("flags", "first,last")), .call_id = line.number("call", 1)},
          .body = Shutdown{}, .auth = {}};
  const auto context_id = static_cast<std::uint16_t>(line.number("context"));
  const auto xmit = static_cast<std::uint16_t>(line.number("xmit", kDefaultFragment));
  const auto recv = static_cast<std::uint16_t>(line.number("recv", kDefaultFragment));
  const auto body = encode_fault_body(line.number("status"));
  const std::string token = line.value("token");
  switch (type) {
    case PduType::kRequest: {
      Request request{.alloc_hint = 0, .context_id = context_id, .opnum = static_cast<std::uint16_t>(line.number("op")), .object = {}, .stub = {}};
      if (line.has("object")) request.object = kDsaop.uuid;
      pdu.body = request;
      return make_stub_pdu(line, pdu);
    }
    case PduType::kResponse:
      pdu.body = Response{.alloc_hint = 0, .context_id = context_id, .stub = {}};
      return make_stub_pdu(line, pdu);
    case PduType::kFault: pdu.body = Fault{.alloc_hint = 32, .context_id = context_id, .body = body}; break;
    case PduType::kBind:
    case PduType::kAlterContext:
      pdu.body = Bind{.max_xmit_frag = xmit, .max_recv_frag = recv, .assoc_group_id = line.number("group"), .contexts = parse_contexts(line.value("contexts"))};
      break;
    case PduType::kBindAck:
    case PduType::kAlterContextResp:
      pdu.body = BindAck{.max_xmit_frag = xmit, .max_recv_frag = recv, .assoc_group_id = line.number("group", 77), .secondary_address = "135", .results = parse_results(line.value("results"))};
      break;
    case PduType::kBindNak:
      pdu.body = BindNak{.reason = static_cast<BindRejectReason>(line.number("reason")), .versions = {ProtocolVersion{}}};
      break;
    case PduType::kAuth3: pdu.body = Auth3{}; break;
    default: break;
  }
  if (!token.empty())
    pdu.auth = AuthTrailer{.type = static_cast<std::uint8_t>(line.number("auth-type", static_cast<std::uint32_t>(peer_context_->auth_type()))),
                           .level = static_cast<std::uint8_t>(line.number("level", 6)), .context_id = line.number("auth-context", 1), .token = as_bytes(token)};
  Bytes wire = encode_pdu(pdu).value();
  if (line.has("big-endian")) turn_around(wire);
  return wire;
}

std::string World::peer(const Line& line) {
  const std::string& verb = line.words.front();
  if (verb == "seal") {
    peer_sealed_ = line.has("on");
    peer_context_->force_complete();
    return {};
  }
  if (verb == "sign") {
    header_signing_ = line.has("on");
    return {};
  }
  if (verb == "flush") {
    const std::size_t chunk = line.number("chunk", static_cast<std::uint32_t>(unsent_.size()));
    const Bytes octets = std::exchange(unsent_, {});
    std::string out;
    for (std::size_t at = 0; at < octets.size(); at += chunk) {
      deliver(ByteView(octets).subspan(at, std::min(chunk, octets.size() - at)));
      out += drain();
    }
    return out;
  }
  const bool hold = verb == "hold";
  const Bytes octets = line.has("raw") ? from_hex(line.words.at(2)).value() : make_pdu(line);
  if (hold) {
    unsent_.insert(unsent_.end(), octets.begin(), octets.end());
    return {};
  }
  deliver(octets);
  return drain();
}

std::string World::text(const Pdu& pdu, ByteView message) {
  const std::string head = fmt::format("{} call={}{}", pdu_type_name(pdu.header.type), pdu.header.call_id, flags_text(pdu.header));
  if (const auto* bind = std::get_if<Bind>(&pdu.body)) {
    std::string contexts;
    for (const auto& element : bind->contexts) {
      contexts += fmt::format(" {}:{}", element.context_id, syntax_text(element.abstract_syntax));
      for (const auto& syntax : element.transfer_syntaxes) contexts += ":" + syntax_text(syntax);
    }
    return fmt::format("{} frag={}/{} group={}{}{}", head, bind->max_xmit_frag, bind->max_recv_frag, bind->assoc_group_id, contexts, auth_text(pdu));
  }
  if (const auto* ack = std::get_if<BindAck>(&pdu.body)) {
    std::string results;
    for (const auto& result : ack->results) results += " " + result_text(result);
    return fmt::format("{} frag={}/{} group={} address='{}'{}{}", head, ack->max_xmit_frag, ack->max_recv_frag, ack->assoc_group_id, ack->secondary_address, results, auth_text(pdu));
  }
  if (const auto* nak = std::get_if<BindNak>(&pdu.body)) return fmt::format("{} reason={}", head, static_cast<unsigned>(nak->reason));
  if (const auto* fault = std::get_if<Fault>(&pdu.body))
    return fmt::format("{} context={} status={}", head, fault->context_id, fault_name(fault_status(fault->body, pdu.header.byte_order()).value_or(0)));
  const auto* request = std::get_if<Request>(&pdu.body);
  const auto* response = std::get_if<Response>(&pdu.body);
  if (request == nullptr && response == nullptr) return head + auth_text(pdu);
  Bytes stub;
  const Protection protection = pdu.auth ? Protection{peer_context_.get(), 1, header_signing_} : Protection{};
  const bool opened = append_unprotected(stub, pdu, message, protection).has_value();
  std::string trailer;
  if (const auto at = find_verification_trailer(stub); at && request != nullptr) {
    if (const auto decoded = decode_verification_trailer(ByteView(stub).subspan(*at))) trailer = trailer_text(*decoded);
    stub.resize(*at);
  }
  return fmt::format("{} context={}{} size={} hint={}{} {}{}{}", head, request != nullptr ? request->context_id : response->context_id,
                     request != nullptr ? fmt::format(" op={}", request->opnum) : "", message.size(),
                     request != nullptr ? request->alloc_hint : response->alloc_hint, request != nullptr && request->object ? " object" : "",
                     stub.size() <= 32 ? "stub=" + to_hex(stub) : fmt::format("stub of {}", stub.size()), trailer,
                     !pdu.auth ? " in the clear" : opened ? " sealed" : " SEAL BROKEN");
}

}  // namespace tributary::rpc::test
