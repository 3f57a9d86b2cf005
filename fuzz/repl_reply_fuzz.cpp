// SPDX-License-Identifier: Apache-2.0
// Replies of a source that lies, fed to a destination with a small replica: whatever comes, the database stays sound, a refused reply
// changes nothing but the result in repsFrom, and an applied one leaves a cycle that an honest source can still end.
// Input: an octet that says which real reply to begin from, then patches of it (offset, two octets; value, one), or, when its upper bit
// is set, the stub itself.
#include <cstdio>
#include <cstdlib>

#include "must_hold.hpp"
#include "drsuapi/operations.hpp"
#include "repl/destination/test_dsas.hpp"
#include "store/verify.hpp"

using namespace tributary;
using namespace tributary::repl;
using namespace tributary::repl::testing;
using namespace tributary::drsuapi;

namespace {

/// The source, made once: users, a group, a tombstone, a rename, link values.
struct World {
  World() : source(1) {
    source.make_domain();
    const auto box = source.add("DC=lab,DC=example", "organizationalUnit", "box");
    for (int i = 0; i < 4; ++i) users.push_back(source.add("OU=box,DC=lab,DC=example", "user", "user" + std::to_string(i)));
    group = source.add("DC=lab,DC=example", "group", "group");
    for (const auto& user : users) source.link(group, user);
    base = std::make_unique<Dsa>(2);
    (void)pull(*base, source);
    source.pass(60);
    source.set(users[0], attid::kDescription, "changed");
    source.rename(users[1], std::nullopt, "renamed");
    source.remove(users[2]);
    source.unlink(group, users[3]);
    source.add("OU=box,DC=lab,DC=example", "user", "fresh");
    source.link(group, box);
  }
  Dsa source;
  std::unique_ptr<Dsa> base;  // never written again: only to see how a replica begins
  std::vector<ObjectGuid> users;
  ObjectGuid group;
};

Bytes patched(Bytes stub, ByteView patches) {
  for (; patches.size() >= 3; patches = patches.subspan(3)) {
    const std::size_t at = load_le<std::uint16_t>(patches.data()) % std::max<std::size_t>(stub.size(), 1);
    if (!stub.empty()) stub[at] = patches[2];
  }
  return stub;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  if (size == 0) return 0;
  const std::uint8_t mode = data[0];
  const ByteView rest(data + 1, size - 1);

  Dsa destination(2);
  const bool is_new = (mode & 1) != 0;  // a replica that does not exist yet, or one that is up to date but for the last changes
  PullOptions options;
  if (!is_new) {
    options.pages_max = 1;
    options.objects_max = 8;
    (void)pull(destination, world.source, options);
  }
  options.objects_max = (mode & 2) != 0 ? 3 : 1'000;
  ReplicationCycle cycle(cycle_options(world.source, options));
  auto step = cycle.begin(destination.context, *destination.store);
  must_hold(step.kind == CycleStep::Kind::kSend, "a cycle begins");
  Bytes stub;
  {
    ndr::Arena arena;
    must_hold(ask(world.source, *step.request, arena, stub).has_value(), "the source answers");
  }
  const Bytes wrong = (mode & 0x80) != 0 ? to_bytes(rest) : patched(std::move(stub), rest);
  ndr::Arena arena;
  auto decoded = decode_out<IDL_DRSGetNCChanges>(wrong, {ndr::Syntax::kNdr20, std::endian::little, &arena});
  if (!decoded) return 0;
  const bool has_nc = destination.nc_root() != kNoDnt;
  const auto before = has_nc ? whole_state(destination) : std::string();
  step = cycle.on_reply(destination.context, *destination.store, std::move(decoded->msgOut));

  const auto report = store::verify(*destination.store->read());
  if (report)
    for (const auto& finding : report->findings) std::fprintf(stderr, "%s\n", store::to_string(finding).c_str());
  must_hold(report && report->is_sound(), "the database is sound");
  const bool is_refused = !step.applied;
  if (is_refused && has_nc) must_hold(whole_state(destination) == before, "a refused reply changes nothing");
  if (is_refused && !has_nc) must_hold(destination.nc_root() == kNoDnt, "a refused reply makes nothing");
  return 0;
}
