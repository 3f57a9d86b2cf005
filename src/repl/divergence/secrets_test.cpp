// SPDX-License-Identifier: Apache-2.0
// Digests are made of values in clear: how a DSA keeps its secrets makes no difference, what they are does. docs/formats/divergence.md.
#include "repl/divergence/test_compare.hpp"
#include "repl/updates/test_sealer.hpp"

namespace tributary::repl::testing {
namespace {

constexpr std::string_view kDomain = "DC=lab,DC=example";

class SecretsDigest : public ::testing::Test {
 protected:
  SecretsDigest() {
    b_.context.sealer = std::make_shared<TestSealer>();
    a_.make_domain();
    user_ = a_.add(kDomain, "user", "u", {{password_, {octets_value(Bytes(16, 0x77))}}});
    pull(b_, a_);
  }
  static Digest with_secrets(const Dsa& dsa) {
    DigestScope scope;
    scope.with_secrets = true;
    return must(replica_digest(dsa.context, *dsa.store->read(), dsa.nc_root(), scope));
  }
  /// The value alone, as no update does it: its stamp stays.
  void overwrite(Dsa& dsa, const Bytes& value) const {
    (void)dsa.update([&](WriteTransaction& tx) -> Result<void> {
      store::ObjectDraft draft(*must(tx.find(dsa.dnt(user_))));
      draft.keep_all();
      draft.find(password_)->values.assign(1, draft.keep(must(seal_value(dsa.context, user_, password_, value))));
      must(tx.put(draft));
      return {};
    });
  }

  const Attid password_ = attid_of("unicodePwd");
  Dsa a_{1}, b_{2};
  ObjectGuid user_;
};

TEST_F(SecretsDigest, IsEqualWithASealingDsaAndOneThatDoesNotSeal) {
  EXPECT_EQ(with_secrets(a_), with_secrets(b_));
  EXPECT_EQ(digest_of(a_), digest_of(b_));
  ComparisonOptions options;
  options.with_secrets = true;
  EXPECT_TRUE(compare(a_, b_, options).result.is_equal());
}

TEST_F(SecretsDigest, SeesASecretThatDiffers) {
  const auto before = with_secrets(b_);
  overwrite(b_, Bytes(16, 0x77));
  EXPECT_EQ(with_secrets(b_), before) << "sealed anew, the same value";
  overwrite(b_, Bytes(16, 0x78));
  EXPECT_NE(with_secrets(b_), before);
  EXPECT_EQ(digest_of(b_), digest_of(a_)) << "who may not see secrets sees no difference";
}

}  // namespace
}  // namespace tributary::repl::testing
