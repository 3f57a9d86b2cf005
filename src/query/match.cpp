// SPDX-License-Identifier: Apache-2.0
// See match.hpp.
#include "query/match.hpp"

#include <algorithm>

#include "query/links.hpp"
#include "schema/value_compare.hpp"

namespace tributary::query {
namespace {

using schema::Syntax;

/// Whose normal form is the stored octets.
constexpr bool compares_octets(Syntax syntax) noexcept {
  switch (syntax) {
    case Syntax::kDn:
    case Syntax::kDnBinary:
    case Syntax::kOrName:
    case Syntax::kPresentationAddress:
    case Syntax::kReplicaLink:
    case Syntax::kCaseString:
    case Syntax::kIa5String:
    case Syntax::kNumericString:
    case Syntax::kPrintableString:
    case Syntax::kOctetString:
    case Syntax::kSid: return true;
    default: return false;
  }
}

bool less(ByteView a, ByteView b) noexcept { return std::ranges::lexicographical_compare(a, b); }

bool compare(Test test, ByteView value, ByteView asserted) noexcept {
  switch (test) {
    case Test::kEqual: return std::ranges::equal(value, asserted);
    case Test::kGreaterOrEqual: return !less(value, asserted);
    case Test::kLessOrEqual: return !less(asserted, value);
    default: return false;
  }
}

bool has_bits(Test test, std::uint64_t value, std::uint64_t bits) noexcept {
  return test == Test::kBitAnd ? (value & bits) == bits : (value & bits) != 0;
}

}  // namespace

template <class T>
T Matcher::value_or_fault(Result<T> result, T otherwise) {
  if (result) return std::move(*result);
  if (!fault_) fault_ = std::move(result.error());
  return otherwise;
}

Result<Truth> Matcher::match(const store::Snapshot& snapshot, const store::ObjectView& object, ReadRights* rights) {
  snapshot_ = &snapshot;
  object_ = &object;
  rights_ = rights;
  fault_.reset();
  const Truth truth = evaluate(0);
  if (fault_) return std::unexpected(std::move(*fault_));
  return truth;
}

Truth Matcher::evaluate(std::uint32_t at) {
  const Item& item = filter_.items[at];
  switch (item.test) {
    case Test::kConstant: return item.constant;
    case Test::kNot: return at + 1 < item.end ? negate(evaluate(at + 1)) : Truth::kUndefined;
    case Test::kAnd:
    case Test::kOr: {
      const Truth decided = item.test == Test::kAnd ? Truth::kFalse : Truth::kTrue;
      Truth result = negate(decided);
      for (std::uint32_t child = at + 1; child < item.end; child = filter_.items[child].end) {
        const Truth truth = evaluate(child);
        if (truth == decided) return decided;
        if (truth == Truth::kUndefined) result = truth;
      }
      return result;
    }
    default: {
      if (!holds(item)) return Truth::kFalse;
      return rights_ == nullptr || rights_->may_read(*item.attribute, item.slot) ? Truth::kTrue : Truth::kFalse;
    }
  }
}

bool Matcher::holds(const Item& item) {
  if (item.test == Test::kInChain) return std::ranges::binary_search(filter_.chains[item.chain], object_->dnt());
  switch (item.place) {
    case Place::kRecord: return record_holds(item);
    case Place::kForwardLink: return forward_holds(item);
    case Place::kBackLink: return back_holds(item);
    case Place::kDistinguishedName: return item.test == Test::kPresent || item.target == object_->dnt();
    case Place::kWhenChanged: return number_holds(item, object_->head().when_changed.seconds);
    case Place::kUsnChanged: return number_holds(item, object_->usn_changed().value);
    case Place::kUsnCreated: return number_holds(item, object_->head().usn_created.value);
    case Place::kNowhere: return false;
  }
  return false;
}

bool Matcher::number_holds(const Item& item, std::int64_t number) {
  if (item.test == Test::kPresent) return true;
  std::array<std::uint8_t, 8> stored{};
  store_le(stored.data(), static_cast<std::uint64_t>(number));
  return value_holds(item, stored);
}

bool Matcher::record_holds(const Item& item) {
  const auto values = object_->find(item.attribute->attid);
  if (!values) return false;
  if (item.test == Test::kPresent) return values->size() != 0;
  for (std::size_t i = 0; i < values->size(); ++i)
    if (value_holds(item, values->value(i))) return true;
  return false;
}

bool Matcher::value_holds(const Item& item, ByteView value) {
  const Syntax syntax = item.attribute->syntax;
  switch (item.test) {
    case Test::kBitAnd:
    case Test::kBitOr: {
      const auto bits = static_cast<std::uint64_t>(item.bits);
      if (value.size() == 4) return has_bits(item.test, load_le<std::uint32_t>(value.data()), bits);
      return value.size() == 8 && has_bits(item.test, load_le<std::uint64_t>(value.data()), bits);
    }
    case Test::kDnWithData: {
      const auto rest = store::reference_rest(value);
      const bool is_same = item.target == store::kRootDnt || item.target == store::reference_target(value);
      return is_same && rest.size() >= item.form.size() && std::ranges::equal(rest.first(item.form.size()), item.form);
    }
    default: break;
  }
  if (compares_octets(syntax)) return item.test == Test::kSubstrings ? has_pieces(item, value) : compare(item.test, value, item.form);
  // A UTF-16 unit becomes one to three octets: most values are told apart by their length.
  const auto units = value.size() / 2;
  if (syntax == Syntax::kUnicodeString && item.test == Test::kEqual && (units > item.form.size() || item.form.size() > units * 3)) return false;
  if (!schema::normal_form(syntax, value, form_)) return false;
  return item.test == Test::kSubstrings ? has_pieces(item, form_) : compare(item.test, form_, item.form);
}

bool Matcher::has_pieces(const Item& item, ByteView form) const noexcept {
  for (std::uint32_t at = item.pieces_begin; at < item.pieces_end; ++at) {
    const auto& [place, piece] = filter_.pieces[at];
    if (piece.size() > form.size()) return false;
    switch (place) {
      case ldap::Substring::Place::kInitial:
        if (!std::ranges::equal(form.first(piece.size()), piece)) return false;
        form = form.subspan(piece.size());
        break;
      case ldap::Substring::Place::kAny: {
        const auto found = std::ranges::search(form, piece);
        if (found.empty() && !piece.empty()) return false;
        form = form.subspan(static_cast<std::size_t>(found.begin() - form.begin()) + piece.size());
        break;
      }
      case ldap::Substring::Place::kFinal:
        if (!std::ranges::equal(form.last(piece.size()), piece)) return false;
        form = form.first(form.size() - piece.size());
        break;
    }
  }
  return true;
}

bool Matcher::forward_holds(const Item& item) {
  const bool shows = filter_.shows_deactivated_links;
  if (item.test == Test::kEqual && !item.link_has_data)
    return value_or_fault(is_shown(*snapshot_, {object_->dnt(), item.link, item.target, {}}, shows), false);
  bool found = false;
  Bytes stored;
  const auto walked = snapshot_->links(object_->dnt(), item.link, [&](const store::LinkValue& link) {
    if (!is_shown(link, shows)) return true;
    if (item.test == Test::kPresent) return !(found = true);
    stored.resize(schema::kReferenceOctets);
    store_le(stored.data(), static_cast<std::uint64_t>(link.key.target));
    stored.insert(stored.end(), link.key.data.begin(), link.key.data.end());
    found = value_holds(item, stored);
    return !found;
  });
  if (!walked && !fault_) fault_ = walked.error();
  return found;
}

bool Matcher::back_holds(const Item& item) {
  if (item.test == Test::kEqual && !item.link_has_data)
    return value_or_fault(is_shown(*snapshot_, {item.target, item.link, object_->dnt(), {}}, filter_.shows_deactivated_links), false);
  bool found = false;
  const auto walked = for_each_source(*snapshot_, object_->dnt(), item.link, filter_.shows_deactivated_links, [&](const Dnt& source) {
    found = item.test == Test::kPresent || source == item.target;
    return !found;
  });
  if (!walked && !fault_) fault_ = walked.error();
  return found;
}

}  // namespace tributary::query
