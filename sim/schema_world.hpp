// SPDX-License-Identifier: Apache-2.0
// The schema of a simulated forest: extending it, as the one DSA may that is the schema master ([MS-ADTS] 3.1.1.2; [MS-DRSR] 5.16.4), and when
// periodic replication begins. Knows no message.
#pragma once

#include <memory>

#include "repl/state/schedule.hpp"
#include "repl/updates/updates.hpp"
#include "schema/schema.hpp"

namespace tributary::sim {

/// A new attribute of String(Unicode) with a msDS-IntId; `number` makes its name and numbers.
[[nodiscard]] Result<repl::Updates> extend_schema(store::WriteTransaction& tx, const repl::Context& context, store::Dnt schema_nc, std::uint32_t number);

/// When periodic replication begins: once in an hour, or four times a day.
[[nodiscard]] repl::Schedule make_schedule(bool is_hourly);

}  // namespace tributary::sim
