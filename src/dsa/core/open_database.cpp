// SPDX-License-Identifier: Apache-2.0
// See open_database.hpp.
#include "dsa/core/open_database.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "base/win32.hpp"
#include "dsa/core/system_random.hpp"
#include "repl/objects/schema_index.hpp"
#include "schema/schema.hpp"
#include "store/lmdb/lmdb_engine.hpp"

namespace tributary::dsa {
namespace {

Result<std::unique_ptr<store::kv::Engine>> engine_of(const Config& config, bool read_only) {
  store::lmdb::LmdbOptions options;
  options.folder = database_folder(config);
  options.map_octets = config.map_gib << 30;
  options.octets_max = config.database_gib_max << 30;
  options.read_only = read_only;
  return store::lmdb::open_lmdb_engine(options);
}

std::shared_ptr<const store::IndexPolicy> first_policy() { return std::make_shared<repl::SchemaIndex>(schema::Schema::embedded()); }

}  // namespace

std::string database_folder(const Config& config) { return config.data_folder + "/db"; }

bool has_database(const Config& config) {
  std::error_code error;
  return std::filesystem::exists(database_folder(config) + "/data.mdb", error);
}

Result<std::unique_ptr<store::DirectoryStore>> open_database(const Config& config, Access access) {
  if (!has_database(config))
    return fail(win32::kErrorFileNotFound, fmt::format("{} holds no database: make one with `tributary dsa init` or `tributary dsa join`", config.data_folder));
  auto engine = engine_of(config, access == Access::kInspect);
  if (!engine) return std::unexpected(std::move(engine.error()));
  if (access == Access::kInspect) return store::DirectoryStore::inspect(std::move(*engine), first_policy());
  return store::DirectoryStore::open(std::move(*engine), first_policy(), InvocationId{random_guid()});
}

Result<std::unique_ptr<store::DirectoryStore>> create_database(const Config& config, const store::Identity& identity) {
  if (has_database(config)) return fail(win32::kErrorAlreadyExists, config.data_folder + " holds a database already");
  std::error_code error;
  const bool is_new = std::filesystem::create_directories(config.data_folder, error);
  if (error) return fail(win32::kErrorAccessDenied, fmt::format("{}: {}", config.data_folder, error.message()));
  if (is_new) std::filesystem::permissions(config.data_folder, std::filesystem::perms::owner_all, error);
  auto engine = engine_of(config, false);
  if (!engine) return std::unexpected(std::move(engine.error()));
  return store::DirectoryStore::create(std::move(*engine), identity, first_policy());
}

void remove_database(const Config& config) {
  std::error_code error;
  std::filesystem::remove_all(database_folder(config), error);
}

}  // namespace tributary::dsa
