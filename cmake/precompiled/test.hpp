// SPDX-License-Identifier: Apache-2.0
// The same for the programs of tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "room.hpp"
