# SPDX-License-Identifier: Apache-2.0
# A short conversation for golden_pdus.py to find in a capture: an endpoint mapper lookup, a bind with Kerberos, a few sealed
# calls, one of them answered in several fragments, one with a fault. Argument: the DC. Runs in the client's namespace.

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from golden_stubs import identifier, make  # noqa: E402
from labprobe import Dc, login  # noqa: E402
from samba.dcerpc import drsuapi, misc  # noqa: E402


def main():
    dc = Dc(sys.argv[1], *login())
    base = dc.sam.domain_dn()
    dc.drs.DsGetDomainControllerInfo(dc.handle, 1, make(drsuapi.DsGetDCInfoRequest1, domain_name="lab.example", level=1))
    zero = misc.GUID("00000000-0000-0000-0000-000000000000")
    request = make(drsuapi.DsGetNCChangesRequest8, destination_dsa_guid=zero, source_dsa_invocation_id=zero,
                   naming_context=identifier(base), highwatermark=drsuapi.DsReplicaHighWaterMark(),
                   replica_flags=drsuapi.DRSUAPI_DRS_WRIT_REP, max_object_count=3, max_ndr_size=1 << 20)
    dc.drs.DsGetNCChanges(dc.handle, 8, request)
    try:
        dc.drs.request(24, b"\0" * 32)
    except RuntimeError:
        pass  # not served: a fault


if __name__ == "__main__":
    main()
