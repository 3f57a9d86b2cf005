# SPDX-License-Identifier: Apache-2.0
# Asks DCs from the outside whether they really serve: an LDAP search and a drsuapi bind, both with Kerberos. With
# --replicas it also waits until every DC names every other one as a source (repsFrom) of every NC, with a first success,
# and starts a KCC run where one is missing. Prints one line of JSON with what it learned. Runs in the client's namespace.

import argparse
import json
import sys
import time

from samba import credentials, param
from samba.dcerpc import drsblobs, drsuapi, misc
from samba.ndr import ndr_unpack
from samba.samdb import SamDB


def login():
    lp = param.LoadParm()
    lp.load_default()
    creds = credentials.Credentials()
    creds.guess(lp)
    creds.set_kerberos_state(credentials.MUST_USE_KERBEROS)
    return lp, creds


class Dc:
    def __init__(self, host, lp, creds):
        self.host = host
        self.drs = drsuapi.drsuapi(f"ncacn_ip_tcp:{host}[seal]", lp, creds)
        info = drsuapi.DsBindInfoCtr()
        info.length = 28
        info.info = drsuapi.DsBindInfo28()
        self.handle = self.drs.DsBind(misc.GUID(drsuapi.DRSUAPI_DS_BIND_GUID), info)[1]
        self.sam = SamDB(url=f"ldap://{host}", lp=lp, credentials=creds)
        root = self.sam.search(base="", scope=0, attrs=["dsServiceName", "namingContexts"])[0]
        self.ncs = [str(value) for value in root["namingContexts"]]
        self.ntds_dn = str(root["dsServiceName"][0]).split(";")[-1]
        ntds = self.sam.search(base=self.ntds_dn, scope=0, attrs=["objectGUID", "invocationId"])[0]
        self.dsa_guid = str(misc.GUID(ntds["objectGUID"][0]))
        self.invocation_id = str(misc.GUID(ntds["invocationId"][0]))

    def sources(self, nc):
        """The DSA GUIDs of the repsFrom values that have seen a success, and of all."""
        values = self.sam.search(base=nc, scope=0, attrs=["repsFrom"])[0].get("repsFrom", [])
        blobs = [ndr_unpack(drsblobs.repsFromToBlob, bytes(value)).ctr for value in values]
        everyone = {str(blob.source_dsa_obj_guid) for blob in blobs}
        good = {str(blob.source_dsa_obj_guid) for blob in blobs if blob.last_success and not blob.result_last_attempt[0]}
        return good, everyone

    def kcc(self):
        # Synchronous: Samba 4.17 does not survive an asynchronous one.
        self.drs.DsExecuteKCC(self.handle, 1, drsuapi.DsExecuteKCC1())

    def pull(self, nc, source_guid):
        request = drsuapi.DsReplicaSyncRequest1()
        request.naming_context = drsuapi.DsReplicaObjectIdentifier()
        request.naming_context.dn = nc
        request.source_dsa_guid = misc.GUID(source_guid)
        request.options = drsuapi.DRSUAPI_DRS_WRIT_REP
        self.drs.DsReplicaSync(self.handle, 1, request)


def step(dc, sources_wanted):
    """One look at a DC: None when all is well, otherwise what is missing (after doing something about it)."""
    missing_source = False
    for nc in dc.ncs:
        good, everyone = dc.sources(nc)
        if len(everyone) < sources_wanted:
            missing_source = True
        elif good != everyone:
            dc.pull(nc, sorted(everyone - good)[0])
            return f"{dc.host}: no successful pull of {nc} yet"
    if missing_source:
        dc.kcc()
        return f"{dc.host}: a source is missing from repsFrom"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--deadline", type=float, default=60)
    parser.add_argument("--replicas", action="store_true")
    parser.add_argument("hosts", nargs="+")
    args = parser.parse_args()
    deadline = time.monotonic() + args.deadline
    lp, creds = login()
    dcs, trouble = {}, ""

    while time.monotonic() < deadline:
        trouble = None
        for host in args.hosts:
            try:
                if host not in dcs:
                    dcs[host] = Dc(host, lp, creds)
            except Exception as error:  # every kind of "not yet"
                trouble = f"{host}: {error}"
        if args.replicas:  # also while one is not reachable: its SPNs may have to travel first
            for host, dc in dcs.items():
                try:
                    trouble = step(dc, len(args.hosts) - 1) or trouble
                except Exception as error:
                    trouble = f"{host}: {error}"
        if not trouble:
            print(json.dumps({host: {"dsa_guid": dc.dsa_guid, "invocation_id": dc.invocation_id, "ntds_dn": dc.ntds_dn}
                              for host, dc in dcs.items()}))
            return 0
        time.sleep(0.1)
    print(trouble)
    return 1


if __name__ == "__main__":
    sys.exit(main())
