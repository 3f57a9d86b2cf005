// SPDX-License-Identifier: Apache-2.0
// For tests of replication: DSAs with databases in memory that pull from each other through the real source and the real cycle, with
// every message encoded and decoded as on the wire; and the whole content of an NC replica as a text that is equal where replicas are.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "repl/destination/replication_cycle.hpp"
#include "repl/source/get_nc_changes.hpp"
#include "repl/updates/rename.hpp"
#include "repl/updates/test_forest.hpp"

namespace tributary::repl::testing {

/// What a DSA of ours says when it binds.
[[nodiscard]] drsuapi::DRS_EXTENSIONS_INT our_extensions(bool recycle_bin = false);

class Dsa {
 public:
  explicit Dsa(std::uint8_t number, bool recycle_bin = false);

  /// The domain NC DC=lab,DC=example, made here.
  void make_domain();
  /// `guid` tells objects apart across DSAs.
  ObjectGuid add(std::string_view parent_dn, std::string_view object_class, std::string rdn, std::vector<NewAttribute> attributes = {});
  void set(const ObjectGuid& object, Attid attid, std::string_view text);
  void rename(const ObjectGuid& object, std::optional<ObjectGuid> parent, std::optional<std::string> rdn);
  void remove(const ObjectGuid& object);
  void link(const ObjectGuid& group, const ObjectGuid& member);
  void unlink(const ObjectGuid& group, const ObjectGuid& member);

  [[nodiscard]] Dnt dnt(const ObjectGuid& object) const;
  [[nodiscard]] std::string dn(const ObjectGuid& object) const;
  [[nodiscard]] std::string text(const ObjectGuid& object, Attid attid) const;
  [[nodiscard]] bool is_member(const ObjectGuid& group, const ObjectGuid& member) const;
  [[nodiscard]] Dnt nc_root() const;
  [[nodiscard]] std::optional<store::NcReplica> nc() const;
  [[nodiscard]] ReplUpToDateVector utd() const;
  [[nodiscard]] std::optional<RepsFrom> reps_from(const Dsa& source) const;
  void pass(std::int64_t seconds) { context.now = to_file_time(DsTime{context.ds_now().seconds + seconds}); }

  template <class F>
  auto update(F&& change) {
    const auto transaction = store->write();
    auto result = change(*transaction);
    EXPECT_TRUE(result) << (result ? std::string() : describe_error(result.error()));
    must(transaction->commit());
    return result;
  }

  TestRandom random;
  Context context;
  std::unique_ptr<store::DirectoryStore> store;
};

struct PullOptions {
  std::string nc = "DC=lab,DC=example";
  std::uint32_t objects_max = 1'000;
  std::uint32_t octets_max = 10u << 20;
  std::uint32_t flags = 0;
  std::uint32_t source_options = drsuapi::DRS_WRIT_REP | drsuapi::DRS_INIT_SYNC | drsuapi::DRS_PER_SYNC;
  std::size_t pages_max = 100'000;  ///< stops there, as if the process had ended
  bool recycle_bin = false;
  bool knows_v10 = true;  ///< the source takes requests of version 10, with DRS_GET_TGT
  /// Sees every native reply before it is delivered, and may change it.
  std::function<void(drsuapi::DRS_MSG_GETCHGREPLY_V9&)> tamper;
};
struct PullResult {
  CycleStep last;
  ApplyFigures figures;
  std::uint64_t pages = 0;
  std::uint64_t calls = 0;
  std::uint64_t objects_sent = 0;
  std::uint64_t links_sent = 0;
};
/// A cycle of `destination` from `source`, to its end unless pages_max ends it.
PullResult pull(Dsa& destination, const Dsa& source, const PullOptions& options = {});
[[nodiscard]] CycleOptions cycle_options(const Dsa& source, const PullOptions& options);
/// The source's answer to one request, encoded and decoded.
[[nodiscard]] Result<drsuapi::DRS_MSG_GETCHGREPLY> ask(const Dsa& source, const drsuapi::DRS_MSG_GETCHGREQ& request, ndr::Arena& arena, Bytes& stub);

/// Every object, attribute with its stamp and link value of an NC, by GUIDs; without what is local by nature: DNTs, local USNs and
/// times, the naming attribute's stamp (its value is in the DN), the bits of instanceType that each DSA sets.
[[nodiscard]] std::string content(const Dsa& dsa, std::string_view nc = "DC=lab,DC=example");
/// Everything in the database: equal when nothing at all was written.
[[nodiscard]] std::string whole_state(const Dsa& dsa);

/// The database keeps every invariant that store/verify.hpp knows.
void expect_sound(const Dsa& dsa);

/// Everybody pulls from everybody until two rounds bring nothing.
void converge(std::vector<Dsa*> dsas, const PullOptions& options = {});

}  // namespace tributary::repl::testing
