// SPDX-License-Identifier: Apache-2.0
// Fuzzes what reads LDAPMessages (RFC 4511 4.1.1): nothing reads behind the end, a fault has a code, what was read looks into the message, and
// a filter that was read can be written and read again.
#include <cstddef>
#include <cstdint>

#include "ldap/protocol/message.hpp"
#include "must_hold.hpp"

using namespace tributary;
using namespace tributary::ldap;

namespace {

class Looker {
 public:
  explicit Looker(const Bytes& octets) : octets_(octets) {}
  void operator()(ByteView view) const {
    must_hold(view.empty() || (view.data() >= octets_.data() && view.data() + view.size() <= octets_.data() + octets_.size()), "a view looks elsewhere");
  }
  void operator()(std::string_view text) const { (*this)(as_bytes(text)); }
  void operator()(const AttributeValues& attribute) const {
    (*this)(attribute.attribute);
    for (const auto& value : attribute.values) (*this)(value);
  }
  void operator()(const BindRequest& request) const {
    (*this)(request.name);
    if (const auto* simple = std::get_if<BindRequest::Simple>(&request.authentication)) (*this)(simple->password);
    if (const auto* sasl = std::get_if<BindRequest::Sasl>(&request.authentication)) {
      (*this)(sasl->mechanism);
      if (sasl->credentials) (*this)(*sasl->credentials);
    }
  }
  void operator()(const UnbindRequest&) const {}
  void operator()(const SearchRequest& request) const {
    (*this)(request.base);
    for (const auto name : request.attributes) (*this)(name);
    const auto& nodes = request.filter.nodes;
    must_hold(!nodes.empty() && nodes[0].end == nodes.size(), "a filter whose root is not all of it");
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      must_hold(nodes[i].end > i && nodes[i].end <= nodes.size(), "a subtree that is no range");
      (*this)(nodes[i].attribute);
      (*this)(nodes[i].value);
      (*this)(nodes[i].matching_rule);
      must_hold(nodes[i].substrings_begin <= nodes[i].substrings_end && nodes[i].substrings_end <= request.filter.substrings.size(), "parts that are not there");
    }
    for (const auto& part : request.filter.substrings) (*this)(part.value);
    static_cast<void>(format_filter(request.filter));
  }
  void operator()(const ModifyRequest& request) const {
    (*this)(request.dn);
    for (const auto& change : request.changes) (*this)(change.attribute);
  }
  void operator()(const AddRequest& request) const {
    (*this)(request.dn);
    for (const auto& attribute : request.attributes) (*this)(attribute);
  }
  void operator()(const DeleteRequest& request) const { (*this)(request.dn); }
  void operator()(const ModifyDnRequest& request) const {
    (*this)(request.dn);
    (*this)(request.new_rdn);
    if (request.new_superior) (*this)(*request.new_superior);
  }
  void operator()(const CompareRequest& request) const {
    (*this)(request.dn);
    (*this)(request.attribute);
    (*this)(request.value);
  }
  void operator()(const AbandonRequest& request) const { must_hold(request.message_id >= 0, "a negative id"); }
  void operator()(const ExtendedRequest& request) const {
    (*this)(request.oid);
    if (request.value) (*this)(*request.value);
  }

 private:
  const Bytes& octets_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  constexpr std::size_t kOctetsMax = 1 << 20;
  const auto announced = message_size(octets, kOctetsMax);
  if (announced && *announced) must_hold(**announced >= 2 && **announced <= kOctetsMax, "a size beyond the limit");
  // The size stands in the header: what lies behind it does not change it.
  if (announced && *announced && **announced < size) must_hold(message_size(octets.first(**announced), kOctetsMax) == announced, "the size depends on what follows");
  const auto message = read_message(to_bytes(octets));
  if (!message) {
    must_hold(!message.error().outcome.ok(), "a fault without a code");
    must_hold(message.error().id.has_value() == message.error().request_tag.has_value(), "an id without an operation");
    if (message.error().request_tag) must_hold(response_tag_of(*message.error().request_tag).has_value(), "a fault that cannot be told");
    return 0;
  }
  must_hold(announced && *announced == size, "a message of another size was read");
  must_hold(message->id > 0, "no id of a request");
  const Looker looker(message->octets);
  std::visit(looker, message->request);
  for (const auto& control : message->controls) {
    looker(control.oid);
    if (control.value) looker(*control.value);
  }
  return 0;
}
