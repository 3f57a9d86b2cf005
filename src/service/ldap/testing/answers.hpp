// SPDX-License-Identifier: Apache-2.0
// What an operation answers, taken apart for tests: entries with their values, and the result. Any malformed octet fails the test.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "ldap/protocol/ber.hpp"
#include "service/ldap/operations.hpp"

namespace tributary::service::ldap_face::testing {

struct Entry {
  std::string dn;
  std::vector<std::pair<std::string, std::vector<std::string>>> attributes;
  [[nodiscard]] bool has(std::string_view name) const {
    return std::ranges::any_of(attributes, [&](const auto& attribute) { return attribute.first == name; });
  }
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const {
    for (const auto& [known, values] : attributes)
      if (known == name) return values;
    return {};
  }
  [[nodiscard]] std::string one(std::string_view name) const {
    const auto values = all(name);
    return values.size() == 1 ? values.front() : "(" + std::to_string(values.size()) + " values)";
  }
};
struct Answers {
  std::vector<Entry> entries;
  lp::ResultCode code{};
  std::string message;
  std::optional<std::string> value{};  ///< of an extended operation
};

[[nodiscard]] inline Entry read_entry(lp::BerScratch& scratch, ByteView content) {
  Entry entry;
  lp::BerReader reader(scratch, content);
  entry.dn = reader.text().value_or("?");
  const auto list = reader.take(lp::kSequence);
  for (lp::BerReader attributes(scratch, list.value_or(ByteView{})); !attributes.at_end();) {
    const auto one = attributes.take(lp::kSequence);
    if (!one) return ADD_FAILURE() << "no attribute", entry;
    lp::BerReader attribute(scratch, *one);
    auto& made = entry.attributes.emplace_back(std::string(attribute.text().value_or("?")), std::vector<std::string>{});
    const auto values = attribute.take(lp::kSet);
    for (lp::BerReader each(scratch, values.value_or(ByteView{})); !each.at_end();) {
      const auto value = each.text();
      if (!value) return ADD_FAILURE() << "no value", entry;
      made.second.emplace_back(*value);
    }
  }
  return entry;
}

/// All that is in `octets`, which ends with a result.
[[nodiscard]] inline Answers read_answers(ByteView octets) {
  Answers answers;
  lp::BerScratch scratch;
  bool is_done = false;
  for (lp::BerReader messages(scratch, octets); !messages.at_end();) {
    const auto message = messages.take(lp::kSequence);
    if (!message) return ADD_FAILURE() << "no LDAPMessage", answers;
    lp::BerReader parts(scratch, *message);
    (void)parts.number();
    const auto operation = parts.next();
    if (!operation) return ADD_FAILURE() << "no operation", answers;
    if (operation->tag == static_cast<ber_tag_t>(lp::ResponseTag::kSearchEntry)) {
      answers.entries.push_back(read_entry(scratch, operation->content));
      continue;
    }
    lp::BerReader result(scratch, operation->content);
    answers.code = static_cast<lp::ResultCode>(result.number(lp::kEnumerated).value_or(80));
    (void)result.text();
    answers.message = result.text().value_or("");
    if (const auto value = result.text(0x8B)) answers.value = std::string(*value);
    is_done = true;
  }
  EXPECT_TRUE(is_done) << "there is no result";
  return answers;
}

/// To the end of the operation. Nobody wakes it.
[[nodiscard]] inline Answers run(const std::unique_ptr<lp::Operation>& operation) {
  Bytes out;
  for (int i = 0; i < 1'000; ++i)
    if (const auto state = operation->run(out); state != lp::Operation::State::kMore) break;
  return read_answers(out);
}

}  // namespace tributary::service::ldap_face::testing
