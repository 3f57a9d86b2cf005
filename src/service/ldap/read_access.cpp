// SPDX-License-Identifier: Apache-2.0
// See read_access.hpp.
#include "service/ldap/read_access.hpp"

#include <algorithm>
#include <array>

#include "repl/objects/facts.hpp"
#include "service/access/object_access.hpp"
#include "service/directory/reader.hpp"
#include "service/ldap/heuristics.hpp"

namespace tributary::service::ldap_face {

namespace {

constexpr Guid kReadPartitionSecrets = "084c93a2-620d-4879-a836-f0ae47de0e89"_guid;  // [MS-ADTS] 5.1.3.2.1
/// Beside the secrets of [MS-DRSR] 4.1.10.3.11: what nobody reads ([MS-ADTS] 3.1.1.4.4).
constexpr std::array<std::string_view, 2> kNeverShown = {"pekList", "msDS-ExecuteScriptPassword"};
constexpr store::Attid kUserPassword{0x23};

/// Kept for one thread: tokens, and descriptors of each. A descriptor of a few KiB and its answers: about 16 MiB at most.
constexpr std::size_t kTokensMax = 16, kDescriptorsMax = 256;
constexpr std::size_t kDescriptorOctetsMax = 16'384;  ///< a longer one is judged anew each time
constexpr std::size_t kAttributeSlots = 256;

enum class Answer : std::uint8_t { kUnknown, kNo, kYes };

std::uint64_t mix(std::uint64_t sum, std::uint64_t next) noexcept {
  sum = (sum ^ next) * 0x9E3779B97F4A7C15u;
  return sum ^ (sum >> 29);
}

/// A few of the octets: whether two descriptors are the same is decided by comparing them.
std::uint64_t sample(ByteView octets) noexcept {
  std::uint64_t sum = octets.size();
  if (octets.size() < 8) return sum;
  const std::size_t last = octets.size() - 8, step = std::max<std::size_t>(last / 16, 1);
  for (std::size_t at = 0; at <= last; at += step) sum = mix(sum, load_le<std::uint64_t>(octets.data() + at));
  return mix(sum, load_le<std::uint64_t>(octets.data() + last));
}

}  // namespace

/// What one token may do with objects of one class under one descriptor.
class DescriptorAnswers {
 public:
  std::uint64_t serial = 0;  ///< an address may be another's before
  Bytes octets;
  std::vector<store::Attid> classes;
  bool is_self = false;
  Guid object_class;
  std::uint32_t object_rights = 0;

  [[nodiscard]] Answer find(store::Attid attid) const noexcept {
    const auto at = slot(attid);
    return attids_[at] == attid ? answers_[at] : Answer::kUnknown;
  }
  void keep(store::Attid attid, bool may) noexcept {
    const auto at = slot(attid);
    attids_[at] = attid;
    answers_[at] = may ? Answer::kYes : Answer::kNo;
  }

 private:
  static std::size_t slot(store::Attid attid) noexcept { return (static_cast<std::uint32_t>(attid) * 0x9E3779B1u) >> 24; }
  static_assert(kAttributeSlots == 1u << 8);
  std::array<store::Attid, kAttributeSlots> attids_{};
  std::array<Answer, kAttributeSlots> answers_{};
};

/// The descriptor of whatever was judged last: several attributes are asked for one after the other.
struct DecodedDescriptor {
  std::uint64_t serial = 0;
  security::SecurityDescriptor descriptor;
};

struct ReadAccess::TokenAnswers {
  security::Token token;
  std::uint64_t used = 0;
  std::vector<std::unique_ptr<DescriptorAnswers>> descriptors = std::vector<std::unique_ptr<DescriptorAnswers>>(kDescriptorsMax);
  std::unique_ptr<DescriptorAnswers> too_long;
};

struct ReadAccess::ThreadAnswers {
  std::shared_ptr<const schema::Schema> schema;
  std::vector<std::unique_ptr<TokenAnswers>> tokens;
  std::uint64_t clock = 0;

  TokenAnswers* of(const std::shared_ptr<const schema::Schema>& now, const security::Token& token) {
    if (schema != now) {
      tokens.clear();
      schema = now;
    }
    const auto known = std::ranges::find_if(tokens, [&](const auto& each) { return each->token == token; });
    if (known != tokens.end()) {
      (*known)->used = ++clock;
      return known->get();
    }
    if (tokens.size() == kTokensMax) tokens.erase(std::ranges::min_element(tokens, {}, [](const auto& each) { return each->used; }));
    tokens.push_back(std::make_unique<TokenAnswers>());
    tokens.back()->token = token;
    tokens.back()->used = ++clock;
    return tokens.back().get();
  }
};

SearchHeuristics search_heuristics(const View& view) {
  SearchHeuristics found;
  const auto text = directory::guarded([&] { return ds_heuristics(directory::Reader(view.context, view.snapshot, view.dsa.identity())); });
  const auto is_set = [&](std::size_t position) { return text && text->size() >= position && (*text)[position - 1] != '0'; };
  found.suppresses_first_last_anr = is_set(1);
  found.suppresses_last_first_anr = is_set(2);
  found.lists_objects = text && text->size() >= 3 && (*text)[2] == '1';
  found.has_user_passwords = is_set(9) && (*text)[8] != '2';
  return found;
}

ReadAccess::ReadAccess(const View& view) : view_(view) {
  static thread_local ThreadAnswers answers;
  token_ = answers.of(view.context.schema, view.caller.token);
}
ReadAccess::~ReadAccess() = default;

const SearchHeuristics& ReadAccess::heuristics() {
  if (!heuristics_) heuristics_ = search_heuristics(view_);
  return *heuristics_;
}

DescriptorAnswers* ReadAccess::answers_for(const store::ObjectView& object) {
  const auto octets = object.first(repl::attid::kNtSecurityDescriptor);
  if (!octets) return nullptr;
  const auto classes = object.find(repl::attid::kObjectClass);
  const auto sid_octets = object.first(repl::attid::kObjectSid);
  const auto sid = sid_octets ? decode_sid(*sid_octets) : Result<Sid>(Sid{});
  const bool is_self = sid_octets && sid && token_->token.has(*sid);
  std::uint64_t sum = mix(sample(*octets), is_self);
  for (std::size_t i = 0; classes && i < classes->size(); ++i)
    if (const auto value = classes->value(i); value.size() == 4) sum = mix(sum, load_le<std::uint32_t>(value.data()));
  const auto same_classes = [&](const std::vector<store::Attid>& kept) {
    if (kept.size() != (classes ? classes->size() : 0)) return false;
    for (std::size_t i = 0; i < kept.size(); ++i)
      if (const auto value = classes->value(i); value.size() != 4 || store::Attid{load_le<std::uint32_t>(value.data())} != kept[i]) return false;
    return true;
  };
  auto& kept = octets->size() > kDescriptorOctetsMax ? token_->too_long : token_->descriptors[sum % kDescriptorsMax];
  if (kept && kept->is_self == is_self && std::ranges::equal(kept->octets, *octets) && same_classes(kept->classes)) return kept.get();

  auto descriptor = security::decode_security_descriptor(*octets);
  if (!descriptor) return nullptr;
  auto fresh = std::make_unique<DescriptorAnswers>();
  static thread_local std::uint64_t serials = 0;
  fresh->serial = ++serials;
  fresh->octets = to_bytes(*octets);
  fresh->classes = repl::object_classes(object);
  fresh->is_self = is_self;
  if (const auto* object_class = repl::structural_class(view_.schema(), object)) fresh->object_class = object_class->schema_id_guid;
  const security::AccessSubject subject{token_->token, is_self ? std::optional(*sid) : std::nullopt};
  fresh->object_rights = security::granted_access(*descriptor, subject, std::array{fresh->object_class});
  decoded_ = std::make_shared<DecodedDescriptor>(DecodedDescriptor{fresh->serial, std::move(*descriptor)});
  if (answers_ == kept.get()) has_answers_ = false;
  kept = std::move(fresh);
  return kept.get();
}

Result<bool> ReadAccess::is_visible(const store::ObjectView& object) {
  if (repl::is_phantom(object)) return false;
  if (repl::is_nc_root(object)) return true;
  if (parent_ != object.parent()) {
    const auto parent = view_.snapshot.find(object.parent());
    if (!parent) return std::unexpected(parent.error());
    const auto* answers = *parent && !repl::is_phantom(**parent) ? answers_for(**parent) : nullptr;
    parent_ = object.parent();
    lists_parent_ = answers != nullptr && (answers->object_rights & security::kRightDsListContents) != 0;
    lists_parent_object_ = answers != nullptr && (answers->object_rights & security::kRightDsListObject) != 0;
  }
  if (lists_parent_) return true;
  if (!lists_parent_object_ || !heuristics().lists_objects) return false;
  const auto* answers = answers_for(object);
  return answers != nullptr && (answers->object_rights & security::kRightDsListObject) != 0;
}

void ReadAccess::look_at(const store::ObjectView& object) {
  object_ = &object;
  has_answers_ = false;
}

DescriptorAnswers* ReadAccess::answers() {
  if (!has_answers_) {
    answers_ = answers_for(*object_);
    has_answers_ = true;
  }
  return answers_;
}

bool ReadAccess::may_read(const schema::AttributeSchema& attribute, std::uint32_t) {
  if (answers() == nullptr) return false;
  const Answer known = answers_->find(attribute.attid);
  if (known != Answer::kUnknown) return known == Answer::kYes;
  const bool may = judge(attribute);
  // What depends on more than the descriptor is found out each time.
  if ((attribute.search_flags & schema::kSearchPartitionSecret) == 0 && attribute.attid != kUserPassword) answers_->keep(attribute.attid, may);
  return may;
}

bool ReadAccess::judge(const schema::AttributeSchema& attribute) {
  if (attribute.is_secret() || std::ranges::find(kNeverShown, attribute.ldap_display_name) != kNeverShown.end()) return false;
  if (attribute.attid == repl::attid::kNtSecurityDescriptor) return may_read_descriptor(0xF);
  if (attribute.attid == kUserPassword && heuristics().has_user_passwords) return false;
  if (!decoded_ || decoded_->serial != answers_->serial) {
    auto descriptor = security::decode_security_descriptor(answers_->octets);
    if (!descriptor) return false;
    decoded_ = std::make_shared<DecodedDescriptor>(DecodedDescriptor{answers_->serial, std::move(*descriptor)});
  }
  std::uint32_t wanted = security::kRightDsReadProperty;
  if (attribute.is_confidential()) wanted |= security::kRightDsControlAccess;
  std::array<Guid, 3> path;
  std::size_t length = 0;
  for (const Guid& guid : {answers_->object_class, attribute.attribute_security_guid, attribute.schema_id_guid})
    if (!guid.is_null()) path[length++] = guid;
  const auto sid_octets = answers_->is_self ? object_->first(repl::attid::kObjectSid) : std::nullopt;
  const auto sid = sid_octets ? decode_sid(*sid_octets) : Result<Sid>(Sid{});
  const security::AccessSubject subject{token_->token, sid_octets && sid ? std::optional(*sid) : std::nullopt};
  if (!security::check_access(decoded_->descriptor, subject, wanted, std::span(path).first(length))) return false;
  if ((attribute.search_flags & schema::kSearchPartitionSecret) == 0) return true;
  return access_check_car(view_.context, view_.snapshot, view_.caller.token, object_->nc(), kReadPartitionSecrets).value_or(false);
}

bool ReadAccess::may_read_descriptor(std::uint32_t parts) {
  if (answers() == nullptr) return false;
  std::uint32_t wanted = 0;
  if ((parts & 0x7) != 0) wanted |= security::kRightReadControl;
  if ((parts & 0x8) != 0) wanted |= security::kAccessSystemSecurity;
  return (answers_->object_rights & wanted) == wanted;
}

}  // namespace tributary::service::ldap_face
