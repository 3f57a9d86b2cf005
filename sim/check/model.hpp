// SPDX-License-Identifier: Apache-2.0
// The simulator's own memory of every originating update that any DSA has committed, and what has to come of them: the last writer by
// stamp wins, for each attribute and each link value by itself. Fed by reading what a DSA has just committed under its own invocationId;
// judges what a replica holds or claims. Independent of the engine's rules. What is expected of it is docs/simulator.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "repl/state/up_to_dateness.hpp"
#include "sim/check/view.hpp"

namespace tributary::sim {

/// One originating update of one attribute or link value.
template <class Stamp>
struct Write {
  Stamp stamp;
  std::uint64_t digest = 0;  ///< of the values; of a link value: whether it is present
  bool is_certain = true;    ///< false: its DSA lost it, partners may have it
};

class Model {
 public:
  struct Terms {
    DsTime now;                       ///< wall clock, without anybody's skew
    bool recycle_bin = true;       ///< otherwise links of what was undeleted are not judged
    std::int64_t lifetime_s = 0;      ///< what was deleted so long ago may be gone
    const std::vector<Attid>* partial = nullptr;  ///< a partial replica: its attributes, ascending
  };

  /// Everything above `after` that this database made itself. A message when that contradicts what was known: a USN used twice.
  /// `is_client`: a client's update, which may move what lost its name long ago; otherwise the rule of name conflicts is judged.
  [[nodiscard]] std::optional<std::string> harvest(const Snapshot& snapshot, Usn after, bool is_client);
  /// A database was put back or thrown away: of this NC nothing is certain any more but what `known` covers, the vectors of all its
  /// replicas together.
  void lose_beyond(const ObjectGuid& nc, const repl::ReplUpToDateVector& known);
  /// The NC is no longer held by anybody who matters.
  void forget_nc(const ObjectGuid& nc) { gone_ncs_.push_back(nc); }

  /// Nothing accepted is lost, nothing deleted returns. The first contradiction in words.
  [[nodiscard]] std::optional<std::string> judge_replica(const ObjectGuid& nc, const ReplicaView& view, const Terms& terms) const;
  /// No claim of `utd` is for something that the replica lacks.
  [[nodiscard]] std::optional<std::string> judge_vector(const ObjectGuid& nc, const ReplicaView& view, const repl::ReplUpToDateVector& utd,
                                                        const Terms& terms) const;

  /// Nothing of what was written to this object was ever lost.
  [[nodiscard]] bool is_certain(const ObjectGuid& guid) const;
  /// It was deleted so long ago that a DSA may have forgotten it.
  [[nodiscard]] bool may_be_forgotten(const ObjectGuid& guid, const Terms& terms) const;
  /// Somebody made it come back from the dead.
  [[nodiscard]] bool was_undeleted(const ObjectGuid& guid) const;
  [[nodiscard]] std::size_t writes() const noexcept { return writes_; }
  [[nodiscard]] const std::vector<ObjectGuid>& objects() const noexcept { return order_; }

 private:
  struct ObjectLog {
    ObjectGuid nc;
    std::map<Attid, std::vector<Write<AttributeStamp>>> attributes;
  };
  struct LinkLog {
    ObjectGuid nc;
    std::vector<Write<LinkValueStamp>> writes;
  };
  struct Source {
    Usn highest;                                    ///< that was ever harvested
    std::unordered_map<std::int64_t, Guid> owners;  ///< which object a USN was drawn for; looked up, never walked
  };

  [[nodiscard]] std::optional<std::string> claim(const AttributeStamp& stamp, const ObjectGuid& object, Usn known_before);
  [[nodiscard]] std::optional<std::string> harvest_object(const Snapshot& snapshot, const store::ObjectView& object, const ObjectGuid& nc, Usn after,
                                                          bool is_client);
  [[nodiscard]] std::optional<std::string> harvest_link(const Snapshot& snapshot, const store::LinkValue& link, const ObjectGuid& nc, Usn after);
  [[nodiscard]] bool is_buried(const ObjectLog& log, const Terms& terms) const;
  [[nodiscard]] std::optional<std::string> judge_object(const ObjectGuid& guid, const ObjectLog& log, const ObjectFact* fact,
                                                        const Terms& terms) const;
  [[nodiscard]] bool was_ever_deleted(const ObjectGuid& guid) const;
  [[nodiscard]] bool link_may_be_gone(const LinkId& id, const LinkLog& log, const Write<LinkValueStamp>& last, const Terms& terms) const;
  [[nodiscard]] bool is_gone(const ObjectGuid& nc) const noexcept;

  std::unordered_map<ObjectGuid, ObjectLog> logs_;
  std::vector<ObjectGuid> order_;  // of logs_, as they came: for walks
  std::map<LinkId, LinkLog> links_;
  std::map<InvocationId, Source> sources_;
  std::vector<ObjectGuid> gone_ncs_;
  std::size_t writes_ = 0;
};

}  // namespace tributary::sim
