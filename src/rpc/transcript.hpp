// SPDX-License-Identifier: Apache-2.0
// For tests of this room only: one association under test and a scripted peer, driven by lines of text, so that a change of
// behaviour is reviewed as a text diff. The grammar of the lines is described in testdata/README.md.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rpc/client_association.hpp"
#include "rpc/fragment.hpp"
#include "rpc/server_association.hpp"
#include "rpc/test_context.hpp"

namespace tributary::rpc::test {

inline constexpr SyntaxId kDrsuapi{"e3514235-4b06-11d1-ab04-00c04fc2dcd2"_guid, 4, 0};
inline constexpr SyntaxId kDsaop{"7c44d7d4-31d5-424c-bd5e-2b3e1f323d22"_guid, 1, 0};

/// A line: its words, and those of the form key=value by key.
struct Line {
  std::vector<std::string> words;
  std::map<std::string, std::string> values;

  explicit Line(std::string_view text);
  [[nodiscard]] bool has(const std::string& word) const;
  [[nodiscard]] std::string value(const std::string& key, const std::string& otherwise = {}) const;
  [[nodiscard]] std::uint32_t number(const std::string& key, std::uint32_t otherwise = 0) const;
};

/// stub=HEX or size=N of a line.
Bytes stub_of(const Line& line);

/// The association under test and its peer.
class World {
 public:
  /// Carries one line out and returns what the association did about it, one action a line.
  std::string run(const std::string& line);

 private:
  // The association under test.
  std::string new_client(const Line& line);
  std::string new_server(const Line& line);
  std::string owner_event(const Line& line);
  std::string begin_call(const Line& line);
  void security_step(const Line& line);
  void deliver(ByteView octets);
  std::string drain(std::uint32_t batches = 1000);
  template <class Actions>
  std::string print(Actions actions);

  std::string text(const SendBytes& action);
  std::string text(const NeedSecurityStep& action);
  std::string text(const Bound& action);
  std::string text(const CallFragment& action);
  std::string text(const CallCompleted& action);
  std::string text(const CallReceived& action);
  std::string text(const CallCancelled& action);
  std::string text(const WakeAt& action);
  std::string text(const Close& action);

  // The peer.
  std::string peer(const Line& line);
  Bytes make_pdu(const Line& line);
  Bytes make_stub_pdu(const Line& line, Pdu pdu);
  std::string text(const Pdu& pdu, ByteView message);
  Protection peer_protection();

  AssociationGroups groups_;  ///< outlives the server
  std::optional<ClientAssociation> client_;
  std::optional<ServerAssociation> server_;
  std::shared_ptr<TestContext> own_context_;
  std::shared_ptr<TestContext> peer_context_;
  bool peer_sealed_ = false;
  bool header_signing_ = true;
  NeedSecurityStep pending_step_;
  FragmentReader peer_reader_;
  Bytes unsent_;  ///< the peer's octets that wait for "flush"
  MonoTime now_{};
};

/// Runs a whole transcript: blocks of lines, "----", expected output, an empty line. Returns the text with the output that
/// there really was; equal to `transcript` when all is as expected.
std::string run_transcript(const std::string& transcript);

}  // namespace tributary::rpc::test
