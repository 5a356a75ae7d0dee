/* Statements of IOS that gw keeps but does not act on, in the order in which IOS saves them. */
#include "cli/commands.h"

#include "base/mem.h"

/* clang-format off */
static const struct cmd before[] = {
	KEPT("version"),
	KEPT("service (internal|tcp-keepalives-in|tcp-keepalives-out|nagle|pad|dhcp|config|finger|udp-small-servers|"
	    "tcp-small-servers|unsupported-transceiver|call-home|linenumber|compress-config|alignment|"
	    "decimal-tty|exec-callback|exec-wait|hide-telnet-addresses|prompt|pt-vty-logging|slave-log|telnet-zeroidle|counters|"
	    "disable-ip-fast-frag|reload|scripting|heartbeat|platform)"),
	KEPT("platform"),
};

static const struct cmd between[] = {
	KEPT("boot-start-marker"), KEPT("boot-end-marker"), KEPT("boot"), KEPT("vrf definition"),
	KEPT("card"),
	KEPT("memory-size"), KEPT("memory"), KEPT("clock"), KEPT("network-clock"), KEPT("network-clock-participate"),
	KEPT("network-clock-select"), KEPT("mmi"), KEPT("subscriber"), KEPT("multilink"), KEPT("parser"),
	SECTION("parser view", "(config-view)#"),
	SECTION("key chain", "(config-keychain)#"),
	KEPT("ip subnet-zero"), KEPT("ip (cef|classless|source-route|routing|route|default-gateway|default-network|http|ssh|ftp|"
	    "tftp|tcp|udp|icmp|arp|bootp|finger|flow-export|flow-cache|forward-protocol|multicast-routing|nat|pim|prefix-list|"
	    "radius|tacacs|rcmd|reflexive-list|rtp|scp|security|sla|spd|telnet|verify|as-path|community-list|local|igmp|audit|"
	    "gratuitous-arps|dns|dhcp-server|identd|kerberos|inspect|ips|urlfilter|admission|port-map|"
	    "sdr|slb|traffic-export|trigger-authentication|virtual-reassembly|wccp|nbar|options)"),
	KEPT("ip dhcp (excluded-address|binding|bootp|class|compatibility|conflict|database|limit|limited-broadcast-address|"
	    "ping|relay|smart-relay|snooping|support|update|use|debug)"),
	SECTION("ip dhcp pool", "(dhcp-config)#"), SECTION("ip vrf", "(config-vrf)#"),
	SECTION("ip access-list", "(config-ext-nacl)#"),
	KEPT("ip domain (lookup|list|round-robin|retry|timeout|recursive)"), KEPT("ip domain-lookup"), KEPT("ip domain-list"),
	KEPT("ipv6"), KEPT("isdn"), KEPT("trunk"), KEPT("stcapp"), KEPT("frame-relay"), KEPT("chat-script"),
	SECTION("trunk group", "(config-trunk-group)#"),
	SECTION("crypto pki trustpoint", "(ca-trustpoint)#"), SECTION("crypto pki certificate", "(config-cert-chain)#"),
	SECTION("crypto pki server", "(cs-server)#"), SECTION("crypto pki profile", "(ca-profile-enroll)#"),
	KEPT("crypto pki token"), KEPT("crypto pki import"), KEPT("crypto pki trustpool"), KEPT("crypto pki (authenticate|enroll|export|crl|benchmark)"),
	SECTION("crypto isakmp", "(config-isakmp)#"), SECTION("crypto ipsec", "(cfg-crypto-trans)#"),
	SECTION("crypto map", "(config-crypto-map)#"), SECTION("crypto ikev2", "(config-ikev2)#"),
	SECTION("crypto ca", "(ca-trustpoint)#"), KEPT("crypto key"), SECTION("crypto keyring", "(conf-keyring)#"),
	SECTION("crypto dynamic-map", "(config-crypto-map)#"), KEPT("crypto engine"),
	SECTION("application", "(config-app)#"),
	KEPT("call treatment"), KEPT("call (threshold|spike|rsvp-sync|denial|fallback|filter|history-mib|language|"
	    "leg-history|preserve|progress|application|active|accounting-template|monitor|service|start|rscmon|switch)"),
	SECTION("call-home", "(cfg-call-home)#"),
};

static const struct cmd voice[] = {
	KEPT("voice rtp"), KEPT("voice call"), KEPT("voice dsp"), KEPT("voice dnis-map"), KEPT("voice enum-match-table"),
	KEPT("voice hpi"), KEPT("voice hunt"), KEPT("voice iec"), KEPT("voice local-bypass"), KEPT("voice logout-profile"),
	KEPT("voice mlpp"), KEPT("voice pcm"), KEPT("voice statistics"), KEPT("voice vad-time"), KEPT("voice vrf"),
	KEPT("voice class dialpeer"), KEPT("voice class sip"), KEPT("voice class uri sip preference"),
	SECTION("voice class (codec|tenant|server-group|dpg|sip-profiles|sip-options-keepalive|e164-pattern-map|srtp-crypto|"
	    "tls-profile|tls-cipher|sip-copylist|sip-hdr-passthrulist|sip-event-list|stun-usage|called-number|called-number-pool|"
	    "custom-cptone|dualtone|dualtone-detect-params|permanent|busyout|cause-code|aaa|h323|media|phone-proxy|"
	    "resource-group|route-string|tone-signal|dial-peer|sip-predefined-attr|dscp-profile|q850-location|rtp-forking)",
	    "(config-class)#"),
	SECTION("voice class uri", "(config-voice-uri-class)#"),
	SECTION("voice service (pots|voatm|vofr|saf)", "(conf-voi-serv)#"),
	SECTION("voice translation-rule", "(cfg-translation-rule)#"),
	SECTION("voice translation-profile", "(cfg-translation-profile)#"),
	SECTION("voice register global", "(config-register-global)#"), SECTION("voice register dn", "(config-register-dn)#"),
	SECTION("voice register pool", "(config-register-pool)#"), SECTION("voice register template", "(config-register-temp)#"),
	SECTION("voice register (session-server|dialplan|pool-type)", "(config-register)#"),
	SECTION("voice hunt-group", "(config-voice-hunt-group)#"), SECTION("voice cause-code", "(conf-voice-cause)#"),
	SECTION("voice source-group", "(cfg-source-grp)#"), SECTION("voice port-group", "(config-voice-port-group)#"),
	SECTION("voice moh-group", "(config-moh-group)#"), SECTION("voice emergency", "(cfg-emrgncy-resp)#"),
	SECTION("voice phone-proxy", "(config-phone-proxy)#"),
	SECTION("media", "(cfg-mediaclass)#"), SECTION("uc", "(config-uc)#"),
	KEPT("license"), KEPT("diagnostic"), KEPT("spanning-tree"), KEPT("vtp"), KEPT("hw-module"),
};

static const struct cmd devices[] = {
	SECTION("redundancy", "(config-red)#"),
	SECTION("vlan", "(config-vlan)#"), KEPT("track"), KEPT("cdp"), KEPT("lldp"),
	SECTION("class-map", "(config-cmap)#"), SECTION("policy-map", "(config-pmap)#"),
	SECTION("route-map", "(config-route-map)#"), SECTION("controller", "(config-controller)#"),
	SECTION("interface", "(config-if)#"), SECTION("router", "(config-router)#"), KEPT("bridge"),
	KEPT("access-list"), KEPT("dialer-list"), KEPT("dialer"), KEPT("radius-server"), KEPT("tacacs-server"),
	SECTION("radius server", "(config-radius-server)#"), SECTION("tacacs server", "(config-server-tacacs)#"),
	KEPT("snmp-server"), KEPT("nls"), KEPT("control-plane"), KEPT("rmon"), KEPT("tftp-server"), KEPT("snmp"),
	KEPT_EXACT("privilege MODE [all] (level|reset) [LINE]", "privilege exec level 7 show running-config"),
	KEPT("prompt"),
	SECTION("voice-card", "(config-voicecard)#"), SECTION("voice-port", "(config-voiceport)#"),
	SECTION("mgcp profile", "(config-mgcp-profile)#"), KEPT("mgcp"), KEPT("ccm-manager"), KEPT("sccp (local|ccm|switchback|ip)"),
	KEPT("sccp"), SECTION("sccp ccm group", "(config-sccp-ccm)#"), SECTION("dspfarm profile", "(config-dspfarm-profile)#"),
	KEPT("dspfarm"), KEPT("dial-control-mib"), KEPT("num-exp"), KEPT("e164"), KEPT("gw-accounting"), KEPT("h323-gateway"),
	KEPT("translation-rule"), SECTION("settlement", "(config-settlement)#"),
	{ .form = "credentials", .accept = KEPT_BECAUSE, .section = "(config-credentials)#", .example = "credentials" },
	SECTION("dial-peer cor custom", "(config-dp-cor)#"), SECTION("dial-peer cor list", "(config-dp-corlist)#"),
};

static const struct cmd after[] = {
	SECTION("gateway", "(config-gateway)#"), SECTION("gatekeeper", "(config-gk)#"),
	SECTION("call-manager-fallback", "(config-cm-fallback)#"),
	SECTION("telephony-service", "(config-telephony)#"), SECTION("ephone-dn", "(config-ephone-dn)#"),
	SECTION("ephone-template", "(config-ephone-template)#"), SECTION("ephone-type", "(config-ephone-type)#"),
	SECTION("ephone-dn-template", "(config-ephone-dn-template)#"), SECTION("ephone-hunt", "(config-ephone-hunt)#"),
	SECTION("ephone", "(config-ephone)#"), SECTION("capf-server", "(config-capf-server)#"),
	SECTION("ctl-client", "(config-ctl-client)#"),
	SECTION("presence", "(config-presence)#"),
};

static const struct cmd last[] = {
	KEPT("exception"), KEPT("scheduler"), KEPT("ntp"), KEPT("sntp"),
	SECTION("event manager applet", "(config-applet)#"), KEPT("event manager"), KEPT("netconf-yang"), KEPT("netconf"),
	KEPT("restconf"), SECTION("wsma", "(config-wsma)#"), SECTION("telemetry", "(config-telemetry)#"),
	KEPT("monitor"), KEPT("default-gateway"), KEPT("mac-address-table"), KEPT("errdisable"), KEPT("lacp"), KEPT("mls"),
};
/* clang-format on */

const struct table before_table = { &mode_config, before, COUNT(before), whole_conf, edit_whole_conf, NULL };
const struct table between_table = { &mode_config, between, COUNT(between), whole_conf, edit_whole_conf,
	NULL };
const struct table kept_voice_table = { &mode_config, voice, COUNT(voice), whole_conf, edit_whole_conf,
	NULL };
const struct table devices_table = { &mode_config, devices, COUNT(devices), whole_conf, edit_whole_conf,
	NULL };
const struct table after_table = { &mode_config, after, COUNT(after), whole_conf, edit_whole_conf, NULL };
const struct table last_table = { &mode_config, last, COUNT(last), whole_conf, edit_whole_conf, NULL };
