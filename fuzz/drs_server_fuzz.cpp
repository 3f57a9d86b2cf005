// SPDX-License-Identifier: Apache-2.0
// Whatever a client sends behind a handle that is good: every call has exactly one answer, which is a fault or a stub that decodes as that
// operation's, and the database stays sound. Input: an octet that chooses the operation, one that chooses who calls, then what follows the
// handle in the stub.
#include "must_hold.hpp"
#include "service/drs/testing/rules.hpp"
#include "store/verify.hpp"

using namespace tributary;
using namespace tributary::service;
using namespace tributary::service::testing;

namespace {

constexpr std::uint16_t kOpnums[] = {2, 3, 4, 5, 6, 7, 18, 19, 22, 23};

struct World {
  std::unique_ptr<TwoDsas> dsas = std::make_unique<TwoDsas>();
  ndr::ContextHandle handle = dsas->wire.bind(administrator());
  std::size_t calls = 0;
};

void expect_sound(TestDsa& dsa) {
  const auto report = store::verify(*dsa.store().read());
  must_hold(report && report->findings.empty(), "the database is sound");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  static auto world = std::make_unique<World>();
  if (++world->calls % 2000 == 0) world = std::make_unique<World>();  // references pile up
  const std::uint16_t opnum = kOpnums[data[0] % std::size(kOpnums)];
  const auto who = data[1] % 3 == 0 ? operator_() : data[1] % 3 == 1 ? administrator() : other_dsa();
  Bytes stub(4);
  stub.insert(stub.end(), world->handle.uuid.octets.begin(), world->handle.uuid.octets.end());
  stub.insert(stub.end(), data + 2, data + size);
  const auto came = world->dsas->wire.send(who, opnum, std::move(stub));
  must_hold(came.stub.has_value() != (came.fault != 0), "an answer is a stub or a fault");
  if (came.stub) {
    const auto recoded = drsuapi::drsuapi_operations()[opnum].recode(drsuapi::Direction::kOut, *came.stub, {}, ndr::Syntax::kNdr20);
    must_hold(recoded.has_value(), "an answer decodes");
    expect_sound(world->dsas->b);
  }
  return 0;
}
