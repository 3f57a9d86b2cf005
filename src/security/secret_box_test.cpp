// SPDX-License-Identifier: Apache-2.0
// Secrets at rest: what is sealed opens for its own object and attribute under its own key, and for nothing else; key files.
#include "security/secret_box.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/win32.hpp"

namespace tributary::security {
namespace {

constexpr std::uint32_t kUnicodePwd = 0x9005A, kDbcsPwd = 0x90037;
constexpr ObjectGuid kAnn{"00000001-0000-0000-0000-000000000001"_guid}, kBob{"00000001-0000-0000-0000-000000000002"_guid};

class SecretBoxTest : public testing::Test {
 protected:
  SecretBoxTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tributary-secret-box-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    path = folder + "/secrets.key";
  }
  ~SecretBoxTest() override { std::filesystem::remove_all(folder); }
  std::string text() const {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(std::string_view content) {
    std::ofstream(path, std::ios::trunc) << content;
    ::chmod(path.c_str(), 0600);
  }
  Win32 opened() const {
    const auto box = SecretBox::open(path);
    return box ? win32::kErrorSuccess : box.error().code;
  }

  std::string folder, path;
  const Bytes value = from_hex("00112233445566778899aabbccddeeff").value();
};

TEST_F(SecretBoxTest, WhatIsSealedOpensAgain) {
  const auto box = SecretBox::create(path);
  ASSERT_TRUE(box) << box.error().detail;
  for (const std::size_t size : {0u, 1u, 16u, 1000u, 100'000u}) {
    const Bytes plain(size, 0xA5);
    const Bytes sealed = box->seal(kAnn, kUnicodePwd, plain).value();
    EXPECT_EQ(sealed.size(), size + SecretBox::kOverheadOctets);
    EXPECT_EQ(SecretBox::key_of(sealed).value(), box->key_id());
    EXPECT_EQ(box->unseal(kAnn, kUnicodePwd, sealed).value(), plain);
    EXPECT_EQ(SecretBox::open(path)->unseal(kAnn, kUnicodePwd, sealed).value(), plain);
  }
}

TEST_F(SecretBoxTest, TheSameValueIsNeverSealedTheSameWay) {
  const auto box = SecretBox::create(path).value();
  std::set<Bytes> all;
  for (int i = 0; i < 100; ++i) all.insert(box.seal(kAnn, kUnicodePwd, value).value());
  EXPECT_EQ(all.size(), 100u);
  for (const Bytes& sealed : all) EXPECT_EQ(std::ranges::search(sealed, value).begin(), sealed.end());
}

TEST_F(SecretBoxTest, ValuesCannotBeSwapped) {
  const auto box = SecretBox::create(path).value();
  const Bytes sealed = box.seal(kAnn, kUnicodePwd, value).value();
  EXPECT_EQ(box.unseal(kBob, kUnicodePwd, sealed).error().code, win32::kErrorInvalidData);
  EXPECT_EQ(box.unseal(kAnn, kDbcsPwd, sealed).error().code, win32::kErrorInvalidData);
}

TEST_F(SecretBoxTest, EveryChangedBitIsFound) {
  const auto box = SecretBox::create(path).value();
  const Bytes sealed = box.seal(kAnn, kUnicodePwd, value).value();
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes changed = sealed;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    const auto opened = box.unseal(kAnn, kUnicodePwd, changed);
    ASSERT_FALSE(opened) << bit;
    const bool in_key_id = bit / 8 >= 1 && bit / 8 < 9;
    ASSERT_EQ(opened.error().code, in_key_id ? win32::kErrorNotFound : win32::kErrorInvalidData) << bit;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    ASSERT_EQ(box.unseal(kAnn, kUnicodePwd, ByteView(sealed).first(size)).error().code, win32::kErrorInvalidData) << size;
}

TEST_F(SecretBoxTest, AnotherKeyDoesNotOpen) {
  const Bytes sealed = SecretBox::create(path)->seal(kAnn, kUnicodePwd, value).value();
  const auto other = SecretBox::create(folder + "/other.key").value();
  EXPECT_EQ(other.unseal(kAnn, kUnicodePwd, sealed).error().code, win32::kErrorNotFound);
}

TEST_F(SecretBoxTest, AfterARotationOldValuesStillOpen) {
  const auto before = SecretBox::create(path).value();
  const Bytes old = before.seal(kAnn, kUnicodePwd, value).value();
  const auto after = SecretBox::rotate(path).value();
  EXPECT_EQ(after.key_count(), 2u);
  EXPECT_NE(after.key_id(), before.key_id());
  EXPECT_EQ(after.unseal(kAnn, kUnicodePwd, old).value(), value);
  const Bytes fresh = after.seal(kAnn, kUnicodePwd, value).value();
  EXPECT_EQ(before.unseal(kAnn, kUnicodePwd, fresh).error().code, win32::kErrorNotFound);
  EXPECT_EQ(SecretBox::open(path)->unseal(kAnn, kUnicodePwd, fresh).value(), value);
}

TEST_F(SecretBoxTest, TheFileIsItsOwnersAlone) {
  ASSERT_TRUE(SecretBox::create(path));
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);  // nothing is left beside it
  for (const mode_t mode : {0640, 0604, 0620, 0666}) {
    ::chmod(path.c_str(), mode);
    EXPECT_EQ(opened(), win32::kErrorAccessDenied) << mode;
  }
  ::chmod(path.c_str(), 0600);
  EXPECT_EQ(opened(), win32::kErrorSuccess);
  std::filesystem::rename(path, folder + "/real.key");
  ASSERT_EQ(::symlink("real.key", path.c_str()), 0);
  EXPECT_EQ(opened(), win32::kErrorAccessDenied);
}

TEST_F(SecretBoxTest, AFileThatIsThereIsNeverReplacedByCreate) {
  const auto first = SecretBox::create(path).value();
  const std::string before = text();
  EXPECT_EQ(SecretBox::create(path).error().code, win32::kErrorAlreadyExists);
  EXPECT_EQ(text(), before);
  EXPECT_EQ(SecretBox::create(folder + "/no/such/folder.key").error().code, win32::kErrorFileNotFound);
  EXPECT_EQ(SecretBox::open(folder + "/none.key").error().code, win32::kErrorFileNotFound);
  EXPECT_EQ(SecretBox::open(folder).error().code, win32::kErrorAccessDenied);
}

TEST_F(SecretBoxTest, ADamagedFileIsFoundOut) {
  ASSERT_TRUE(SecretBox::create(path));
  const std::string good = text();
  ASSERT_EQ(good.size(), 24u + 86u);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string damaged = good;
    damaged[i] = damaged[i] == '0' ? '1' : '0';
    write(damaged);
    ASSERT_EQ(opened(), win32::kErrorInvalidData) << i;
  }
  for (const std::string& damaged : {std::string(), good.substr(0, 24), good.substr(0, good.size() - 1), good + "key\n", good + "\n",
                                     std::string(70'000, 'x'), good + std::string(300 * 86, 'k')}) {
    write(damaged);
    ASSERT_EQ(opened(), win32::kErrorInvalidData) << damaged.substr(0, 30);
  }
  write(good);
  EXPECT_EQ(opened(), win32::kErrorSuccess);
}

TEST_F(SecretBoxTest, OldKeysAreForgottenOnlyWhenAsked) {
  const auto first = SecretBox::create(path).value();
  const Bytes sealed = first.seal(kAnn, kUnicodePwd, value).value();
  const auto both = SecretBox::rotate(path).value();
  EXPECT_TRUE(both.has_key(first.key_id()));
  EXPECT_EQ(both.unseal(kAnn, kUnicodePwd, sealed).value(), value);
  const Bytes later = both.seal(kAnn, kUnicodePwd, value).value();
  const auto last = SecretBox::forget_old_keys(path).value();
  EXPECT_EQ(last.key_count(), 1u);
  EXPECT_EQ(last.key_id(), both.key_id());
  EXPECT_FALSE(last.has_key(first.key_id()));
  EXPECT_EQ(last.unseal(kAnn, kUnicodePwd, sealed).error().code, win32::kErrorNotFound);
  EXPECT_EQ(SecretBox::open(path)->unseal(kAnn, kUnicodePwd, later).value(), value);
  EXPECT_EQ(text().find(to_hex(first.key_id())), std::string::npos);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(SecretBoxTest, NoErrorShowsAKey) {
  ASSERT_TRUE(SecretBox::create(path));
  const std::string good = text();
  const std::string key = good.substr(good.size() - 65, 64);
  write(good.substr(0, good.size() - 2) + "!\n");
  const auto box = SecretBox::open(path);
  ASSERT_FALSE(box);
  EXPECT_EQ(box.error().detail.find(key.substr(0, 16)), std::string::npos);
}

}  // namespace
}  // namespace tributary::security
