// SPDX-License-Identifier: Apache-2.0
// Messages of a comparison from nobody knows whom: what decodes is encoded as it was; a request is answered or refused, and a reply given to a
// comparison of a small replica ends it, or makes it ask for something that can be encoded. The first octet chooses.
#include <cstdio>
#include <cstdlib>

#include "must_hold.hpp"
#include "repl/divergence/test_compare.hpp"

using namespace tributary;
using namespace tributary::repl;
using namespace tributary::repl::testing;

namespace {

struct World {
  World() : dsa(1) {
    dsa.make_domain();
    const auto group = dsa.add("DC=lab,DC=example", "group", "g");
    for (int i = 0; i < 20; ++i) dsa.link(group, dsa.add("DC=lab,DC=example", "user", "u" + std::to_string(i)));
    snapshot = dsa.store->read();
    nc = nc_guid(dsa);
  }
  Dsa dsa;
  std::unique_ptr<store::Snapshot> snapshot;
  ObjectGuid nc;
};

void check_request(const World& world, ByteView octets) {
  auto request = decode_digest_request(octets);
  if (!request) return;
  const auto again = decode_digest_request(encode_digest_request(*request));
  must_hold(again && *again == *request, "another request comes back");
  request->nc = world.nc.value;
  const auto reply = answer_digest(world.dsa.context, *world.snapshot, *request, {});
  if (reply) must_hold(decode_digest_reply(encode_digest_reply(*reply)).has_value(), "an answer that cannot be read");
}

void check_reply(const World& world, ByteView octets) {
  const auto reply = decode_digest_reply(octets);
  if (!reply) return;
  const auto again = decode_digest_reply(encode_digest_reply(*reply));
  must_hold(again && *again == *reply, "another reply comes back");
  ComparisonOptions options;
  options.nc = world.nc;
  options.differences_max = 100;
  DivergenceComparison comparison(options);
  auto step = comparison.begin(world.dsa.context, *world.snapshot);
  for (int round = 0; round < 8 && step.kind == ComparisonStep::Kind::kSend; ++round) {
    must_hold(decode_digest_request(encode_digest_request(*step.request)).has_value(), "a request that cannot be read");
    step = comparison.on_reply(world.dsa.context, *world.snapshot, *reply);
  }
  must_hold(comparison.result().objects.size() <= options.differences_max, "more differences than are wanted");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  if (size == 0) return 0;
  const ByteView octets(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    check_request(world, octets);
  } else {
    check_reply(world, octets);
  }
  return 0;
}
