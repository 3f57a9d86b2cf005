// SPDX-License-Identifier: Apache-2.0
// tributary options: shows and changes the options of a DC's nTDSDSA object over LDAP ([MS-ADTS] 6.1.1.2.2.1.2.1.1).
#include <fmt/format.h>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/words.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string dc;
  std::vector<std::string> set, clear;
  std::uint32_t set_bits = 0, clear_bits = 0;
};

Result<std::uint32_t> bits_of(const std::vector<std::string>& words) {
  std::uint32_t bits = 0;
  for (const auto& word : words) {
    const auto bit = parse_ntdsdsa_option(word);
    if (!bit) return std::unexpected(bit.error());
    bits |= *bit;
  }
  return bits;
}

std::string check(Arguments& arguments) {
  const auto set = bits_of(arguments.set);
  if (!set) return set.error().detail;
  const auto clear = bits_of(arguments.clear);
  if (!clear) return clear.error().detail;
  if ((*set & *clear) != 0) return "the same option cannot be set and cleared";
  arguments.set_bits = *set;
  arguments.clear_bits = *clear;
  return {};
}

Result<> run(Context& context, const Arguments& arguments) {
  auto directory = context.directory(arguments.dc);
  if (!directory) return std::unexpected(std::move(directory.error()));
  auto dsa = (*directory)->local_dsa();
  if (!dsa) return std::unexpected(std::move(dsa.error()));
  const std::uint32_t before = dsa->options;
  const std::uint32_t after = (before | arguments.set_bits) & ~arguments.clear_bits;
  const auto names = [](std::uint32_t options) { return drsuapi::flag_names(drsuapi::kNtdsdsaOptionNames, options); };
  context.say(fmt::format("Options of {}: {}", host_label(*dsa), joined(names(before))));
  if (after != before) {
    const std::string text = std::to_string(after);
    auto changed = (*directory)->ldap().modify(dsa->dn, {{"options", {Bytes(text.begin(), text.end())}}});
    if (!changed) return changed;
    context.say(fmt::format("           now: {}", joined(names(after))));
  } else if ((arguments.set_bits | arguments.clear_bits) != 0) {
    context.say("That is what they were: nothing changed.");
  }
  context.print("tributary.options/1", {{"dsa", dsa_to_json(*dsa)},
                                        {"before", flags_to_json(before, names(before))},
                                        {"after", flags_to_json(after, names(after))},
                                        {"changed", after != before}});
  return {};
}

}  // namespace

void register_options(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("options",
                                    {kGroupChange, "Show the options of a DC's DSA, or change them",
                                     "  tributary options dc1.lab.example\n"
                                     "  tributary options dc1.lab.example +DISABLE_INBOUND_REPL     stop it from pulling\n"
                                     "  tributary options dc1.lab.example -DISABLE_INBOUND_REPL     let it pull again\n"},
                                    arguments, run, check);
  sub->add_option("DC", arguments->dc, "The DC; without it a DC of the account's domain");
  sub->add_option("--set", arguments->set,
                  "Option to set: IS_GC, DISABLE_INBOUND_REPL, DISABLE_OUTBOUND_REPL, DISABLE_NTDSCONN_XLATE,\nDISABLE_SPN_REGISTRATION; +NAME is "
                  "short for it")
      ->type_name("NAME")
      ->allow_extra_args(false);
  sub->add_option("--clear", arguments->clear, "Option to clear; -NAME is short for it")->type_name("NAME")->allow_extra_args(false);
}

}  // namespace tributary::cli
