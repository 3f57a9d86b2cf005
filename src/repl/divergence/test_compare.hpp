// SPDX-License-Identifier: Apache-2.0
// For tests of comparisons: one DSA's replica against another's, with every message encoded and decoded.
#pragma once

#include "repl/destination/test_dsas.hpp"
#include "repl/divergence/comparison.hpp"
#include "repl/lingering/test_damage.hpp"
#include "repl/updates/garbage.hpp"

namespace tributary::repl::testing {

struct Compared {
  ComparisonStep last;
  ComparisonResult result;
  std::size_t octets = 0;  ///< of all messages

  [[nodiscard]] const ObjectDifference* find(const ObjectGuid& guid) const {
    const auto found = result.objects.find(guid);
    return found == result.objects.end() ? nullptr : &found->second;
  }
};

inline ObjectGuid nc_guid(const Dsa& dsa) { return must(dsa.store->read()->find(dsa.nc_root()))->guid(); }

/// `between` runs before each reply.
inline Compared compare(const Dsa& here, const Dsa& there, ComparisonOptions options = {}, const std::function<void()>& between = {}) {
  options.nc = nc_guid(here);
  DivergenceComparison comparison(options);
  Compared compared;
  compared.last = comparison.begin(here.context, *here.store->read());
  while (compared.last.kind == ComparisonStep::Kind::kSend) {
    if (between) between();
    const auto request = encode_digest_request(*compared.last.request);
    auto reply = answer_digest(there.context, *there.store->read(), must(decode_digest_request(request)), {});
    if (!reply) {
      compared.last = comparison.on_failure(std::move(reply.error()));
      break;
    }
    const auto answer = encode_digest_reply(*reply);
    compared.octets += request.size() + answer.size();
    compared.last = comparison.on_reply(here.context, *here.store->read(), must(decode_digest_reply(answer)));
  }
  EXPECT_EQ(compared.last.kind, ComparisonStep::Kind::kDone) << describe_error(compared.last.error);
  compared.result = comparison.result();
  return compared;
}

inline Digest digest_of(const Dsa& dsa) { return must(replica_digest(dsa.context, *dsa.store->read(), dsa.nc_root(), {})); }

}  // namespace tributary::repl::testing
