// SPDX-License-Identifier: Apache-2.0
// What other implementations made, and a real DC sent: tests/golden/compress (its README.md says by whom).
// Replies of [MS-DRSR] 4.1.10.2.19, secret values of 4.1.10.2.20.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <sstream>

#include "drsuapi/compress/compression.hpp"
#include "drsuapi/compress/pickle.hpp"
#include "drsuapi/compress/secrets.hpp"

namespace tributary {
namespace {

std::string read_file(const std::string& name) {
  std::ifstream file(std::string(TRIBUTARY_SOURCE_DIR "/tests/golden/compress/") + name);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The lines of a file that are not comments, split at blanks.
std::vector<std::vector<std::string>> table(const std::string& name) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(read_file(name));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    rows.emplace_back(std::istream_iterator<std::string>(words), std::istream_iterator<std::string>());
  }
  return rows;
}

std::string sha256(ByteView data) {
  std::array<std::uint8_t, 32> digest{};
  EXPECT_EQ(EVP_Digest(data.data(), data.size(), digest.data(), nullptr, EVP_sha256(), nullptr), 1);
  return to_hex(digest);
}

TEST(Golden, RepliesCompressedBySamba) {
  const auto rows = table("replies.txt");
  EXPECT_GE(rows.size(), 16u);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 4u);
    const auto blob = from_hex(read_file(row[0]));
    ASSERT_TRUE(blob) << row[0];
    const auto algorithm = row[1] == "mszip" ? ReplyCompression::kMszip : ReplyCompression::kWin2k3;
    const auto plain = decompress_reply(algorithm, *blob, std::stoul(row[2]));
    ASSERT_TRUE(plain) << row[0] << ": " << plain.error().detail;
    EXPECT_EQ(sha256(*plain), row[3]) << row[0];
    const auto pickle = read_pickle(*plain);
    ASSERT_TRUE(pickle) << row[0] << ": " << pickle.error().detail;
    EXPECT_TRUE(pickle->little_endian);

    const auto ours = compress_reply(algorithm, *plain);
    ASSERT_TRUE(ours);
    EXPECT_EQ(decompress_reply(algorithm, *ours, plain->size()), plain) << row[0];
    // Samba searches longer: larger is fine, twice as large would be a fault of our search.
    EXPECT_LE(ours->size(), 2 * blob->size() + 700) << row[0];
  }
}

TEST(Golden, SecretValues) {
  const auto rows = table("secrets.txt");
  EXPECT_GE(rows.size(), 10u);
  const auto octets = [](const std::string& hex) { return hex == "-" ? Bytes{} : *from_hex(hex); };
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 6u);
    const auto key = octets(row[1]);
    const auto payload = octets(row[2]);
    const auto rid = static_cast<std::uint32_t>(std::stoul(row[3]));
    const auto clear = decrypt_secret_value(key, payload);
    ASSERT_TRUE(clear) << row[0] << ": " << clear.error().detail;
    EXPECT_EQ(to_bytes(clear->view()), octets(row[4])) << row[0];

    SecretSalt salt;
    std::copy_n(payload.begin(), salt.size(), salt.begin());
    EXPECT_EQ(encrypt_secret_value(key, salt, clear->view()), payload) << row[0];
    if (rid == 0) continue;
    const auto inner = remove_rid_layer(rid, clear->view());
    ASSERT_TRUE(inner) << row[0] << ": " << inner.error().detail;
    EXPECT_EQ(to_bytes(inner->view()), octets(row[5])) << row[0];
    EXPECT_EQ(to_bytes(apply_rid_layer(rid, inner->view())->view()), octets(row[4])) << row[0];
  }
}

}  // namespace
}  // namespace tributary
