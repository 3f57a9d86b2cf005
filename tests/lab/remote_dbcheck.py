#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# `samba-tool dbcheck --cross-ncs` as a reader over LDAP. The tool of Samba 4.17 itself ends with an exception against any server, Samba's own
# included: it asks over LDAP for a record that only a local database has, and takes the empty answer for that record. Here the question gets
# the answer for which the checker is prepared; everything else is Samba's code.
# Usage: remote_dbcheck.py URL SMB_CONF BASE    (SMB_CONF is of a database of Samba's, from which it takes the schema; KRB5CCNAME: who asks)

import os
import sys

import ldb
from samba import credentials, param
from samba.auth import system_session
from samba.dbchecker import dbcheck
from samba.samdb import SamDB


PAGE = "paged_results:1:1000"


class RemoteSam(SamDB):
    """What differs from a database at hand: records of the file itself, names above the domain (a referral), and pages."""

    def search(self, *arguments, **named):
        if str(named.get("base", "")).startswith("@"):
            raise ldb.LdbError(ldb.ERR_NO_SUCH_OBJECT, "no such record over LDAP")
        try:
            return self.pages(arguments, named) if PAGE in (named.get("controls") or []) else super().search(*arguments, **named)
        except ldb.LdbError as error:
            if error.args[0] == ldb.ERR_REFERRAL:
                raise ldb.LdbError(ldb.ERR_NO_SUCH_OBJECT, error.args[1]) from None
            raise

    def pages(self, arguments, named):
        found, cookie = [], ""
        others = [control for control in named["controls"] if control != PAGE]
        while True:
            page = super().search(*arguments, **{**named, "controls": [*others, PAGE + (":" + cookie if cookie else "")]})
            found.extend(page)
            told = [str(control).split(":") for control in page.controls if str(control).startswith("paged_results")]
            cookie = told[0][3] if told and len(told[0]) > 3 else ""
            if not cookie:
                return found


def main():
    url, conf, base = sys.argv[1:4]
    lp = param.LoadParm(conf)
    creds = credentials.Credentials()
    creds.guess(lp)
    creds.set_kerberos_state(credentials.MUST_USE_KERBEROS)
    creds.set_named_ccache(os.environ["KRB5CCNAME"], credentials.SPECIFIED, lp)
    remote = RemoteSam(session_info=system_session(), url=url, credentials=creds, lp=lp)
    local = SamDB(session_info=system_session(), url=None, credentials=creds, lp=lp)
    checker = dbcheck(remote, samdb_schema=local, verbose=False, fix=False, yes=False, quiet=False, in_transaction=False)
    controls = ["show_deleted:1", PAGE, "search_options:1:2"]
    sys.exit(1 if checker.check_database(DN=base, scope=ldb.SCOPE_SUBTREE, controls=controls, attrs=["*"]) else 0)


if __name__ == "__main__":
    main()
