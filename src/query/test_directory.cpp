// SPDX-License-Identifier: Apache-2.0
// See test_directory.hpp.
#include "query/test_directory.hpp"

#include <algorithm>

namespace tributary::query::testing {

using namespace repl;
using repl::testing::class_value;

Directory::Directory() {
  domain = forest->find("DC=lab,DC=example");
  people = add(domain, "organizationalUnit", "people");
  const auto person = [&](std::string name, std::uint32_t control, std::int64_t expires, std::string surname) {
    return add(people, "user", name,
               {{attid_of("sAMAccountName"), {text_value(name)}},
                {attid_of("userAccountControl"), {u32_value(control)}},
                {attid_of("accountExpires"), {i64_value(expires)}},
                {attid_of("givenName"), {text_value(name)}},
                {attid_of("sn"), {text_value(surname)}}});
  };
  ann = person("ann", 0x200, 100, "Arbor");
  bob = person("bob", 0x202, -5, "B\u00C4UM");
  eve = person("eve", 0x10200, 9'000'000'000, "Elm Tree");
  const auto group = [&](std::string name) { return add(people, "group", name, {{attid_of("sAMAccountName"), {text_value(name)}}}); };
  staff = group("staff");
  all = group("all");
  ring = group("ring");
  link(staff, "member", ann);
  link(staff, "member", bob);
  link(all, "member", staff);
  link(ring, "member", all);
  link(all, "member", ring);  // a circle
  odd = add(people, "container", "odd",
            {{attid_of("whenCreated"), {}},
             {attid_of("description"), {text_value("one"), text_value("Two three")}},
             {attid_of("isCriticalSystemObject"), {bool_value(true)}},
             {attid_of("objectVersion"), {u32_value(static_cast<std::uint32_t>(-7))}},
             {attid_of("wellKnownObjects"), {reference_value(ann, Bytes{1, 2, 3}), reference_value(bob, Bytes{9})}}});
}

Dnt Directory::add(Dnt parent, std::string_view object_class, std::string rdn, std::vector<NewAttribute> attributes) {
  std::erase_if(attributes, [](const NewAttribute& each) { return each.values.empty(); });
  return forest->make(parent, object_class, std::move(rdn), std::move(attributes));
}

void Directory::link(Dnt source, std::string_view attribute, Dnt target, ByteView data) {
  must(forest->try_modify(source, {{ModifyOperation::kAdd, attid_of(attribute), {reference_value(target, data)}}}));
}

Result<CompiledFilter> Directory::compile(const std::string& text, CompileOptions options) {
  std::vector<Bytes> storage;
  const auto filter = ldap::parse_filter(text, storage);
  if (!filter) throw std::runtime_error("the test's filter is none: " + text);
  return compile_filter(*forest->store->read(), forest->context.schema, *filter, options);
}

std::string Directory::truth(const std::string& text, Dnt object) {
  const auto filter = compile(text);
  if (!filter) return "error";
  const auto snapshot = forest->store->read();
  const auto view = must(snapshot->find(object));
  Matcher matcher(*filter);
  switch (must(matcher.match(*snapshot, *view, nullptr))) {
    case Truth::kTrue: return "t";
    case Truth::kFalse: return "f";
    case Truth::kUndefined: return "u";
  }
  return {};
}

Area Directory::area(Scope scope, Dnt base) const {
  const Dnt at = base == store::kNoDnt ? domain : base;
  return {scope, at, {at}};
}

std::vector<std::string> Directory::names(const std::vector<Dnt>& dnts, const CompiledFilter& filter, const Area& where) {
  std::vector<std::string> found;
  const auto snapshot = forest->store->read();
  AreaJudge judge(*snapshot, where);
  Matcher matcher(filter);
  for (const Dnt dnt : dnts) {
    const auto object = must(snapshot->find(dnt));
    if (!object || is_phantom(*object) || !must(judge.contains(*object))) continue;
    if (must(matcher.match(*snapshot, *object, nullptr)) == Truth::kTrue) found.emplace_back(object->rdn());
  }
  std::ranges::sort(found);
  return found;
}

std::vector<std::string> Directory::by_scan(const std::string& text) {
  const auto filter = must(compile(text));
  std::vector<Dnt> dnts;
  must(forest->store->read()->by_guid({}, [&](const Dnt& dnt) { return dnts.push_back(dnt), true; }));
  return names(dnts, filter, area(Scope::kSubtree, store::kNoDnt));
}

std::vector<std::string> Directory::by_plan(const std::string& text, Scope scope, Dnt base) {
  const auto filter = must(compile(text));
  const auto where = area(scope, base);
  const auto snapshot = forest->store->read();
  const auto made = must(make_plan(*snapshot, filter, where));
  return names(must(candidates(*snapshot, filter, where, made)), filter, where);
}

std::string Directory::plan(const std::string& text, Scope scope, Dnt base, std::size_t candidates_max) {
  const auto filter = must(compile(text));
  std::string joined;
  for (const auto& line : explain(filter, must(make_plan(*forest->store->read(), filter, area(scope, base), candidates_max)))) {
    if (!joined.empty()) joined += '/';
    joined += line;
  }
  return joined;
}

}  // namespace tributary::query::testing
