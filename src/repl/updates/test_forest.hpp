// SPDX-License-Identifier: Apache-2.0
// For tests of originating updates and of names: a DSA with an empty database in memory and the embedded schema, short words for making
// objects, and a judge of what must hold in every replica after any update ([MS-ADTS] 3.1.1.1.4, 3.1.1.5.5.1).
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/rdn.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/schema_index.hpp"
#include "repl/updates/add.hpp"
#include "repl/updates/modify.hpp"
#include "repl/updates/nc.hpp"
#include "repl/updates/remove.hpp"
#include "schema/schema.hpp"
#include "store/memory/memory_engine.hpp"

namespace tributary::repl::testing {

/// Chance that is the same in every run.
class TestRandom final : public Random {
 public:
  explicit TestRandom(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 1) {}
  void fill(std::span<std::uint8_t> octets) override {
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(next());
  }
  std::uint64_t next() noexcept {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ * 0x2545F4914F6CDD1Du >> 16;
  }
  std::size_t below(std::size_t end) noexcept { return end == 0 ? 0 : static_cast<std::size_t>(next() % end); }

 private:
  std::uint64_t state_;
};

template <class T>
T must(Result<T> result) {
  EXPECT_TRUE(result) << (result ? std::string() : describe_error(result.error()));
  if (!result) throw std::runtime_error("an update that must succeed failed");
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
template <class T>
Win32 code_of(const Result<T>& result) {
  return result ? win32::kErrorSuccess : result.error().code;
}

inline Bytes some_descriptor() {
  Bytes octets(20);
  octets[0] = 1;
  octets[3] = 0x80;  // self-relative
  return octets;
}
inline NewValue class_value(std::string_view name) {
  return u32_value(static_cast<std::uint32_t>(schema::Schema::embedded()->find_class(name)->attid));
}
inline Attid attid_of(std::string_view name) { return schema::Schema::embedded()->find_attribute(name)->attid; }
inline std::string text_of(ByteView utf16) {
  std::u16string units;
  for (std::size_t i = 0; i + 2 <= utf16.size(); i += 2) units.push_back(static_cast<char16_t>(load_le<std::uint16_t>(utf16.data() + i)));
  return to_utf8_lossy(units);
}

class Forest {
 public:
  explicit Forest(std::uint64_t seed = 1) : random(seed) {
    context.dsa = DsaGuid{guid(100)};
    context.invocation_id = InvocationId{guid(103)};
    context.schema = schema::Schema::embedded();
    context.random = &random;
    context.now = to_file_time(DsTime{0x2FA9A74EA});
    policy = std::make_shared<SchemaIndex>(context.schema);
    store = must(store::DirectoryStore::create(store::memory::make_memory_engine(), {context.dsa, context.invocation_id}, policy));
  }
  /// With the domain NC DC=lab,DC=example.
  static std::unique_ptr<Forest> with_domain(std::uint64_t seed = 1) {
    auto forest = std::make_unique<Forest>(seed);
    forest->domain = forest->make_nc("DC=lab,DC=example", NcKind::kDomain, parse_sid("S-1-5-21-1-2-3").value());
    return forest;
  }

  static Guid guid(std::uint64_t number) {
    Guid made;
    store_le(made.octets.data(), number);
    return made;
  }
  void pass(std::int64_t seconds) { context.now = to_file_time(DsTime{context.ds_now().seconds + seconds}); }

  /// Runs one update in a transaction of its own, which is committed when it succeeded.
  template <class F>
  auto update(F&& change) {
    const auto tx = store->write();
    auto result = change(*tx);
    if (result) {
      must(tx->commit());
    } else {
      EXPECT_FALSE(tx->failure()) << describe_error(*tx->failure());
      must(tx->commit());  // a failed update changed nothing
    }
    return result;
  }

  NcCreation make_nc(std::string dn, NcKind kind, std::optional<Sid> sid = {}) {
    NcRequest request;
    request.dn = std::move(dn);
    request.kind = kind;
    request.sid = sid;
    request.attributes = {{attid::kNtSecurityDescriptor, {octets_value(some_descriptor())}}};
    request.container_descriptor = some_descriptor();
    return must(update([&](WriteTransaction& tx) { return create_nc(tx, context, request, CheckLevel::kReplica); }));
  }
  AddRequest request_of(Dnt parent, std::string_view object_class, std::string rdn, std::vector<NewAttribute> attributes = {}) {
    AddRequest request;
    request.parent = parent;
    request.rdn = std::move(rdn);
    request.attributes = std::move(attributes);
    request.attributes.push_back({attid::kObjectClass, {class_value(object_class)}});
    return request;
  }
  Result<AddResult> try_add(const AddRequest& request, CheckLevel level = CheckLevel::kReplica) {
    return update([&](WriteTransaction& tx) { return add(tx, context, request, level); });
  }
  Dnt make(Dnt parent, std::string_view object_class, std::string rdn, std::vector<NewAttribute> attributes = {}) {
    return must(try_add(request_of(parent, object_class, std::move(rdn), std::move(attributes)))).dnt;
  }
  Result<Updates> try_modify(Dnt dnt, std::vector<Modification> modifications, ModifyOptions options = {CheckLevel::kReplica, false, false}) {
    return update([&](WriteTransaction& tx) { return modify(tx, context, dnt, modifications, options); });
  }
  Result<Updates> try_remove(Dnt dnt, CheckLevel level = CheckLevel::kReplica) {
    return update([&](WriteTransaction& tx) { return remove_object(tx, context, dnt, level); });
  }

  std::string dn(Dnt dnt) { return must(dn_of(*store->read(), *context.schema, dnt)); }
  Dnt find(std::string_view dn) { return must(resolve_dn(*store->read(), *context.schema, dn)); }
  /// A draft is a copy that needs no snapshot.
  store::ObjectDraft record(Dnt dnt) {
    const auto snapshot = store->read();
    const auto object = must(snapshot->find(dnt));
    if (!object) throw std::runtime_error("there is no such object");
    store::ObjectDraft draft(*object);
    draft.keep_all();
    return draft;
  }
  bool exists(Dnt dnt) { return must(store->read()->find(dnt)).has_value(); }
  std::optional<store::AttributeStamp> stamp(Dnt dnt, Attid attid) {
    auto draft = record(dnt);
    const auto* attribute = draft.find(attid);
    return attribute == nullptr ? std::nullopt : attribute->stamp;
  }
  std::string text(Dnt dnt, Attid attid) {
    auto draft = record(dnt);
    const auto* attribute = draft.find(attid);
    return attribute == nullptr || attribute->values.empty() ? std::string() : text_of(attribute->values.front());
  }
  std::size_t count(Dnt dnt, Attid attid) {
    auto draft = record(dnt);
    const auto* attribute = draft.find(attid);
    return attribute == nullptr ? 0 : attribute->values.size();
  }
  std::vector<store::LinkValue> links(Dnt source) {
    std::vector<store::LinkValue> all;
    must(store->read()->links(source, Attid{}, [&](const store::LinkValue& link) {
      all.push_back(link);
      return true;
    }));
    return all;
  }

  TestRandom random;
  Context context;
  std::shared_ptr<const store::IndexPolicy> policy;
  std::unique_ptr<store::DirectoryStore> store;
  NcCreation domain;
};

/// What holds after every update, whatever it was. The store's own invariants are for its own judge.
void expect_consistent(Forest& forest);

}  // namespace tributary::repl::testing
