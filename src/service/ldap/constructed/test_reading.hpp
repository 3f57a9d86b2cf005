// SPDX-License-Identifier: Apache-2.0
// For tests of this folder: one attribute of one object as a caller reads it.
#pragma once

#include <gmock/gmock.h>

#include "repl/updates/test_forest.hpp"
#include "service/ldap/constructed/head_values.hpp"
#include "service/ldap/view.hpp"

namespace tributary::service::ldap_face::testing {

using Values = std::vector<std::string>;

struct Reading {
  Dsa& dsa;
  const Caller& caller;
  bool binary = false;

  [[nodiscard]] Values of(store::Dnt object, std::string_view name) const {
    const auto context = dsa.context();
    const auto snapshot = dsa.store().read();
    const View view{dsa, context, *snapshot, caller};
    const auto* const attribute = context.schema->find_attribute(name);
    const auto record = snapshot->find(object);
    if (attribute == nullptr || !record || !*record) {
      ADD_FAILURE() << name << ": no such attribute, or no such object";
      return {};
    }
    const bool is_head = is_head_attribute(attribute->attid);
    EXPECT_NE(is_head, is_served_constructed(*attribute)) << name << " is one or the other";
    auto values = is_head ? head_values(view, **record, attribute->attid) : constructed_values(view, **record, *attribute, binary);
    EXPECT_TRUE(values) << name << ": " << (values ? std::string() : describe_error(values.error()));
    return values ? std::move(*values) : Values();
  }
  [[nodiscard]] std::string one(store::Dnt object, std::string_view name) const {
    const auto values = of(object, name);
    return values.size() == 1 ? values.front() : "(" + std::to_string(values.size()) + " values)";
  }
};

}  // namespace tributary::service::ldap_face::testing
