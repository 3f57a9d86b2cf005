// SPDX-License-Identifier: Apache-2.0
// See write_requests.hpp.
#include "service/ldap/testing/write_requests.hpp"

#include <charconv>
#include <ostream>


namespace tributary::service::ldap_face::testing {
namespace {

/// One element of BER: what is in it, and where the next one begins.
ByteView element(ByteView& octets) {
  std::size_t at = 2, size = octets[1];
  if (size >= 0x80)
    for (std::size_t i = size & 0x7F, n = size = 0; n < i; ++n) size = size << 8 | octets[at++];
  const auto inside = octets.subspan(at, size);
  octets = octets.subspan(at + size);
  return inside;
}
ByteView view(const std::string& text) { return as_bytes(text); }

}  // namespace

void PrintTo(const Answer& answer, std::ostream* out) { *out << lp::result_name(answer.code) << " (" << answer.message << ")"; }

Requests::Requests(Dsa& dsa) : caller(service::testing::administrators_call().caller), settings(std::make_shared<LdapSettings>()), dsa_(dsa) {
  settings->kerberos_realm = "LAB.EXAMPLE";
}

LdapCall Requests::call(lp::Request request) {
  lp::Message message;
  message.id = 7;
  message.request = std::move(request);
  for (const auto& control : controls)
    message.controls.push_back({control.oid, control.critical, control.value ? std::optional<ByteView>(*control.value) : std::nullopt});
  return {dsa_, settings, caller, false, false, is_protected, 1, std::move(message), [] {}};
}

Answer Requests::answer_of(lp::Operation& operation) {
  Bytes out;
  for (int i = 0; i < 100 && operation.run(out) != lp::Operation::State::kDone; ++i) {
  }
  ByteView octets(out);
  ByteView message = element(octets);
  (void)element(message);
  ByteView result = element(message);
  Answer answer;
  answer.code = static_cast<ResultCode>(element(result)[0]);
  (void)element(result);
  const auto text = element(result);
  answer.message = {text.begin(), text.end()};
  (void)std::from_chars(answer.message.data(), answer.message.data() + answer.message.size(), answer.win32, 16);
  return answer;
}

Answer Requests::add(std::string_view dn, std::initializer_list<Values> attributes) {
  lp::AddRequest request{dn, {}};
  for (const auto& each : attributes) {
    auto& made = request.attributes.emplace_back(lp::AttributeValues{each.attribute, {}});
    for (const auto& value : each.values) made.values.push_back(view(value));
  }
  return answer_of(*start_add(call(std::move(request))));
}

Answer Requests::modify(std::string_view dn, std::initializer_list<Change> changes) {
  lp::ModifyRequest request{dn, {}};
  for (const auto& each : changes) {
    auto& made = request.changes.emplace_back(lp::ModifyRequest::Change{each.operation, {each.attribute, {}}});
    for (const auto& value : each.values) made.attribute.values.push_back(view(value));
  }
  return answer_of(*start_modify(call(std::move(request))));
}

Answer Requests::remove(std::string_view dn) { return answer_of(*start_delete(call(lp::DeleteRequest{dn}))); }

Answer Requests::modify_dn(std::string_view dn, std::string_view new_rdn, std::optional<std::string_view> new_superior, bool delete_old_rdn) {
  return answer_of(*start_modify_dn(call(lp::ModifyDnRequest{dn, new_rdn, delete_old_rdn, new_superior})));
}

}  // namespace tributary::service::ldap_face::testing
