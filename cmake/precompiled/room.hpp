// SPDX-License-Identifier: Apache-2.0
// What most files include, read once for all rooms (decision 0056). Nobody may rely on it: a file still includes what it uses, and the
// fuzz and coverage builds, which have no precompiled headers, find out who does not.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>
