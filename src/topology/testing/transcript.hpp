// SPDX-License-Identifier: Apache-2.0
// Scenarios of the KCC as text: commands, a line "----", what came of them, an empty line. transcript.cpp lists the commands.
#pragma once

#include <string>

namespace tributary::topology::testing {

/// The transcript with what comes of its commands now in place of what it says.
[[nodiscard]] std::string run_transcript(const std::string& transcript);

}  // namespace tributary::topology::testing
