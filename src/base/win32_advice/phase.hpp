// SPDX-License-Identifier: Apache-2.0
// Advice for codes that mean something more special in one phase of a conversation than in general.
// A table of its own: it is looked up by code and phase. Texts are ours.
#pragma once

#include "base/win32_advice/advice.hpp"

namespace tributary {

inline constexpr PhaseAdvice kPhaseAdvice[] = {
    {2, Phase::kNone, "Check the path or the name."},
    {87, Phase::kNone, "Check the arguments against what is said in brackets."},
    {5, Phase::kBind, "The DC refuses to bind: check that the account may access it from the network, and that the connection is sealed."},
    {5, Phase::kAuthenticate, "Check name, realm and password or keytab, the clock, and the SPN of the DC."},
    {5, Phase::kLdap, "Use an account that may read or change this object."},
    {87, Phase::kCall, "Check NC, source and options; if it is the stored result of a pull from a Samba DC, run samba_spnupdate on that source."},
    {1225, Phase::kConnect, "Check on that host that the service runs and listens on this port, and that the name leads to the right machine."},
    {1225, Phase::kEndpointMap, "This is TCP 135: check that the host is a DC and that its RPC service runs."},
    {1225, Phase::kLdap, "Check that the host is a DC and that its directory service runs."},
    {1460, Phase::kDns, "The DNS server does not answer: check /etc/resolv.conf and that server, or give the address of the DC."},
    {1460, Phase::kConnect, "The host is off, its address is old, or a firewall drops the packets: ping it and check the port."},
    {1460, Phase::kEndpointMap, "A firewall drops TCP 135, or the RPC service there hangs: check both, or give the port of drsuapi."},
    {1460, Phase::kBind, "Something accepts the connection but does not answer: check that the port belongs to the DC, and that its directory service is not overloaded."},
    {1460, Phase::kAuthenticate, "The KDC does not answer: check TCP and UDP 88 of the DCs of the realm."},
    {1460, Phase::kCall, "The DC may still be working on it: look with `tributary queue` and `showrepl`; repeat with a longer --timeout, or ask without waiting."},
    {1722, Phase::kDns, "The name of the DC does not resolve: check the name, and query a DNS server of the domain."},
    {1722, Phase::kConnect, "Check that the host is up, and that no firewall blocks TCP 135 and the dynamic RPC ports (49152 to 65535)."},
    {1722, Phase::kEndpointMap, "Check that TCP 135 of the host is reachable and that its RPC service runs."},
    {1722, Phase::kCall, "The connection to the DC is gone; if the DC reports this code itself, it cannot reach the source: test name, TCP 135 and RPC port from there."},
    {1753, Phase::kEndpointMap, "The host runs no directory service that offers drsuapi: check that it is the DC that is meant, and wait a minute if it has just started."},
};

}  // namespace tributary
