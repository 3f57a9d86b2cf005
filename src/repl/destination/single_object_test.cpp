// SPDX-License-Identifier: Apache-2.0
// One object alone from a source ([MS-DRSR] 4.1.10.4.2; [MS-ADTS] 3.1.1.3.3.18): what comes, what stays, what is refused.
#include "repl/destination/single_object.hpp"

#include "base/win32.hpp"
#include "drsuapi/compress/native_reply.hpp"
#include "drsuapi/constants.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/destination/test_dsas.hpp"

namespace tributary::repl::testing {
namespace {

using namespace drsuapi;
constexpr std::string_view kTop = "DC=lab,DC=example";

class SingleObject : public ::testing::Test {
 protected:
  void SetUp() override {
    a.make_domain();
    // Any object stands for the caller's nTDSDSA here.
    b.context.dsa = DsaGuid{a.add(kTop, "container", "settings-of-b").value};
    pull(b, a);
  }
  Result<Updates> replicate(const DSNAME& object, const std::function<void(DRS_MSG_GETCHGREPLY_V9&)>& tamper = {}) {
    auto request = single_object_request(b.context, *b.store->read(), b.nc_root(), object, our_extensions());
    if (!request) return std::unexpected(request.error());
    ndr::Arena arena;
    Bytes stub, plain;
    auto answer = ask(a, *request, arena, stub);
    if (!answer) return std::unexpected(answer.error());
    auto reply = native_reply(std::move(*answer), arena, plain);
    if (!reply) return std::unexpected(reply.error());
    if (tamper) tamper(*reply);
    const auto transaction = b.store->write();
    auto done = apply_single_object(b.context, *transaction, b.nc_root(), a.context.dsa, *reply, object, {});
    if (done) must(transaction->commit());
    return done;
  }
  static Win32 code_of(const Result<Updates>& result) { return result ? Win32::kSuccess : result.error().code; }

  Dsa a{1}, b{2};
};

TEST_F(SingleObject, ComesWithItsLinksAndNothingElseMoves) {
  const auto user = a.add(kTop, "user", "ann");
  const auto group = a.add(kTop, "group", "staff");
  const auto other = a.add(kTop, "container", "other");
  a.link(group, user);
  const auto before = b.nc();
  const auto position = b.reps_from(a)->usn_vec;
  ASSERT_TRUE(replicate(must(dsname_from_dn("CN=ann,DC=lab,DC=example"))));
  const auto updates = replicate(must(dsname_from_dn("CN=staff,DC=lab,DC=example")));
  ASSERT_TRUE(updates) << updates.error().detail;
  EXPECT_EQ(updates->objects.size(), 1U);
  EXPECT_TRUE(b.is_member(group, user));
  EXPECT_EQ(b.dnt(other), store::kNoDnt) << "only what was asked for";
  EXPECT_EQ(b.nc()->up_to_dateness_vector, before->up_to_dateness_vector);
  EXPECT_EQ(b.reps_from(a)->usn_vec, position);
  EXPECT_TRUE(must(replicate(must(dsname_from_dn("CN=staff,DC=lab,DC=example")))).objects.empty()) << "nothing is news any more";
  pull(b, a);
  EXPECT_EQ(content(a), content(b));
  expect_sound(b);
}

TEST_F(SingleObject, AnUpdateOfWhatIsHere) {
  const auto user = a.add(kTop, "user", "ann");
  pull(b, a);
  a.set(user, attid::kDescription, "newer");
  ASSERT_TRUE(replicate(dsname_from_guid(user.value)));
  EXPECT_EQ(b.text(user, attid::kDescription), "newer");
}

// "if the object does not exist on the source, has been deleted there, or has no parent here, an error is returned".
TEST_F(SingleObject, WhatCannotComeIsRefused) {
  EXPECT_FALSE(replicate(must(dsname_from_dn("CN=nobody,DC=lab,DC=example"))));
  const auto user = a.add(kTop, "user", "ann");
  pull(b, a);
  a.remove(user);
  const auto before = whole_state(b);
  EXPECT_EQ(code_of(replicate(dsname_from_guid(user.value))), win32::kErrorDsObjNotFound);
  (void)a.add(kTop, "organizationalUnit", "new");
  (void)a.add("OU=new,DC=lab,DC=example", "user", "below");
  EXPECT_EQ(code_of(replicate(must(dsname_from_dn("CN=below,OU=new,DC=lab,DC=example")))), win32::kErrorDsDraMissingParent);
  const auto lying = [](DRS_MSG_GETCHGREPLY_V9& reply) { reply.uuidDsaObjSrc = "6f5f9a3c-0c1d-4b8e-9d7e-2f3a4b5c6d7e"_guid; };
  EXPECT_EQ(code_of(replicate(must(dsname_from_dn("OU=new,DC=lab,DC=example")), lying)), win32::kErrorDsDraSourceReinstalled);
  EXPECT_EQ(whole_state(b), before);
}

}  // namespace
}  // namespace tributary::repl::testing
