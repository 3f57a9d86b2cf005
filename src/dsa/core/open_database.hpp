// SPDX-License-Identifier: Apache-2.0
// The database of a data folder: opened to serve, opened to look at, made new. What all commands of a DSA share before one of them runs it.
#pragma once

#include <memory>
#include <string>

#include "dsa/config/config.hpp"
#include "store/directory_store.hpp"

namespace tributary::dsa {

/// Where the database of a data folder is.
[[nodiscard]] std::string database_folder(const Config& config);
[[nodiscard]] bool has_database(const Config& config);

enum class Access : std::uint8_t {
  kServe,    ///< its one owner; a copied database goes on under a new invocationId
  kInspect,  ///< to look at it, also while another process serves it
};
/// kErrorFileNotFound, with the remedy, when there is none. kErrorDsBusy when another process has it.
[[nodiscard]] Result<std::unique_ptr<store::DirectoryStore>> open_database(const Config& config, Access access);
/// An empty one; the data folder is made, for its owner only. kErrorAlreadyExists.
[[nodiscard]] Result<std::unique_ptr<store::DirectoryStore>> create_database(const Config& config, const store::Identity& identity);
/// What is left of an attempt that failed.
void remove_database(const Config& config);

}  // namespace tributary::dsa
