// SPDX-License-Identifier: Apache-2.0
// See import.hpp.
#include "dsa/ldif/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/rdn.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "query/ldap_values.hpp"
#include "repl/objects/attids.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/names.hpp"
#include "repl/updates/add.hpp"
#include "repl/updates/modify.hpp"
#include "service/access/new_object_descriptor.hpp"
#include "service/forest/rid_block.hpp"
#include "service/forest/rid_pool.hpp"

namespace tributary::dsa {
namespace {

using repl::Dnt;
using store::kNoDnt;
using store::WriteTransaction;

// sAMAccountType and what accounts have when nobody says otherwise ([MS-ADTS] 3.1.1.5.2.4, [MS-SAMR] 3.1.1.8.1).
constexpr std::uint32_t kUserObject = 0x30000000, kMachineAccount = 0x30000001, kGroupObject = 0x10000000, kNonSecurityGroup = 0x10000001;
constexpr std::uint32_t kAliasObject = 0x20000000, kNonSecurityAlias = 0x20000001;
constexpr std::uint32_t kNormalAccount = 0x200, kWorkstationTrust = 0x1000, kServerTrust = 0x2000, kGlobalSecurityGroup = 0x80000002;
constexpr std::uint32_t kResourceGroup = 0x4, kSecurityEnabled = 0x80000000;
constexpr std::uint32_t kRidUsers = 513, kRidComputers = 515;

/// What the directory gives by itself, whatever a file says.
constexpr std::string_view kOwnAttributes[] = {
    "distinguishedName", "name", "objectGUID", "whenCreated", "whenChanged", "uSNCreated", "uSNChanged", "instanceType", "objectSid", "sAMAccountType",
    "objectCategory", "dSCorePropagationData", "replPropertyMetaData", "replUpToDateVector", "repsFrom", "repsTo", "objectClass", "badPwdCount",
    "lastLogon", "logonCount", "badPasswordTime", "lastLogoff", "subRefs"};

bool is_own(std::string_view name) {
  return std::ranges::any_of(kOwnAttributes, [&](std::string_view own) { return equals_ignoring_case(own, name); });
}

struct LaterValue {
  Dnt object = kNoDnt;
  schema::Attid attid{};
  std::string text;
  std::size_t line = 0;
};

class Importer {
 public:
  Importer(LdifReader& reader, const Updater& update, const RidSource& more_rids, const ImportOptions& options)
      : reader_(reader), update_(update), more_rids_(more_rids), options_(options) {}

  Result<Imported> run(const std::function<bool(const Imported&)>& progress) {
    bool is_over = false;
    while (!is_over) {
      auto done = batch(is_over);
      if (!done) return std::unexpected(std::move(done.error()));
      if (again_ && more_rids_) {
        if (auto asked = more_rids_(); !asked) return std::unexpected(std::move(asked.error()));
        if (std::exchange(asked_for_, again_->line) == again_->line) return fail(service::kErrorDsNoRidsAllocated, "the RIDs that were given are not here");
        continue;
      }
      if (stopped_by_) return std::unexpected(std::move(*stopped_by_));
      if (!progress(imported_)) return fail(win32::kErrorCancelled, "the import was ended");
    }
    if (auto done = later(); !done) return std::unexpected(std::move(done.error()));
    return imported_;
  }

 private:
  /// One transaction. A record that cannot be added ends the import, after those before it are committed.
  Result<void> batch(bool& is_over) {
    const auto before = imported_;
    const auto waiting_before = waiting_.size();
    known_.clear();
    descriptors_.clear();
    const auto done = update_([&](const repl::Context& context, WriteTransaction& tx) -> Result<repl::Updates> {
      repl::Updates updates;
      const auto domain = service::domain_sid_of_dsa(tx, context);
      if (!domain) return std::unexpected(domain.error());
      domain_sid_ = *domain;
      for (std::size_t i = 0; i < options_.records_per_batch; ++i) {
        auto record = again_ ? Result<std::optional<LdifRecord>>(std::exchange(again_, std::nullopt)) : reader_.next();
        if (!record) {
          stopped_by_ = std::move(record.error());
          break;
        }
        is_over = !*record;
        if (is_over) break;
        auto added = add(tx, context, **record, updates);
        if (added) continue;
        if (tx.failure()) return std::unexpected(*tx.failure());
        if (lacks_rids(added.error()) && more_rids_) {
          again_ = std::move(**record);
          break;
        }
        if (skips(added.error(), **record)) continue;
        stopped_by_ = Error{added.error().code, added.error().phase, fmt::format("line {}: {}: {}", (*record)->line, (*record)->dn, added.error().detail)};
        break;
      }
      updates.append(std::exchange(last_draw_, {}));
      return updates;
    });
    if (done) return {};
    imported_ = before;
    waiting_.resize(waiting_before);
    return std::unexpected(done.error());
  }

  static bool lacks_rids(const Error& error) {
    return error.code == service::kErrorDsNoRidsAllocated || error.code == win32::kErrorDsCouldntContactFsmo || error.code == win32::kErrorDsNoServerObject;
  }

  bool skips(const Error& error, const LdifRecord& record) {
    if (options_.skip_existing && error.code == win32::kErrorDsObjStringNameExists) return ++imported_.skipped, true;
    if (!options_.continue_on_error) return false;
    if (imported_.failed++ == 0) imported_.first_failure = fmt::format("line {}: {}: {}", record.line, record.dn, describe_error(error));
    return true;
  }

  Result<Dnt> find(WriteTransaction& tx, const repl::Context& context, std::string_view dn) {
    auto key = to_lower_ascii(dn);
    if (const auto at = known_.find(key); at != known_.end()) return at->second;
    auto dnt = repl::resolve_dn(tx, *context.schema, dn);
    if (dnt && *dnt != kNoDnt) known_.emplace(std::move(key), *dnt);
    return dnt;
  }

  /// objectClass of the record, and the most specific one.
  Result<const schema::ClassSchema*> read_classes(const repl::Context& context, const LdifRecord& record, repl::AddRequest& request) {
    repl::NewAttribute classes{repl::attid::kObjectClass, {}};
    std::vector<schema::Attid> numbers;
    for (const auto& value : record.values) {
      if (!equals_ignoring_case(value.attribute, "objectClass")) continue;
      const auto* object_class = context.schema->find_class(value.octets);
      if (object_class == nullptr) return fail(win32::kErrorDsObjClassNotDefined, value.octets);
      numbers.push_back(object_class->attid);
      classes.values.push_back(repl::u32_value(static_cast<std::uint32_t>(object_class->attid)));
    }
    if (numbers.empty()) return fail(win32::kErrorDsObjectClassRequired, "objectClass");
    const auto* structural = context.schema->structural_class(numbers);
    if (structural == nullptr) return fail(win32::kErrorDsObjClassNotSubclass, "objectClass");
    request.attributes.push_back(std::move(classes));
    return structural;
  }

  Result<void> add(WriteTransaction& tx, const repl::Context& context, const LdifRecord& record, repl::Updates& updates) {
    repl::AddRequest request;
    const auto head = first_rdn(std::string_view(record.dn));
    if (!head) return std::unexpected(head.error());
    auto rdn = unquote_rdn_value(head->value);
    if (!rdn) return std::unexpected(rdn.error());
    request.rdn = std::move(*rdn);
    request.rdn_type = repl::find_rdn_type(*context.schema, head->key);
    auto rest = head->rest;
    rest.remove_prefix(std::min<std::size_t>(rest.empty() ? 0 : 1, rest.size()));
    const auto parent = find(tx, context, rest);
    if (!parent) return std::unexpected(parent.error());
    if (*parent == kNoDnt) return fail(win32::kErrorDsNoParentObject, std::string(rest));
    request.parent = *parent;
    const auto object_class = read_classes(context, record, request);
    if (!object_class) return std::unexpected(object_class.error());
    std::vector<LaterValue> later;
    if (auto read = read_values(tx, context, record, request, later); !read) return read;
    if (auto given = make_account(tx, context, **object_class, request, updates); !given) return given;
    if (auto given = describe(tx, context, **object_class, request); !given) return given;
    auto added = repl::add(tx, context, request, repl::CheckLevel::kReplica);
    if (!added) return std::unexpected(std::move(added.error()));
    updates.append(added->updates);
    known_[to_lower_ascii(record.dn)] = added->dnt;
    for (auto& value : later) value.object = added->dnt;
    waiting_.insert(waiting_.end(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
    ++imported_.objects;
    return {};
  }

  Result<void> read_values(WriteTransaction& tx, const repl::Context& context, const LdifRecord& record, repl::AddRequest& request, std::vector<LaterValue>& later) {
    for (const auto& value : record.values) {
      if (is_own(value.attribute)) continue;
      const auto* attribute = context.schema->find_attribute(value.attribute);
      if (attribute == nullptr) return fail(win32::kErrorDsAttNotDefInSchema, value.attribute);
      if (attribute->is_constructed() || attribute->is_back_link() || attribute->attid == request.rdn_type) continue;
      auto made = query::value_from_ldap(*context.schema, *attribute, value.octets, [&](std::string_view dn) { return find(tx, context, dn); });
      if (!made && made.error().code == win32::kErrorDsNameReferenceInvalid) {
        later.push_back({kNoDnt, attribute->attid, value.octets, record.line});
        continue;
      }
      if (!made) return std::unexpected(std::move(made.error()));
      put(request, attribute->attid, std::move(*made));
    }
    return {};
  }

  static void put(repl::AddRequest& request, schema::Attid attid, repl::NewValue value) {
    const auto at = std::ranges::find(request.attributes, attid, &repl::NewAttribute::attid);
    if (at != request.attributes.end()) return at->values.push_back(std::move(value));
    request.attributes.push_back({attid, {std::move(value)}});
  }
  static std::optional<std::uint32_t> number(const repl::AddRequest& request, schema::Attid attid) {
    const auto at = std::ranges::find(request.attributes, attid, &repl::NewAttribute::attid);
    if (at == request.attributes.end() || at->values.empty() || at->values[0].octets.size() != 4) return std::nullopt;
    return load_le<std::uint32_t>(at->values[0].octets.data());
  }
  static bool has(const repl::AddRequest& request, schema::Attid attid) {
    return std::ranges::find(request.attributes, attid, &repl::NewAttribute::attid) != request.attributes.end();
  }

  /// A security principal gets its SID, and what an account has by default.
  Result<void> make_account(WriteTransaction& tx, const repl::Context& context, const schema::ClassSchema& object_class, repl::AddRequest& request, repl::Updates& updates) {
    namespace attid = repl::attid;
    const auto& schema = *context.schema;
    const bool is_user = schema.is_subclass(object_class.attid, repl::class_id::kUser);
    const bool is_group = schema.is_subclass(object_class.attid, repl::class_id::kGroup);
    if (!is_user && !is_group) return {};
    const bool is_computer = schema.is_subclass(object_class.attid, repl::class_id::kComputer);
    auto drawn = service::draw_sid(tx, context);
    if (!drawn && drawn.error().code == service::kErrorDsNoRidsAllocated) {
      auto block = service::take_rid_block(tx, context);
      if (!block) return std::unexpected(std::move(block.error()));
      updates.append(*block);
      drawn = service::draw_sid(tx, context);
    }
    if (!drawn) return std::unexpected(std::move(drawn.error()));
    request.sid = drawn->sid;
    last_draw_ = std::move(drawn->updates);
    if (!has(request, attid::kSamAccountName)) put(request, attid::kSamAccountName, repl::text_value(is_computer ? request.rdn + "$" : request.rdn));
    if (is_group) {
      if (!has(request, attid::kGroupType)) put(request, attid::kGroupType, repl::u32_value(kGlobalSecurityGroup));
      const auto type = *number(request, attid::kGroupType);
      const bool is_secure = (type & kSecurityEnabled) != 0, is_local = (type & kResourceGroup) != 0;
      put(request, attid::kSamAccountType, repl::u32_value(is_local ? (is_secure ? kAliasObject : kNonSecurityAlias) : (is_secure ? kGroupObject : kNonSecurityGroup)));
      return {};
    }
    if (!has(request, attid::kUserAccountControl)) put(request, attid::kUserAccountControl, repl::u32_value(is_computer ? kWorkstationTrust : kNormalAccount));
    const auto control = number(request, attid::kUserAccountControl).value_or(kNormalAccount);
    const bool is_machine = (control & (kWorkstationTrust | kServerTrust)) != 0;
    put(request, attid::kSamAccountType, repl::u32_value(is_machine ? kMachineAccount : kUserObject));
    const auto* group = schema.find_attribute("primaryGroupID");
    if (group != nullptr && !has(request, group->attid)) put(request, group->attid, repl::u32_value(is_machine ? kRidComputers : kRidUsers));
    const auto* expires = schema.find_attribute("accountExpires");
    if (expires != nullptr && !has(request, expires->attid)) put(request, expires->attid, repl::i64_value(INT64_MAX));
    return {};
  }

  /// nTSecurityDescriptor: the same for all objects of one class below one parent that say nothing of it themselves.
  Result<void> describe(WriteTransaction& tx, const repl::Context& context, const schema::ClassSchema& object_class, repl::AddRequest& request) {
    const auto given = std::ranges::find(request.attributes, repl::attid::kNtSecurityDescriptor, &repl::NewAttribute::attid);
    const bool is_given = given != request.attributes.end() && !given->values.empty();
    const auto key = std::pair(request.parent, object_class.attid);
    const auto ready = descriptors_.find(key);
    if (!is_given && ready != descriptors_.end()) return put(request, repl::attid::kNtSecurityDescriptor, repl::octets_value(ready->second)), Result<void>();
    const std::optional<Sid> domain(domain_sid_);
    service::NewObjectDescriptor object;
    object.parent = request.parent;
    object.object_class = &object_class;
    if (is_given) object.given = ByteView(given->values[0].octets);
    object.domains = {domain, domain};
    auto made = service::new_object_descriptor(context, tx, service::founder_token(*domain), object);
    if (!made) return std::unexpected(std::move(made.error()));
    if (is_given) {
      given->values = {repl::octets_value(*made)};
      return {};
    }
    put(request, repl::attid::kNtSecurityDescriptor, repl::octets_value(*made));
    descriptors_.emplace(key, std::move(*made));
    return {};
  }

  /// Values that named what came later.
  Result<void> later() {
    for (std::size_t at = 0; at < waiting_.size();) {
      const auto end = std::min(at + options_.records_per_batch * 4, waiting_.size());
      const auto done = update_([&](const repl::Context& context, WriteTransaction& tx) -> Result<repl::Updates> {
        repl::Updates updates;
        for (std::size_t i = at; i < end; ++i) {
          const auto& value = waiting_[i];
          const auto* attribute = context.schema->find_attribute(value.attid);
          auto made = query::value_from_ldap(*context.schema, *attribute, value.text, [&](std::string_view dn) { return find(tx, context, dn); });
          if (!made) return fail(made.error().code, fmt::format("record at line {}: {}", value.line, made.error().detail));
          const repl::Modification modification{repl::ModifyOperation::kAdd, value.attid, {std::move(*made)}};
          auto modified = repl::modify(tx, context, value.object, {&modification, 1}, {repl::CheckLevel::kReplica, true, false});
          if (!modified) return std::unexpected(std::move(modified.error()));
          updates.append(*modified);
        }
        return updates;
      });
      if (!done) return std::unexpected(done.error());
      imported_.values_later += end - at;
      at = end;
    }
    return {};
  }

  LdifReader& reader_;
  const Updater& update_;
  const RidSource& more_rids_;
  const ImportOptions& options_;
  std::optional<LdifRecord> again_;  ///< the record for which there was no RID
  std::size_t asked_for_ = 0;        ///< the line for which RIDs were asked last
  Imported imported_;
  Sid domain_sid_;
  repl::Updates last_draw_;  // of the RID Set: once for a batch is enough to tell
  std::optional<Error> stopped_by_;
  std::vector<LaterValue> waiting_;
  std::unordered_map<std::string, Dnt> known_;  // looked up, never walked
  std::map<std::pair<Dnt, schema::Attid>, Bytes> descriptors_;
};

}  // namespace

Result<Imported> import_ldif(LdifReader& reader, const Updater& update, const RidSource& more_rids, const ImportOptions& options,
                             const std::function<bool(const Imported&)>& progress) {
  return Importer(reader, update, more_rids, options).run(progress);
}

}  // namespace tributary::dsa
