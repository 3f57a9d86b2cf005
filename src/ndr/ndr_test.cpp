// SPDX-License-Identifier: Apache-2.0
// The walkers against C706 chapter 14, on small types of the test's own.
#include "ndr/ndr.hpp"

#include <gtest/gtest.h>
