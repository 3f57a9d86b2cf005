// SPDX-License-Identifier: Apache-2.0
// The text of data/ad_schema.inc and its reading (docs/formats/schema.md). Only Schema::embedded() and tests use it.
#pragma once

#include <memory>
#include <string_view>

#include "schema/schema.hpp"

namespace tributary::schema {

/// The rows of the data file, without what the compiler needs around them.
[[nodiscard]] std::string_view embedded_schema_text() noexcept;
/// kErrorInvalidData naming the row that is wrong.
[[nodiscard]] Result<std::shared_ptr<const Schema>> parse_schema_text(std::string_view text);

}  // namespace tributary::schema
