// SPDX-License-Identifier: Apache-2.0
// The comparison of our replica of an NC with another DSA's, sans-I/O: a request to send comes out, a reply goes in, until it is known
// which objects are only here, only there or different, in what, with which stamps, and what that means (judgement.hpp). Equal replicas
// cost one exchange of a few hundred octets; each difference costs a few exchanges, as many as the tree has levels, shared by all.
//
// Contract: begin(), then on_reply() as long as the step says kSend. Each call may have a newer snapshot: replicas may go on replicating
// meanwhile. A difference is judged by the vectors of the very exchange that showed it, and what settles meanwhile is not reported.
// Memory: what differs, up to differences_max. Must never know how messages travel.
#pragma once

#include "repl/divergence/answer.hpp"
#include "repl/divergence/judgement.hpp"

namespace tributary::repl {

struct ComparisonOptions {
  ObjectGuid nc;                          ///< objectGUID of the NC's root
  bool with_secrets = false;              ///< both have to allow it
  std::size_t differences_max = 10'000;   ///< objects and items together; the comparison ends there
};

struct ComparisonStep {
  enum class Kind : std::uint8_t { kSend, kDone, kFailed };
  Kind kind = Kind::kFailed;
  std::optional<DigestRequest> request;
  Error error;
};

struct ComparisonResult {
  Digest digest;                  ///< of our replica, at the beginning
  DigestScope scope;              ///< what was compared: of partial replicas what both have
  BothVectors first, last;           ///< the vectors at which the replicas stood, in the first and in the last exchange
  std::map<ObjectGuid, ObjectDifference> objects;
  bool is_truncated = false;      ///< there is more: differences_max
  std::uint64_t exchanges = 0;
  std::uint64_t nodes = 0;

  [[nodiscard]] bool is_equal() const noexcept { return objects.empty() && !is_truncated; }
  [[nodiscard]] std::size_t count(Verdict verdict) const noexcept;
};

class DivergenceComparison {
 public:
  explicit DivergenceComparison(ComparisonOptions options) : options_(options) {}

  [[nodiscard]] ComparisonStep begin(const Context& context, const store::Snapshot& snapshot);
  /// kErrorInvalidData when the reply cannot be one.
  [[nodiscard]] ComparisonStep on_reply(const Context& context, const store::Snapshot& snapshot, const DigestReply& reply);
  [[nodiscard]] ComparisonStep on_failure(Error error);

  /// Complete when the step says kDone.
  [[nodiscard]] const ComparisonResult& result() const noexcept { return result_; }

 private:
  struct Open {
    NodeAddress node;
    Digest digest;  ///< ours
  };
  [[nodiscard]] Result<void> start(const Context& context, const store::Snapshot& snapshot, const DigestScope& scope);
  [[nodiscard]] ComparisonStep next(const Context& context, const store::Snapshot& snapshot);
  [[nodiscard]] Result<void> take(const Context& context, const store::Snapshot& snapshot, Dnt root, const Open& open, const WireAnswer& answer);
  [[nodiscard]] Result<void> take_children(const Open& open, const Expansion& mine, const WireAnswer& answer);
  [[nodiscard]] Result<void> take_objects(const Open& open, const Expansion& mine, const WireAnswer& answer);
  [[nodiscard]] Result<void> take_items(const Open& open, const Expansion& mine, const WireAnswer& answer);
  void lone(const ObjectEntry& entry, ObjectDifference::Where where);
  /// The object went on one side since its digest was made.
  [[nodiscard]] bool take_vanished(const Open& open, const std::vector<ItemEntry>& here, const std::vector<ItemEntry>& there);
  [[nodiscard]] bool has_room();
  [[nodiscard]] Result<ReplUpToDateVector> vector_here(const Context& context, const store::Snapshot& snapshot) const;

  ComparisonOptions options_;
  ComparisonResult result_;
  std::vector<Open> open_;      // to be asked, the last first
  std::vector<Open> asked_;     // of the request that is under way
  BothVectors now_;                // of the exchange at hand
  std::optional<Expansion> root_;  // ours, made for the first request
  Usn root_usn_;                   // of the state that it is of
  std::size_t found_ = 0;
  int narrowed_ = 0;
};

}  // namespace tributary::repl
