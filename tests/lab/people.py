# SPDX-License-Identifier: Apache-2.0
# Made-up people for a directory, as LDIF: users as real ones are (some 20 attributes, a description of their own), groups of them. The same
# seed gives the same people.

import random

FIRST = ("Ada Alan Alonzo Barbara Claude Dana Dennis Donald Edsger Frances Grace Hedy Ivan Jean John Joan Karen Ken Leslie Linus Margaret "
         "Niklaus Radia Richard Robin Sophie Stephen Sue Tim Vint").split()
LAST = ("Bartik Blum Boole Church Cerf Codd Dijkstra Floyd Gray Hamilton Hoare Hopper Kernighan Knuth Lamarr Lamport Liskov Lovelace "
        "McCarthy Milner Naur Perlman Ritchie Shannon Sutherland Thompson Turing Wilson Wirth Zuse").split()
CITIES = "Aarhus Basel Cork Delft Essen Faro Genoa Hull Izola Jena Kiel Lyon Malmo Nice Oslo Porto".split()


def user(number, chance, container, domain_dn, dns):
    first, last, city = chance.choice(FIRST), chance.choice(LAST), chance.choice(CITIES)
    account = f"u{number:07d}"
    name = f"{first} {last} {number}"
    rows = [f"dn: CN={name},{container}", "objectClass: user", f"cn: {name}", f"givenName: {first}", f"sn: {last}", f"displayName: {first} {last}",
            f"sAMAccountName: {account}", f"userPrincipalName: {account}@{dns}", "userAccountControl: 514", f"mail: {account}@{dns}",
            f"employeeNumber: {number}", f"telephoneNumber: +49 30 {chance.randrange(10**7):07d}", f"mobile: +49 170 {chance.randrange(10**7):07d}",
            f"l: {city}", f"streetAddress: {chance.randrange(1, 200)} {last} Street", f"postalCode: {chance.randrange(10**5):05d}",
            "co: Germany", "c: DE", f"company: {last} Works", f"department: {chance.choice(CITIES)} {chance.randrange(100)}",
            f"title: {chance.choice(('Engineer', 'Clerk', 'Buyer', 'Driver', 'Nurse', 'Teacher'))}",
            f"physicalDeliveryOfficeName: {city} {chance.randrange(1, 500)}",
            f"description: {' '.join(chance.choice(LAST) for _ in range(8))}", f"homeDirectory: \\\\files.{dns}\\{account}"]
    return name, "\n".join(rows) + "\n\n"


def write(path, users, groups, domain_dn, dns, container="People", seed=1, members_of_group=20, groups_of_user=0):
    """Users below OU=<container>, then groups with members: so many for each group, or so many groups for each user. Returns entries."""
    chance = random.Random(seed)
    base = f"OU={container},{domain_dn}"
    names = []
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"version: 1\n\ndn: {base}\nobjectClass: organizationalUnit\nou: {container}\n\n")
        for number in range(users):
            name, text = user(seed * 1_000_000 + number, chance, base, domain_dn, dns)
            names.append(f"CN={name},{base}")
            file.write(text)
        for number in range(groups):
            cn = f"Group {container} {number}"
            members = [names[(number * users // groups + k) % users] for k in range(min(groups_of_user * users // groups, users))] if groups_of_user else \
                chance.sample(names, min(members_of_group, users)) if users else []
            file.write(f"dn: CN={cn},{base}\nobjectClass: group\ncn: {cn}\nsAMAccountName: g{seed}-{number:06d}\ngroupType: -2147483646\n")
            file.write("".join(f"member: {name}\n" for name in dict.fromkeys(members)) + "\n")
    return users + groups + 1
