// SPDX-License-Identifier: Apache-2.0
// The blob codec of src/drsuapi/blobs as a filter, so that scripts can hold it against other implementations.
// One request a line on stdin, one answer a line on stdout:
//   decode TYPE HEX    the JSON, or "error DETAIL"
//   encode TYPE JSON   the hex, or "error DETAIL"
#include <boost/json.hpp>
#include <iostream>
#include <string>

#include "drsuapi/blobs/registry.hpp"

namespace {
using namespace tributary;

std::string answer(const std::string& line) {
  const auto verb_end = line.find(' ');
  const auto type_end = line.find(' ', verb_end + 1);
  if (verb_end == std::string::npos || type_end == std::string::npos) return "error a request has three words";
  const auto* type = drsuapi::blobs::blob_type(line.substr(verb_end + 1, type_end - verb_end - 1));
  if (type == nullptr) return "error no such type";
  const auto operand = line.substr(type_end + 1);
  if (line.starts_with("decode ")) {
    const auto octets = from_hex(operand);
    if (!octets) return "error not hex";
    const auto value = type->decode(*octets);
    return value ? boost::json::serialize(*value) : "error " + value.error().detail;
  }
  boost::json::error_code error;
  const auto value = boost::json::parse(operand, error);
  if (error) return "error not JSON";
  const auto octets = type->encode(value);
  return octets ? to_hex(*octets) : "error " + octets.error().detail;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) std::cout << answer(line) << std::endl;
}
