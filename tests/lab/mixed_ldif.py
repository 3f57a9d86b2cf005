# SPDX-License-Identifier: Apache-2.0
# LDIF of mixed changes (RFC 2849) for comparing two directories: adds, modifies, renames, moves and deletions of units, users, groups,
# contacts and computers, a quarter of them wrong in some way that a server has to find out. The same seed gives the same text.

import random

WORDS = "amber birch cedar delta ember fjord grove heath inlet jetty knoll lagoon marsh north oasis plain quarry ridge shore tundra".split()


class Mixer:
    def __init__(self, seed, domain_dn, dns):
        self.chance, self.domain, self.dns = random.Random(seed), domain_dn, dns
        self.base = f"OU=Mixed,{domain_dn}"
        self.units, self.people, self.groups, self.computers, self.contacts = [self.base], {}, {}, {}, []
        self.next, self.records = 0, []

    def number(self):
        self.next += 1
        return self.next

    def emit(self, dn, *lines):
        self.records.append("\n".join((f"dn: {dn}", *lines)) + "\n")

    def modify(self, dn, *changes):
        lines = ["changetype: modify"]
        for operation, attribute, values in changes:
            lines += [f"{operation}: {attribute}", *(f"{attribute}: {value}" for value in values), "-"]
        self.emit(dn, *lines)

    def words(self, count):
        return " ".join(self.chance.choice(WORDS) for _ in range(count))

    # What succeeds, as far as one can tell.

    def add_unit(self):
        parent = self.chance.choice(self.units)
        if parent.count("OU=") > 4:
            parent = self.base
        dn = f"OU=unit {self.number()},{parent}"
        self.units.append(dn)
        self.emit(dn, "changetype: add", "objectClass: organizationalUnit", f"description: {self.words(3)}")

    def add_person(self):
        number = self.number()
        dn, account = f"CN={self.words(2)} {number},{self.chance.choice(self.units)}", f"mix{number}"
        self.people[dn] = account
        extra = [f"{name}: {self.words(2)}" for name in self.chance.sample(("description", "title", "department", "company", "l", "displayName"), 3)]
        if self.chance.random() < 0.5:
            extra.append(f"userPrincipalName: {account}@{self.dns}")
        self.emit(dn, "changetype: add", f"objectClass: {self.chance.choice(('user', 'user', 'inetOrgPerson'))}", f"sAMAccountName: {account}", *extra)

    def add_group(self):
        number = self.number()
        dn = f"CN=group {number},{self.chance.choice(self.units)}"
        self.groups[dn] = []
        kind = self.chance.choice((-2147483646, -2147483646, -2147483644, -2147483640, 2, 8))
        members = self.chance.sample(sorted(self.people), min(len(self.people), self.chance.randrange(4)))
        self.groups[dn] = list(members)
        self.emit(dn, "changetype: add", "objectClass: group", f"sAMAccountName: mixgroup{number}", f"groupType: {kind}", *(f"member: {m}" for m in members))

    def add_contact(self):
        dn = f"CN=contact {self.number()},{self.chance.choice(self.units)}"
        self.contacts.append(dn)
        self.emit(dn, "changetype: add", "objectClass: contact", f"mail: {self.chance.choice(WORDS)}@{self.dns}")

    def add_computer(self):
        number = self.number()
        dn = f"CN=ws{number},{self.chance.choice(self.units)}"
        self.computers[dn] = f"ws{number}$"
        self.emit(dn, "changetype: add", "objectClass: computer", f"sAMAccountName: ws{number}$", "userAccountControl: 4096")

    def change_person(self):
        if self.people:
            dn = self.chance.choice(sorted(self.people))
            self.modify(dn, *self.chance.sample((
                ("replace", "description", [self.words(4)]), ("replace", "telephoneNumber", [f"+49 30 {self.chance.randrange(10**6)}"]),
                ("replace", "otherTelephone", [str(self.chance.randrange(10**6)), "112"]), ("replace", "title", []),
                ("replace", "employeeID", [str(self.number())]), ("replace", "logonHours", [])), 2))

    def change_members(self):
        if self.groups and self.people:
            group = self.chance.choice(sorted(self.groups))
            members = self.groups[group]
            if members and self.chance.random() < 0.4:
                gone = self.chance.choice(members)
                members.remove(gone)
                self.modify(group, ("delete", "member", [gone]))
            else:
                fresh = self.chance.choice(sorted(set(self.people) - set(members)) or [None])
                if fresh:
                    members.append(fresh)
                    self.modify(group, ("add", "member", [fresh]))

    def enable_or_disable(self):
        if self.people:
            self.modify(self.chance.choice(sorted(self.people)), ("replace", "userAccountControl", [self.chance.choice(("514", "546", "66050"))]))

    def renamed(self, old, new):
        self.people = {new if dn == old else dn: account for dn, account in self.people.items()}
        self.contacts = [new if dn == old else dn for dn in self.contacts]
        for members in self.groups.values():
            members[:] = [new if dn == old else dn for dn in members]

    def rename(self):
        choices = sorted(self.people) + self.contacts
        if choices:
            dn = self.chance.choice(choices)
            rdn, parent = f"CN=renamed {self.number()}", dn.split(",", 1)[1]
            self.renamed(dn, f"{rdn},{parent}")
            self.emit(dn, "changetype: modrdn", f"newrdn: {rdn}", "deleteoldrdn: 1")

    def move(self):
        if self.people:
            dn, parent = self.chance.choice(sorted(self.people)), self.chance.choice(self.units)
            rdn = dn.split(",", 1)[0]
            self.renamed(dn, f"{rdn},{parent}")
            self.emit(dn, "changetype: modrdn", f"newrdn: {rdn}", "deleteoldrdn: 1", f"newsuperior: {parent}")

    def delete(self):
        choices = sorted(self.people) + self.contacts + sorted(self.computers)
        if len(choices) > 20:
            dn = self.chance.choice(choices)
            self.people.pop(dn, None)
            self.computers.pop(dn, None)
            self.contacts = [each for each in self.contacts if each != dn]
            for members in self.groups.values():
                members[:] = [each for each in members if each != dn]
            self.emit(dn, "changetype: delete")

    # What is wrong.

    def wrong(self):
        chance, base, n = self.chance, self.base, self.number()
        person = chance.choice(sorted(self.people)) if self.people else base
        group = chance.choice(sorted(self.groups)) if self.groups else base
        unit = chance.choice(self.units)
        chance.choice((
            lambda: self.emit(unit, "changetype: add", "objectClass: organizationalUnit"),
            lambda: self.emit(f"CN=orphan {n},OU=nowhere {n},{base}", "changetype: add", "objectClass: contact"),
            lambda: self.emit(f"CN=odd {n},{unit}", "changetype: add", "objectClass: noSuchClass"),
            lambda: self.emit(f"CN=odd {n},{unit}", "changetype: add", "objectClass: user", f"sAMAccountName: odd{n}", "noSuchAttribute: 1"),
            lambda: self.emit(f"CN=odd {n},{unit}", "changetype: add", "objectClass: contact", "sAMAccountName: nocontact"),
            lambda: self.emit(f"CN=odd {n},{unit}", "changetype: add", "objectClass: user", f"sAMAccountName: {chance.choice(sorted(self.people.values()) or ['Guest'])}"),
            lambda: self.emit(f"OU=odd {n},{unit}", "changetype: add", "objectClass: user", f"sAMAccountName: odd{n}"),
            lambda: self.emit(f"CN=odd {n},{person}", "changetype: add", "objectClass: organizationalUnit"),
            lambda: self.emit(f"CN=odd {n},{unit}", "changetype: add", f"description: no class {n}"),
            lambda: self.emit(f"CN=odd {n},{unit}", "changetype: add", "objectClass: domain"),
            lambda: self.modify(f"CN=nobody {n},{base}", ("replace", "description", ["x"])),
            lambda: self.modify(person, ("add", "noSuchAttribute", ["x"])),
            lambda: self.modify(person, ("delete", "description", [f"never had this {n}"])),
            lambda: self.modify(person, ("delete", "facsimileTelephoneNumber", [])),
            lambda: self.modify(person, ("add", "sn", ["one", "two"])),
            lambda: self.modify(person, ("replace", "objectSid", ["S-1-5-21-1-2-3-4"])),
            lambda: self.modify(person, ("replace", "objectGUID", ["0123456789abcdef"])),
            lambda: self.modify(person, ("replace", "cn", ["otherwise"])),
            lambda: self.modify(person, ("replace", "whenCreated", ["20200101000000.0Z"])),
            lambda: self.modify(person, ("replace", "userAccountControl", ["many"])),
            lambda: self.modify(person, ("replace", "memberOf", [group])),
            lambda: self.modify(person, ("add", "member", [person])),
            lambda: self.modify(person, ("replace", "manager", [f"CN=nobody {n},{base}"])),
            lambda: self.modify(person, ("replace", "manager", ["not a name"])),
            lambda: self.modify(person, ("replace", "objectClass", ["top", "group"])),
            lambda: self.modify(person, ("replace", "sAMAccountName", [])),
            lambda: self.modify(person, ("replace", "countryCode", ["999999"])),
            lambda: self.modify(group, ("add", "member", (self.groups.get(group) or [person])[:1])),
            lambda: self.modify(group, ("delete", "member", [base])),
            lambda: self.modify(group, ("replace", "groupType", ["12345"])),
            lambda: self.modify(unit, ("replace", "ou", ["otherwise"])),
            lambda: self.emit(base, "changetype: delete"),
            lambda: self.emit(f"CN=nobody {n},{base}", "changetype: delete"),
            lambda: self.emit(self.domain, "changetype: delete"),
            lambda: self.emit(person, "changetype: modrdn", f"newrdn: OU=wrong {n}", "deleteoldrdn: 1"),
            lambda: self.emit(person, "changetype: modrdn", f"newrdn: CN=lost {n}", "deleteoldrdn: 1", f"newsuperior: OU=nowhere,{base}"),
            lambda: self.emit(f"CN=nobody {n},{base}", "changetype: modrdn", "newrdn: CN=somebody", "deleteoldrdn: 1"),
            lambda: self.emit(base, "changetype: modrdn", "newrdn: OU=Mixed", "deleteoldrdn: 1", f"newsuperior: {self.units[-1]}" if len(self.units) > 1 else f"newsuperior: {base}"),
        ))()


def generate(seed, count, domain_dn, dns):
    """The change records, the first of which makes the base; one string each."""
    mixer = Mixer(seed, domain_dn, dns)
    mixer.emit(mixer.base, "changetype: add", "objectClass: organizationalUnit")
    kinds = [(mixer.add_person, 22), (mixer.add_group, 5), (mixer.add_unit, 4), (mixer.add_contact, 3), (mixer.add_computer, 3), (mixer.change_person, 14),
             (mixer.change_members, 10), (mixer.enable_or_disable, 3), (mixer.rename, 4), (mixer.move, 4), (mixer.delete, 5), (mixer.wrong, 25)]
    while len(mixer.records) < count:
        mixer.chance.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]()
    return mixer.records
