// SPDX-License-Identifier: Apache-2.0
// For tests of this folder: the test forest with descriptors written in SDDL.
#pragma once

#include "repl/updates/test_forest.hpp"
#include "security/access/sddl.hpp"

namespace tributary::service::testing {

using repl::testing::must;
using store::Dnt;

inline const Sid kDomain = security::make_sid(5, {21, 1, 2, 3});
inline const security::DomainSids kDomains{kDomain, kDomain};
inline Sid account(std::uint32_t rid) { return security::with_rid(kDomain, rid); }

inline Bytes descriptor_octets(std::string_view sddl) {
  return must(security::encode_security_descriptor(must(security::parse_sddl(sddl, kDomains))));
}
inline std::string descriptor_text(ByteView octets) {
  return must(security::to_sddl(must(security::decode_security_descriptor(octets)), kDomains));
}

class DescribedForest : public ::testing::Test {
 protected:
  /// Writes values as a replica would: without any judgement.
  void write(Dnt dnt, store::Attid attid, std::vector<ByteView> values) {
    must(forest->update([&](store::WriteTransaction& tx) -> Result<repl::Updates> {
      store::ObjectDraft draft(*must(tx.find(dnt)));
      draft.keep_all();
      draft.attribute(attid).values = std::move(values);
      if (auto put = tx.put(draft); !put) return std::unexpected(put.error());
      return repl::Updates{};
    }));
  }
  void describe(Dnt dnt, std::string_view sddl) {
    const Bytes value = descriptor_octets(sddl);
    write(dnt, repl::attid::kNtSecurityDescriptor, {value});
  }
  Dnt make_account(Dnt parent, std::string_view object_class, std::string name, std::uint32_t rid,
                   std::vector<repl::NewAttribute> attributes = {}) {
    auto request = forest->request_of(parent, object_class, std::move(name), std::move(attributes));
    request.sid = account(rid);
    return must(forest->try_add(request)).dnt;
  }

  std::unique_ptr<repl::testing::Forest> forest = repl::testing::Forest::with_domain();
  Dnt domain = forest->domain.root;
  Dnt people = forest->make(domain, "organizationalUnit", "people");
};

}  // namespace tributary::service::testing
