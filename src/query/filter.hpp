// SPDX-License-Identifier: Apache-2.0
// A search filter in the terms of a schema ([MS-ADTS] 3.1.1.3.1.3, 3.1.1.3.4.4): names are attributes, assertion values are in the form in
// which they are compared ([MS-ADTS] 3.1.1.2.2.4), aNR is what it stands for, and what can never be true or false is a constant. Made
// once for a search; then any number of objects are held against it (match.hpp), and it says which objects to look at (plan.hpp).
// A function of a snapshot, a schema and the filter. Knows no right: `attributes` lists what a caller must be allowed to read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ldap/protocol/filter.hpp"
#include "schema/schema.hpp"
#include "store/directory_store.hpp"

namespace tributary::query {

using store::Dnt;

/// Three values (RFC 4511 4.5.1.7).
enum class Truth : std::uint8_t { kFalse, kTrue, kUndefined };
[[nodiscard]] constexpr Truth negate(Truth truth) noexcept {
  return truth == Truth::kUndefined ? truth : truth == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
}

enum class Test : std::uint8_t {
  kAnd,
  kOr,
  kNot,
  kConstant,
  kPresent,
  kEqual,
  kSubstrings,
  kGreaterOrEqual,
  kLessOrEqual,
  kBitAnd,
  kBitOr,
  kInChain,      ///< a link, however many steps long
  kDnWithData,   ///< a reference whose binary or string part begins with octets
};

/// Where an object has the values of an attribute.
enum class Place : std::uint8_t {
  kRecord,
  kForwardLink,
  kBackLink,
  kDistinguishedName,
  kWhenChanged,
  kUsnChanged,
  kUsnCreated,
  kNowhere,  ///< in no record: repsFrom and the like
};
[[nodiscard]] Place place_of(const schema::AttributeSchema& attribute) noexcept;

struct Item {
  Test test{};
  Truth constant = Truth::kUndefined;
  Place place = Place::kRecord;
  std::uint32_t end = 0;                            ///< behind its last descendant
  std::uint32_t slot = 0;                           ///< into CompiledFilter::attributes
  const schema::AttributeSchema* attribute = nullptr;
  drsuapi::Attid link{};                            ///< kForwardLink, kBackLink: the forward link
  bool link_has_data = false;                       ///< its values are more than a DN
  Dnt target = store::kNoDnt;                       ///< of a reference; kNoDnt: no object here has that name
  Bytes form{};                                     ///< normal form of the value; of kDnWithData the octets
  std::int64_t bits = 0;
  std::uint32_t pieces_begin = 0, pieces_end = 0;   ///< kSubstrings
  std::uint32_t chain = 0;                          ///< kInChain: into CompiledFilter::chains
};

struct Piece {
  ldap::Substring::Place place{};
  Bytes form;
};

/// items[0] is the root; children follow their parent at once. Keeps the schema.
struct CompiledFilter {
  std::shared_ptr<const schema::Schema> schema;
  std::vector<Item> items;
  std::vector<Piece> pieces;
  std::vector<const schema::AttributeSchema*> attributes;  ///< each once
  std::vector<std::vector<Dnt>> chains;                    ///< ascending: the objects for which a kInChain is true
  bool shows_deactivated_links = false;
};

/// aNR makes a dozen of one; more are refused.
inline constexpr std::size_t kItemsMax = 60'000;
/// Link values that all kInChain of a filter may follow.
inline constexpr std::size_t kChainLinksMax = 100'000;

struct CompileOptions {
  bool shows_deactivated_links = false;
  bool suppresses_first_last_anr = false;  ///< fSupFirstLastANR of dSHeuristics
  bool suppresses_last_first_anr = false;  ///< fSupLastFirstANR
};
/// kErrorDsInappropriateMatching for a constructed attribute; kErrorDsAdminLimitExceeded beyond the limits of depth and size.
[[nodiscard]] Result<CompiledFilter> compile_filter(const store::Snapshot& snapshot, std::shared_ptr<const schema::Schema> schema,
                                                    const ldap::Filter& filter, const CompileOptions& options = {});

/// The objectCategory that a class name means: the object of its defaultObjectCategory. kNoDnt when there is none.
[[nodiscard]] Result<Dnt> category_of_class(const store::Snapshot& snapshot, const schema::Schema& schema, const schema::ClassSchema& named);

/// In the words of the schema, for explanations: "(&(sAMAccountName=ann)(!(userAccountControl&2)))". At most `octets_max` octets.
[[nodiscard]] std::string describe(const CompiledFilter& filter, std::size_t octets_max);

}  // namespace tributary::query
