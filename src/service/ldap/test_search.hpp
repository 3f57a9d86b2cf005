// SPDX-License-Identifier: Apache-2.0
// For tests of searches: a request in words, run to its end on a DSA, and the answer taken apart. The reader of the answer knows only
// the shape of TLVs (RFC 4511 5.1), so that it judges the writer.
#pragma once

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "service/directory/testing/forest_dsa.hpp"
#include "service/ldap/operations.hpp"

namespace tributary::service::ldap_face::testing {

using service::testing::ForestDsa;

struct Entry {
  std::string dn;
  std::vector<std::pair<std::string, std::vector<std::string>>> attributes;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
  [[nodiscard]] std::string value(std::string_view name) const;  ///< "-" when there is none
};

struct Answer {
  std::vector<Entry> entries;
  std::vector<std::string> references;
  lp::ResultCode code{};
  std::string matched_dn, message;
  std::vector<std::string> referrals;
  std::map<std::string, std::string> controls;  ///< value by OID
  std::size_t slices = 0;
  std::size_t octets = 0;
  [[nodiscard]] std::vector<std::string> dns() const;
  /// The first RDN's value of each entry, sorted.
  [[nodiscard]] std::vector<std::string> names() const;
};

struct Query {
  std::string base = "DC=lab,DC=example";
  lp::Scope scope = lp::Scope::kSubtree;
  std::string filter = "(objectClass=*)";
  std::vector<std::string> attributes{"1.1"};
  std::uint32_t size_limit = 0;
  bool types_only = false;
  struct Control {
    std::string oid;
    bool critical = true;
    std::optional<std::string> value{};
  };
  std::vector<Control> controls{};
  bool is_global_catalog = false;
};

[[nodiscard]] std::shared_ptr<const Caller> administrator();
[[nodiscard]] std::shared_ptr<const Caller> user(const Sid& sid = {});

/// The operation, not yet run; `query` must outlive it.
[[nodiscard]] std::unique_ptr<lp::Operation> start(ForestDsa& dsa, const Query& query, std::shared_ptr<const Caller> caller = administrator(),
                                                   LdapPolicies policies = {});
[[nodiscard]] Answer run(ForestDsa& dsa, const Query& query, std::shared_ptr<const Caller> caller = administrator(), LdapPolicies policies = {});
[[nodiscard]] Answer read_answer(ByteView octets);

/// BER for controls: an element.
[[nodiscard]] std::string tlv(std::uint8_t tag, std::string_view content);
[[nodiscard]] std::string ber_integer(std::uint32_t value);
/// The content of the element at the front, which is taken away.
struct Tlv {
  std::uint8_t tag = 0;
  std::string content;
};
[[nodiscard]] Tlv take(std::string_view& octets);

}  // namespace tributary::service::ldap_face::testing
