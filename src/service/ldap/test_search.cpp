// SPDX-License-Identifier: Apache-2.0
// See test_search.hpp.
#include "service/ldap/test_search.hpp"

#include <algorithm>
#include <stdexcept>

namespace tributary::service::ldap_face::testing {

bool Entry::has(std::string_view name) const {
  return std::ranges::any_of(attributes, [&](const auto& each) { return each.first == name; });
}
std::vector<std::string> Entry::values(std::string_view name) const {
  for (const auto& [key, all] : attributes)
    if (key == name) return all;
  return {};
}
std::string Entry::value(std::string_view name) const {
  const auto all = values(name);
  return all.empty() ? "-" : all.front();
}

std::vector<std::string> Answer::dns() const {
  std::vector<std::string> all;
  for (const auto& entry : entries) all.push_back(entry.dn);
  return all;
}
std::vector<std::string> Answer::names() const {
  std::vector<std::string> all;
  for (const auto& entry : entries) {
    const auto begin = entry.dn.find('=') + 1;
    all.push_back(entry.dn.substr(begin, entry.dn.find(',') - begin));
  }
  std::ranges::sort(all);
  return all;
}

std::string tlv(std::uint8_t tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  if (content.size() < 0x80) {
    out += static_cast<char>(content.size());
  } else {
    out += "\x82";
    out += static_cast<char>(content.size() >> 8);
    out += static_cast<char>(content.size() & 0xFF);
  }
  return out.append(content);
}
std::string ber_integer(std::uint32_t value) {
  std::string content;
  for (int shift = 24; shift >= 0; shift -= 8) content += static_cast<char>(value >> shift);
  return tlv(0x02, content);
}

Tlv take(std::string_view& octets) {
  const auto octet = [&](std::size_t at) { return at < octets.size() ? static_cast<std::uint8_t>(octets[at]) : throw std::runtime_error("cut short"); };
  const std::uint8_t tag = octet(0);
  std::size_t size = octet(1), head = 2;
  if (size >= 0x80) {
    const std::size_t count = size & 0x7F;
    size = 0;
    for (std::size_t i = 0; i < count; ++i) size = size << 8 | octet(head + i);
    head += count;
  }
  if (octets.size() - head < size) throw std::runtime_error("an element is longer than what is there");
  Tlv found{tag, std::string(octets.substr(head, size))};
  octets.remove_prefix(head + size);
  return found;
}

namespace {

Entry read_entry(std::string_view body) {
  Entry entry;
  entry.dn = take(body).content;
  const auto list = take(body).content;
  for (std::string_view rest = list; !rest.empty();) {
    const auto attribute = take(rest).content;
    std::string_view parts = attribute;
    auto name = take(parts).content;
    const auto set = take(parts);
    EXPECT_EQ(set.tag, 0x31);
    std::vector<std::string> values;
    for (std::string_view each = set.content; !each.empty();) values.push_back(take(each).content);
    entry.attributes.emplace_back(std::move(name), std::move(values));
  }
  return entry;
}

void read_done(std::string_view body, std::string_view controls, Answer& answer) {
  answer.code = static_cast<lp::ResultCode>(take(body).content.at(0));
  answer.matched_dn = take(body).content;
  answer.message = take(body).content;
  if (!body.empty()) {
    const auto list = take(body);
    EXPECT_EQ(list.tag, 0xA3);
    for (std::string_view rest = list.content; !rest.empty();) answer.referrals.push_back(take(rest).content);
  }
  while (!controls.empty()) {
    const auto control = take(controls).content;
    std::string_view rest = control;
    const auto oid = take(rest).content;
    std::string value;
    while (!rest.empty())
      if (auto part = take(rest); part.tag == 0x04) value = std::move(part.content);
    answer.controls[oid] = value;
  }
}

}  // namespace

Answer read_answer(ByteView octets) {
  Answer answer;
  answer.octets = octets.size();
  std::string_view rest(reinterpret_cast<const char*>(octets.data()), octets.size());
  bool is_over = false;
  while (!rest.empty()) {
    EXPECT_FALSE(is_over) << "octets behind the last response";
    const auto message = take(rest).content;
    std::string_view parts = message;
    EXPECT_EQ(take(parts).content, std::string("\x07"));
    const auto body = take(parts);
    const auto controls = parts.empty() ? std::string() : take(parts).content;
    switch (static_cast<lp::ResponseTag>(body.tag)) {
      case lp::ResponseTag::kSearchEntry: answer.entries.push_back(read_entry(body.content)); break;
      case lp::ResponseTag::kSearchReference:
        for (std::string_view urls = body.content; !urls.empty();) answer.references.push_back(take(urls).content);
        break;
      case lp::ResponseTag::kSearchDone:
        read_done(body.content, controls, answer);
        is_over = true;
        break;
      default: ADD_FAILURE() << "response " << int{body.tag};
    }
  }
  EXPECT_TRUE(is_over);
  return answer;
}

std::shared_ptr<const Caller> administrator() { return service::testing::administrators_call().caller; }
std::shared_ptr<const Caller> user(const Sid& sid) { return service::testing::users_call(sid).caller; }

namespace {

/// A request whose views look into memory that it brings along, as those of a message that was read look into its octets.
class OwnedOperation final : public lp::Operation {
 public:
  OwnedOperation(ForestDsa& dsa, const Query& query, std::shared_ptr<const Caller> caller, LdapPolicies policies) {
    lp::SearchRequest request;
    request.base = query.base;
    request.scope = query.scope;
    request.size_limit = query.size_limit;
    request.types_only = query.types_only;
    auto filter = lp::parse_filter(query.filter, storage_);
    if (!filter) throw std::runtime_error("the test's filter is none: " + query.filter);
    request.filter = std::move(*filter);
    for (const auto& attribute : query.attributes) request.attributes.emplace_back(attribute);
    auto settings = std::make_shared<LdapSettings>();
    settings->policies = policies;
    lp::Message message;
    message.id = 7;
    message.request = std::move(request);
    for (const auto& control : query.controls)
      message.controls.push_back({control.oid, control.critical, control.value ? std::optional(as_bytes(*control.value)) : std::nullopt});
    operation_ = start_search({.dsa = dsa,
                               .settings = std::move(settings),
                               .caller = std::move(caller),
                               .is_anonymous = false,
                               .is_global_catalog = query.is_global_catalog,
                               .is_protected = true,
                               .connection = 1,
                               .message = std::move(message),
                               .wake = [] {}});
  }
  State run(Bytes& out) override { return operation_->run(out); }

 private:
  std::vector<Bytes> storage_;
  std::unique_ptr<lp::Operation> operation_;
};

}  // namespace

std::unique_ptr<lp::Operation> start(ForestDsa& dsa, const Query& query, std::shared_ptr<const Caller> caller, LdapPolicies policies) {
  return std::make_unique<OwnedOperation>(dsa, query, std::move(caller), policies);
}

Answer run(ForestDsa& dsa, const Query& query, std::shared_ptr<const Caller> caller, LdapPolicies policies) {
  const auto operation = start(dsa, query, std::move(caller), policies);
  Bytes out;
  std::size_t slices = 1;
  constexpr std::size_t kSlicesMax = 100'000;
  while (operation->run(out) != lp::Operation::State::kDone && slices < kSlicesMax) ++slices;
  auto answer = read_answer(out);
  answer.slices = slices;
  return answer;
}

}  // namespace tributary::service::ldap_face::testing
