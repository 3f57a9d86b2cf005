// SPDX-License-Identifier: Apache-2.0
// A database on disk and its key file: made, opened again, refused without the right keys, brought along from before, interrupted, rotated.
#include "dsa/core/secrets.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "repl/destination/test_dsas.hpp"
#include "repl/divergence/tree.hpp"
#include "repl/objects/secret_values.hpp"
#include "store/lmdb/lmdb_engine.hpp"
#include "store/verify.hpp"

namespace tributary::dsa {
namespace {

using repl::testing::must;
using repl::testing::code_of;

constexpr int kUsers = 1'200;  // more than two transactions of settle_secrets take on
constexpr std::string_view kDomain = "DC=lab,DC=example";

Bytes hash_of(int user) {
  Bytes hash(16, 0x5C);
  store_le(hash.data(), static_cast<std::uint32_t>(user));
  return hash;
}

class SecretsTest : public ::testing::Test {
 protected:
  SecretsTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tributary-secrets-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    config_.data_folder = folder_;
  }
  ~SecretsTest() override {
    dsa_.store.reset();
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] store::lmdb::LmdbOptions options() const {
    store::lmdb::LmdbOptions options;
    options.folder = folder_ + "/db";
    options.map_octets = std::size_t{1} << 30;
    options.sync = false;
    return options;
  }
  void make_database() {
    dsa_.store = must(store::DirectoryStore::create(must(store::lmdb::open_lmdb_engine(options())), {dsa_.context.dsa, dsa_.context.invocation_id}, policy_));
    dsa_.make_domain();
  }
  void open_again() {
    dsa_.store.reset();
    dsa_.store = must(store::DirectoryStore::open(must(store::lmdb::open_lmdb_engine(options())), policy_));
  }
  void add_users(int count) {
    (void)dsa_.update([&](store::WriteTransaction& tx) -> Result<void> {
      const auto root = must(repl::resolve_dn(tx, *dsa_.context.schema, kDomain));
      for (int i = 0; i < count; ++i) {
        repl::AddRequest request;
        request.parent = root;
        request.rdn = "u" + std::to_string(i);
        request.attributes = {{repl::attid::kObjectClass, {repl::testing::class_value("user")}}, {password_, {repl::octets_value(hash_of(i))}}};
        must(repl::add(tx, dsa_.context, request, repl::CheckLevel::kReplica));
      }
      return {};
    });
  }
  /// As `serve` does it; `transactions_max`: the process ends then.
  Result<SecretsSettled> start(int transactions_max = 1'000) {
    dsa_.context.sealer.reset();
    auto keeper = open_secrets(config_, *dsa_.store->read());
    if (!keeper) return std::unexpected(std::move(keeper.error()));
    keeper_ = *keeper;
    dsa_.context.sealer = keeper_;
    const SecretsWork work{[&, left = transactions_max](const auto& change) mutable -> Result<void> {
                             const auto tx = dsa_.store->write();
                             if (auto done = change(*tx); !done) return done;
                             if (left-- == 0) return fail(win32::kErrorCancelled, "the process ends");
                             return tx->commit();
                           },
                           [&] { return dsa_.context; }, [&](char, const std::string& line) { log_ += line + "\n"; }};
    return settle_secrets(*keeper_, *dsa_.store, work);
  }
  int in_clear() {
    int count = 0;
    const auto snapshot = dsa_.store->read();
    for (int i = 0; i < kUsers; ++i) {
      const auto dnt = must(repl::resolve_dn(*snapshot, *dsa_.context.schema, "CN=u" + std::to_string(i) + "," + std::string(kDomain)));
      const auto object = must(snapshot->find(dnt));
      count += std::ranges::equal(*object->first(password_), hash_of(i)) ? 1 : 0;
      EXPECT_TRUE(std::ranges::equal(must(repl::clear_value(dsa_.context, *object, password_))->view(), hash_of(i)));
    }
    return count;
  }
  repl::Digest digest() {
    repl::DigestScope scope;
    scope.with_secrets = true;
    return must(repl::replica_digest(dsa_.context, *dsa_.store->read(), dsa_.nc_root(), scope));
  }
  SecretsMark mark() { return must(read_secrets_mark(*dsa_.store->read())).value(); }
  std::string key_text() {
    std::ifstream file(secrets_key_path(config_));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write_key(const std::string& text, ::mode_t mode = 0600) {
    std::ofstream(secrets_key_path(config_), std::ios::trunc) << text;
    ::chmod(secrets_key_path(config_).c_str(), mode);
  }

  const schema::Attid password_ = repl::testing::attid_of("unicodePwd");
  std::string folder_, log_;
  Config config_;
  repl::testing::Dsa dsa_{1};
  std::shared_ptr<const store::IndexPolicy> policy_ = dsa_.store->policy();
  std::shared_ptr<SecretKeeper> keeper_;
};

TEST_F(SecretsTest, ANewDatabaseGetsAKeyFileAndIsMarked) {
  make_database();
  must(start());
  EXPECT_EQ(mark(), (SecretsMark{true, {keeper_->key_id()}}));
  struct stat status {};
  ASSERT_EQ(::stat((folder_ + "/secrets.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  add_users(1);
  open_again();
  const auto settled = must(start());
  EXPECT_EQ(settled.objects_read, 0u) << "a start with nothing to do walks through nothing";
  EXPECT_EQ(must(repl::verify_secrets(*dsa_.store->read(), dsa_.context)).values, 1u);
}

TEST_F(SecretsTest, TheKeyFileIsWhereTheConfigurationSays) {
  config_.secrets_key = folder_ + "/elsewhere/dsa.key";
  make_database();
  EXPECT_EQ(code_of(start()), win32::kErrorFileNotFound) << "its folder is the administrator's to make";
  EXPECT_FALSE(must(read_secrets_mark(*dsa_.store->read())));
  std::filesystem::create_directory(folder_ + "/elsewhere");
  must(start());
  EXPECT_TRUE(std::filesystem::exists(config_.secrets_key));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/secrets.key"));
}

TEST_F(SecretsTest, NothingOpensWithoutTheRightKeyFile) {
  make_database();
  must(start());
  const auto good = key_text();
  const auto refused = [&](Win32 code, std::string_view word) {
    const auto started = start();
    EXPECT_EQ(code_of(started), code);
    if (started) return;
    EXPECT_NE(started.error().detail.find(secrets_key_path(config_)), std::string::npos) << started.error().detail;
    EXPECT_NE(started.error().detail.find(word), std::string::npos) << started.error().detail;
    const auto inspected = inspect_secrets(config_, *dsa_.store->read());
    EXPECT_EQ(code_of(inspected), code);
  };
  std::filesystem::remove(folder_ + "/secrets.key");
  refused(win32::kErrorFileNotFound, "put it back");
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/secrets.key")) << "no other key is made";
  write_key(good, 0644);
  refused(win32::kErrorAccessDenied, "chmod 600");
  write_key(good.substr(0, good.size() - 3));
  refused(win32::kErrorInvalidData, "put its copy back");
  std::filesystem::remove(folder_ + "/secrets.key");
  (void)security::SecretBox::create(folder_ + "/secrets.key");
  refused(win32::kErrorNotFound, to_hex(mark().keys.front()));
  write_key(good);
  must(start());
}

TEST_F(SecretsTest, ADatabaseOfBeforeIsBroughtAlong) {
  make_database();
  add_users(kUsers);
  EXPECT_EQ(in_clear(), kUsers);
  EXPECT_EQ(must(inspect_secrets(config_, *dsa_.store->read())), nullptr) << "no mark: it holds its secrets in clear";
  const auto before = digest();
  const auto usn = dsa_.store->read()->highest_committed_usn();
  const auto settled = must(start());
  EXPECT_EQ(settled.values_written, static_cast<std::uint64_t>(kUsers));
  EXPECT_NE(log_.find("backup"), std::string::npos) << "what may be left of them is said: " << log_;
  EXPECT_EQ(in_clear(), 0);
  EXPECT_EQ(digest(), before);
  EXPECT_EQ(dsa_.store->read()->highest_committed_usn(), usn);
  EXPECT_TRUE(must(store::verify(*dsa_.store->read())).is_sound());
}

/// Wherever it ends, everything can be read, and the next start does the rest and only then says that all is sealed.
TEST_F(SecretsTest, GoesOnAfterItWasEndedInTheMiddle) {
  make_database();
  add_users(kUsers);
  const auto before = digest();
  int clear_before = kUsers;
  for (int transactions = 0; transactions < 3; ++transactions) {
    const auto started = start(transactions);
    EXPECT_EQ(code_of(started), win32::kErrorCancelled) << transactions;
    open_again();
    const auto kept = must(read_secrets_mark(*dsa_.store->read()));
    ASSERT_EQ(kept.has_value(), transactions > 0);
    if (kept) {
      EXPECT_FALSE(kept->complete);
    }
    dsa_.context.sealer = must(inspect_secrets(config_, *dsa_.store->read()));
    const int clear_now = in_clear();
    EXPECT_LE(clear_now, clear_before);
    clear_before = clear_now;
    EXPECT_EQ(digest(), before) << transactions;
  }
  EXPECT_LT(clear_before, kUsers);
  must(start());
  EXPECT_EQ(in_clear(), 0);
  EXPECT_TRUE(mark().complete);
  EXPECT_EQ(digest(), before);
}

/// Half of it sealed: the keys are needed as much as when all is.
TEST_F(SecretsTest, AHalfSealedDatabaseDoesNotOpenWithoutItsKeys) {
  make_database();
  add_users(kUsers);
  EXPECT_EQ(code_of(start(2)), win32::kErrorCancelled);
  std::filesystem::remove(folder_ + "/secrets.key");
  EXPECT_EQ(code_of(start()), win32::kErrorFileNotFound);
}

TEST_F(SecretsTest, ARotationNeedsAllKeysUntilEverythingIsSealedAgain) {
  make_database();
  must(start());
  add_users(kUsers);
  const auto old_id = keeper_->key_id();
  const auto old_file = key_text();
  const auto before = digest();
  must(keeper_->rotate());
  EXPECT_NE(keeper_->key_id(), old_id);
  EXPECT_EQ(in_clear(), 0) << "what the old key sealed opens further on";

  EXPECT_EQ(code_of(start(2)), win32::kErrorCancelled);  // ended in the middle
  EXPECT_EQ(mark(), (SecretsMark{true, {keeper_->key_id(), old_id}}));
  const auto both = key_text();
  write_key(old_file);
  EXPECT_EQ(code_of(start()), win32::kErrorNotFound) << "some are sealed under the new one";
  write_key(both);
  const auto settled = must(start());
  EXPECT_GT(settled.values_written, 0u);
  EXPECT_LT(settled.values_written, static_cast<std::uint64_t>(kUsers));
  EXPECT_EQ(mark(), (SecretsMark{true, {keeper_->key_id()}}));
  EXPECT_EQ(digest(), before);

  must(keeper_->forget_old_keys());
  EXPECT_EQ(keeper_->key_count(), 1u);
  must(start());
  EXPECT_EQ(must(repl::verify_secrets(*dsa_.store->read(), dsa_.context)).values, static_cast<std::uint64_t>(kUsers));
}

TEST(SecretsMark, IsReadAsItWasWrittenAndNothingElseIs) {
  const SecretsMark mark{true, {{1, 2, 3, 4, 5, 6, 7, 8}, {9}}};
  const auto octets = encode_secrets_mark(mark);
  EXPECT_EQ(decode_secrets_mark(octets).value(), mark);
  for (std::size_t size = 0; size < octets.size(); ++size)
    if (size != 10) EXPECT_EQ(code_of(decode_secrets_mark(ByteView(octets).first(size))), win32::kErrorDsDatabaseError) << size;
  auto wrong = octets;
  wrong[1] = 2;
  EXPECT_EQ(code_of(decode_secrets_mark(wrong)), win32::kErrorDsDatabaseError);
  wrong[0] = 2;
  EXPECT_EQ(code_of(decode_secrets_mark(wrong)), win32::kErrorRevisionMismatch);
}

}  // namespace
}  // namespace tributary::dsa
