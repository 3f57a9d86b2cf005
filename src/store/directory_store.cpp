// SPDX-License-Identifier: Apache-2.0
// DirectoryStore (directory_store.hpp): creating, opening with the generation mark, beginning transactions, and bringing indexes along.
#include "store/directory_store.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "store/format/record.hpp"
#include "store/generation.hpp"
#include "store/state.hpp"
#include "store/writing.hpp"

namespace tributary::store {

using format::Key;
using format::key_of;
using kv::Table;

namespace {

/// Of a transaction of reindex(): records looked at, entries taken away.
constexpr std::size_t kReindexBatch = 1000;

std::vector<Attid> indexed_of(const IndexPolicy* policy) {
  if (policy == nullptr) return {};
  const auto indexed = policy->indexed();
  TRIBUTARY_ASSERT(std::ranges::is_sorted(indexed));
  return {indexed.begin(), indexed.end()};
}

/// One small transaction of the engine's own, outside of the store's.
template <class Work>
Result<void> in_transaction(kv::Engine& engine, Work&& work) {
  auto writer = engine.begin_write();
  if (!writer) return std::unexpected(writer.error());
  if (Result<void> done = work(**writer); !done) return done;
  return (*writer)->commit();
}

}  // namespace

struct DirectoryStore::Impl {
  explicit Impl(std::unique_ptr<kv::Engine> of, std::shared_ptr<const IndexPolicy> with)
      : engine(std::move(of)), policy(std::move(with)), mark(*engine) {}
  ~Impl() {
    if (opening == Opening::kInspected || !is_open) return;
    if (const auto reader = engine->begin_read())
      if (const auto meta = read_meta(**reader)) mark.closed(*meta);
  }

  /// Takes the database over in a new generation, and with a fresh invocationId when one is given.
  Result<void> take_over(format::Meta meta, std::uint64_t generation, std::optional<InvocationId> fresh);
  Result<std::vector<Attid>> complete_indexes();
  Result<void> drop_index(Attid attid);
  Result<void> fill_indexes(const std::vector<Attid>& missing);

  std::unique_ptr<kv::Engine> engine;
  std::shared_ptr<const IndexPolicy> policy;
  MarkKeeper mark;
  Opening opening = Opening::kCreated;
  bool is_open = false;
};

DirectoryStore::DirectoryStore() = default;
DirectoryStore::~DirectoryStore() = default;
Opening DirectoryStore::opening() const noexcept { return impl_->opening; }
kv::Engine& DirectoryStore::engine() noexcept { return *impl_->engine; }
Result<void> DirectoryStore::backup(const std::string& where) { return impl_->engine->backup(where); }
void DirectoryStore::set_policy(std::shared_ptr<const IndexPolicy> policy) { impl_->policy = std::move(policy); }
const std::shared_ptr<const IndexPolicy>& DirectoryStore::policy() const noexcept { return impl_->policy; }

Result<std::unique_ptr<DirectoryStore>> DirectoryStore::create(std::unique_ptr<kv::Engine> engine, const Identity& identity,
                                                               std::shared_ptr<const IndexPolicy> policy) {
  if (identity.dsa.is_null() || identity.invocation_id.is_null())
    return fail(win32::kErrorInvalidParameter, "a database belongs to a DSA and an invocationId that are not null");
  std::unique_ptr<DirectoryStore> store(new DirectoryStore);
  store->impl_ = std::make_unique<Impl>(std::move(engine), std::move(policy));
  Impl& impl = *store->impl_;
  {
    const auto reader = impl.engine->begin_read();
    if (!reader) return std::unexpected(reader.error());
    const auto there = (*reader)->get(Table::kMeta, format::meta_key());
    if (!there) return std::unexpected(there.error());
    if (*there) return fail(win32::kErrorAlreadyExists, "there is a database already");
  }
  format::Meta meta;
  meta.identity = identity;
  meta.generation = 1;
  if (auto done = impl.mark.opening(meta, meta.generation, {}); !done) return std::unexpected(done.error());
  auto done = in_transaction(*impl.engine, [&](kv::Writer& writer) -> Result<void> {
    Bytes root;
    if (auto made = RecordCodec::encode(ObjectDraft{}, ObjectHead{}, kRootDnt, root); !made) return made;
    if (auto put = writer.put(Table::kObjects, key_of(kRootDnt), root); !put) return put;
    const std::vector<Attid> indexed = indexed_of(impl.policy.get());
    if (auto put = writer.put(Table::kMeta, format::indexes_key(), format::encode_indexes(indexed)); !put) return put;
    return writer.put(Table::kMeta, format::meta_key(), format::encode_meta(meta));
  });
  if (done) done = impl.mark.opened(meta);
  if (!done) return std::unexpected(done.error());
  impl.is_open = true;
  return store;
}

Result<void> DirectoryStore::Impl::take_over(format::Meta meta, std::uint64_t generation, std::optional<InvocationId> fresh) {
  if (auto done = mark.opening(meta, generation, fresh.value_or(InvocationId{})); !done) return done;
  meta.generation = generation;
  auto done = in_transaction(*engine, [&](kv::Writer& writer) -> Result<void> {
    return writer.put(Table::kMeta, format::meta_key(), format::encode_meta(meta));
  });
  if (!done) return done;
  return mark.opened(meta);
}

Result<std::unique_ptr<DirectoryStore>> DirectoryStore::open(std::unique_ptr<kv::Engine> engine, std::shared_ptr<const IndexPolicy> policy,
                                                             std::optional<InvocationId> fresh_invocation_id) {
  std::unique_ptr<DirectoryStore> store(new DirectoryStore);
  store->impl_ = std::make_unique<Impl>(std::move(engine), std::move(policy));
  Impl& impl = *store->impl_;
  format::Meta meta;
  {
    const auto reader = impl.engine->begin_read();
    if (!reader) return std::unexpected(reader.error());
    const auto stored = read_meta(**reader);
    if (!stored) return std::unexpected(stored.error());
    meta = *stored;
  }
  const auto stored_mark = impl.engine->read_mark();
  if (!stored_mark) return std::unexpected(stored_mark.error());
  const Verdict verdict = judge_mark(*stored_mark, meta, impl.engine->place());
  const bool is_renewed = !verdict.reason.empty();
  if (is_renewed && !fresh_invocation_id)
    return fail(win32::kErrorDsDraInconsistentDit, verdict.reason + "; it can be used under a new invocationId only");
  const auto mark = *stored_mark ? format::decode_mark(**stored_mark) : std::nullopt;
  // One above the data's, so that crashes while opening, however many, leave a mark that is one ahead and no more.
  const std::uint64_t generation = (is_renewed && mark ? std::max(meta.generation, mark->generation) : meta.generation) + 1;
  impl.opening = is_renewed ? Opening::kRenewed : (verdict.was_closed ? Opening::kClean : Opening::kAfterCrash);

  // The new identity is committed before the mark names the new generation: until then every opening finds the same and does the same.
  if (is_renewed) {
    const auto transaction = store->write();
    transaction->writing().mark = nullptr;
    transaction->take_invocation_id(*fresh_invocation_id);
    if (auto done = transaction->commit(); !done) return std::unexpected(done.error());
    meta.identity.invocation_id = *fresh_invocation_id;
  }
  if (auto done = impl.take_over(meta, generation, is_renewed ? fresh_invocation_id : std::nullopt); !done) return std::unexpected(done.error());
  impl.is_open = true;
  return store;
}

Result<std::unique_ptr<DirectoryStore>> DirectoryStore::inspect(std::unique_ptr<kv::Engine> engine, std::shared_ptr<const IndexPolicy> policy) {
  std::unique_ptr<DirectoryStore> store(new DirectoryStore);
  store->impl_ = std::make_unique<Impl>(std::move(engine), std::move(policy));
  store->impl_->opening = Opening::kInspected;
  const auto reader = store->impl_->engine->begin_read();
  if (!reader) return std::unexpected(reader.error());
  if (const auto meta = read_meta(**reader); !meta) return std::unexpected(meta.error());
  return store;
}

namespace {

/// What both kinds of transaction begin with. Gives the error of an engine that cannot.
template <class State, class Handle>
std::optional<Error> begin(State& state, Result<std::unique_ptr<Handle>> handle, const std::shared_ptr<const IndexPolicy>& policy) {
  state.policy = policy;
  if (handle) {
    auto meta = read_meta(**handle);
    state.reader = std::move(*handle);
    if (meta) {
      state.meta = *meta;
      return std::nullopt;
    }
    state.broken = std::move(meta.error());
  } else {
    state.broken = std::move(handle.error());
  }
  return state.broken;
}

}  // namespace

std::unique_ptr<Snapshot> DirectoryStore::read() const {
  std::unique_ptr<Snapshot> snapshot(new Snapshot);
  snapshot->state_ = std::make_unique<Snapshot::State>();
  (void)begin(*snapshot->state_, impl_->engine->begin_read(), impl_->policy);
  return snapshot;
}

std::unique_ptr<WriteTransaction> DirectoryStore::write() {
  std::unique_ptr<WriteTransaction> transaction(new WriteTransaction);
  auto state = std::make_unique<WriteTransaction::Writing>(&impl_->mark);
  auto& writing = *state;
  transaction->state_ = std::move(state);
  if (impl_->opening == Opening::kInspected) {
    writing.broken = Error{win32::kErrorNotSupported, {}, "the database was opened to be looked at"};
    writing.stick(*writing.broken);
    return transaction;
  }
  auto writer = impl_->engine->begin_write();
  if (writer) writing.writer = writer->get();
  if (auto error = begin(writing, std::move(writer), impl_->policy)) writing.stick(std::move(*error));
  return transaction;
}

Result<std::vector<Attid>> DirectoryStore::Impl::complete_indexes() {
  const auto reader = engine->begin_read();
  if (!reader) return std::unexpected(reader.error());
  const auto record = (*reader)->get(Table::kMeta, format::indexes_key());
  if (!record) return std::unexpected(record.error());
  auto complete = *record ? format::decode_indexes(**record) : std::nullopt;
  if (!complete) return damaged(Table::kMeta, format::indexes_key());
  return std::move(*complete);
}

Result<void> DirectoryStore::Impl::drop_index(Attid attid) {
  for (bool is_done = false; !is_done;) {
    auto done = in_transaction(*engine, [&](kv::Writer& writer) -> Result<void> {
      std::vector<Bytes> keys;
      auto scanned = scan(writer, Table::kEquality, Key().attid(attid), [&](ByteView key, ByteView) -> Result<bool> {
        keys.push_back(to_bytes(key));
        return keys.size() < kReindexBatch;
      });
      if (!scanned) return scanned;
      is_done = keys.size() < kReindexBatch;
      for (const Bytes& key : keys)
        if (auto gone = writer.del(Table::kEquality, key); !gone) return std::unexpected(gone.error());
      return {};
    });
    if (!done) return done;
  }
  return {};
}

Result<void> DirectoryStore::Impl::fill_indexes(const std::vector<Attid>& missing) {
  Dnt next{static_cast<std::uint64_t>(kRootDnt) + 1};
  for (bool is_done = false; !is_done;) {
    auto done = in_transaction(*engine, [&](kv::Writer& writer) -> Result<void> {
      std::vector<Bytes> keys;
      std::size_t records = 0;
      Bytes form;
      auto scanned = scan(writer, Table::kObjects, {}, key_of(next), [&](ByteView key, ByteView record) -> Result<bool> {
        const Dnt dnt = key.size() == 8 ? format::load_dnt_be(key.data()) : kNoDnt;
        const auto view = RecordCodec::open(dnt, record);
        if (!view) return damaged(Table::kObjects, key);
        for (const Attid attid : missing) {
          const auto attribute = view->find(attid);
          for (std::size_t i = 0; attribute && i < attribute->size(); ++i)
            if (policy->normal_form(attid, attribute->value(i), form)) keys.push_back(to_bytes(Key().attid(attid).value_form(form).dnt(dnt)));
        }
        next = Dnt{static_cast<std::uint64_t>(dnt) + 1};
        return ++records < kReindexBatch;
      });
      if (!scanned) return scanned;
      is_done = records < kReindexBatch;
      for (const Bytes& key : keys)
        if (auto put = writer.put(Table::kEquality, key, {}); !put) return put;
      return {};
    });
    if (!done) return done;
  }
  return {};
}

Result<void> DirectoryStore::reindex() {
  if (impl_->opening == Opening::kInspected) return fail(win32::kErrorNotSupported, "the database was opened to be looked at");
  const auto complete = impl_->complete_indexes();
  if (!complete) return std::unexpected(complete.error());
  const std::vector<Attid> wanted = indexed_of(impl_->policy.get());
  if (*complete == wanted) return {};
  const auto note = [&](const std::vector<Attid>& attids) {
    return in_transaction(*impl_->engine, [&](kv::Writer& writer) {
      return writer.put(Table::kMeta, format::indexes_key(), format::encode_indexes(attids));
    });
  };
  std::vector<Attid> kept, missing, superfluous;
  std::ranges::set_intersection(*complete, wanted, std::back_inserter(kept));
  std::ranges::set_difference(wanted, *complete, std::back_inserter(missing));
  std::ranges::set_difference(*complete, wanted, std::back_inserter(superfluous));
  if (auto done = note(kept); !done) return done;
  for (const Attid attid : superfluous)
    if (auto done = impl_->drop_index(attid); !done) return done;
  // What an interrupted attempt, or a policy of a while, left of an index is no part of a new one.
  for (const Attid attid : missing)
    if (auto done = impl_->drop_index(attid); !done) return done;
  if (!missing.empty())
    if (auto done = impl_->fill_indexes(missing); !done) return done;
  return note(wanted);
}

}  // namespace tributary::store
