// SPDX-License-Identifier: Apache-2.0
// What add, delete, mod and updrefs share: an NC, the DC that is asked and the other DSA, found in whatever order they are written;
// the words for a DC that does not serve the call.
#pragma once

#include <string>

#include "cli/context.hpp"

namespace tributary::cli {

struct PartnerArguments {
  std::string first, second, third;  ///< as written: NC, DC and the other DSA
  std::string dc;
  std::string partner;  ///< may be empty where the command allows it
  std::string nc_dn;
  std::uint32_t options = 0;
};
/// Sorts the three; a sentence when one is missing.
[[nodiscard]] std::string sort_partner_arguments(PartnerArguments& arguments, bool partner_required);

/// The other DSA, and the name by which DSAs address it.
struct Partner {
  client::Dsa dsa;
  std::string address;
};
[[nodiscard]] Result<Partner> find_partner(Context& context, const PartnerArguments& arguments);

/// An error that says that the DC does not serve `operation`, as ERROR_NOT_SUPPORTED with what can be done instead; any other error as it is.
[[nodiscard]] Error nothing_else_does(Context& context, const std::string& dc, std::string_view operation, Error error);

}  // namespace tributary::cli
