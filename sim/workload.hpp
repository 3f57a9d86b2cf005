// SPDX-License-Identifier: Apache-2.0
// What clients do: originating updates of every kind, at DSAs and on objects that the seed chooses, and on purpose such that DSAs disagree.
// A directory may refuse an update; that is counted and no fault. [MS-ADTS] 3.1.1.5. Knows no fault and no message.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "repl/updates/add.hpp"
#include "repl/updates/modify.hpp"
#include "sim/dsa.hpp"
#include "sim/forest.hpp"

namespace tributary::sim {

class Workload {
 public:
  Workload(World& world, Forest& forest);
  /// One operation, or two at once; none when nothing fits.
  void step();

 private:
  /// Where and on what: an object that is there and alive.
  struct Target {
    SimDsa* dsa = nullptr;
    WantedNc* nc = nullptr;
    store::Dnt dnt = store::kNoDnt;
    ObjectGuid guid;
  };
  struct Known {
    ObjectGuid guid;
    bool is_container = false;
  };

  [[nodiscard]] SimDsa* pick_dsa();
  [[nodiscard]] WantedNc* pick_nc(SimDsa& dsa);
  [[nodiscard]] bool pick_place(Target& target);
  [[nodiscard]] bool pick_object(Target& target, bool is_container, bool is_deleted = false);
  [[nodiscard]] store::Dnt find(SimDsa& dsa, const WantedNc& nc, const ObjectGuid& guid, bool is_deleted);
  [[nodiscard]] store::Dnt pick_parent(const Target& target);
  [[nodiscard]] std::string pick_name();
  [[nodiscard]] repl::NewValue pick_text();
  [[nodiscard]] repl::NewAttribute pick_attribute();

  void run(SimDsa& dsa, std::string_view what, const SimDsa::Update& update);
  void add(const Target& at, store::Dnt parent, const std::string& name);
  void modify(const Target& at, Attid attid, repl::ModifyOperation operation, std::vector<repl::NewValue> values);

  void add_somewhere();
  void modify_something();
  [[nodiscard]] bool modify_extension(const Target& at);
  void try_once();
  void move(bool also_rename);
  void rename();
  void remove();
  void undelete();
  void link(bool is_present);
  void collide();
  void cross();
  void orphan();
  void extend();
  void change_ncs(Work work);
  void raise();

  World& world_;
  Forest& forest_;
  Chance chance_;
  std::array<std::uint32_t, kWorkCount> weights_{};
  std::map<ObjectGuid, std::vector<Known>> objects_;  ///< that clients made, by NC
  std::vector<Attid> single_, multi_, forward_links_, references_;
  std::uint32_t names_ = 0;
  std::uint32_t extensions_ = 0;
};

}  // namespace tributary::sim
