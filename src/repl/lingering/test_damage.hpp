// SPDX-License-Identifier: Apache-2.0
// For tests of what finds faults: changes a record as a fault would. No stamp is raised, no USN is told to anybody.
#pragma once

#include "repl/destination/test_dsas.hpp"

namespace tributary::repl::testing {

inline void damage(Dsa& dsa, const ObjectGuid& object, const std::function<void(store::ObjectDraft&)>& change) {
  const auto transaction = dsa.store->write();
  store::ObjectDraft draft(*must(transaction->find(dsa.dnt(object))));
  draft.keep_all();
  change(draft);
  (void)must(transaction->put(draft));
  must(transaction->commit());
}
inline void damage_link(Dsa& dsa, const store::LinkKey& key, const std::function<void(store::LinkValue&)>& change) {
  const auto transaction = dsa.store->write();
  auto link = *must(transaction->find_link(key));
  change(link);
  transaction->put_link(link);
  must(transaction->commit());
}

}  // namespace tributary::repl::testing
