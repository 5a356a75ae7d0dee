/* sip-ua: registrars, accounts, timers. Order of rows as IOS saves them. */
#include "cli/commands.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/account.h"
#include "cli/localhost.h"
#include "conf/check.h"

/* credentials */

static bool
other_user(const struct credential *was, const struct credential *now)
{
	return was != NULL && !str_eq(was->username, now->username);
}

static int
credentials_set(struct cmd_call *c)
{
	const char *number = cmd_arg(c, "number"), *username = cmd_arg(c, "username");
	const struct credential *was;
	struct credential *entry;
	char err[300];

	if (cmd_given(c, "dhcp"))
		return cmd_error_at(c, "dhcp",
		    "'credentials dhcp' needs a DHCP lease, which gw does not read: give "
		    "number and username");
	entry = credential_new();
	entry->has_number = number != NULL;
	entry->number = xstrdup(number != NULL ? number : username);
	entry->username = xstrdup(username);
	entry->realm = xstrdup(cmd_arg(c, "realm"));
	if (check_credential(c->conf->sip_ua, entry, err, sizeof err) != 0) {
		credential_release(entry);
		return cmd_error_at(c, "realm", "%s", err);
	}
	was = sip_ua_credential(c->conf->sip_ua, entry->number, entry->realm);
	if (password_take(c, was == NULL ? NULL : &was->secret, &entry->secret) != 0) {
		credential_release(entry);
		return -1;
	}
	if (other_user(was, entry))
		cmd_warn(c, "credentials of number %s at realm %s: username %s replaces %s", entry->number,
		    entry->realm == NULL ? "(any)" : entry->realm, username, was->username);
	if (entry->realm == NULL)
		cmd_warn(
		    c, "credentials of number %s have no realm: they answer any challenge", entry->number);
	sip_ua_put_credential(cmd_object(c), entry);
	return 0;
}

static int
credentials_unset(struct cmd_call *c)
{
	const char *number = cmd_arg(c, "number"), *username = cmd_arg(c, "username"),
		   *realm = cmd_arg(c, "realm");
	const struct credential *there;

	if (number == NULL)
		number = username;
	if (number == NULL)
		return cmd_error(
		    c, "Credentials are removed one at a time: 'no credentials number NUMBER realm REALM'");
	there = sip_ua_credential(c->conf->sip_ua, number, realm);
	if (there == NULL || (username != NULL && !str_eq(there->username, username)))
		return cmd_error_at(c, number == username ? "username" : "number",
		    "No credentials of %s%s%s%s are configured", number,
		    username != NULL ? " with this username" : "",
		    realm == NULL ? " without realm" : " at realm ", realm == NULL ? "" : realm);
	sip_ua_remove_credential(cmd_object(c), number, realm);
	return 0;
}

static bool
write_credential(void *arg, const void *key, size_t keylen, void *value)
{
	struct writer *w = arg;
	const struct credential *c = value;
	char *password = password_text(w->conf, &c->secret);

	(void)key, (void)keylen;
	write_line(w, "credentials %s%s%susername %s password %s%s%s", c->has_number ? "number " : "",
	    c->has_number ? c->number : "", c->has_number ? " " : "", c->username, password,
	    c->realm == NULL ? "" : " realm ", c->realm == NULL ? "" : c->realm);
	str_wipe_free(password);
	return true;
}

static void
credentials_write(struct writer *w, const void *object)
{
	pmap_walk(&((const struct sip_ua *)object)->credentials, NULL, 0, write_credential, w);
}

/* authentication */

static int
sip_ua_authentication_set(struct cmd_call *c)
{
	return authentication_set(c, &((struct sip_ua *)cmd_object(c))->auth);
}

static int
sip_ua_authentication_unset(struct cmd_call *c)
{
	return authentication_unset(c, &((struct sip_ua *)cmd_object(c))->auth);
}

static void
sip_ua_authentication_write(struct writer *w, const void *object)
{
	authentication_write(w, &((const struct sip_ua *)object)->auth);
}

/* registrar */

#define REGISTRAR_OPTIONS                                                                                    \
	"{auth-realm REALM$auth-realm|expires <60-65535>$expires|random-contact$random-contact|"             \
	"refresh-ratio <1-100>$refresh-ratio|scheme (sip|sips)$scheme|tcp$tcp [tls$tls]|type TYPE$type|"     \
	"secondary$secondary}"

static struct registrar **
registrar_slot(struct sip_ua *s, unsigned index, bool secondary)
{
	return index > 0 ? &s->registrars[index - 1] : secondary ? &s->secondary : &s->primary;
}

static struct registrar *
registrar_of(struct cmd_call *c, struct host host)
{
	struct registrar *r = registrar_new();

	r->host = host;
	r->expires = (unsigned)cmd_uint(c, "expires", r->expires);
	r->refresh_ratio = (unsigned)cmd_uint(c, "refresh-ratio", r->refresh_ratio);
	r->transport = cmd_given(c, "tls")   ? TRANSPORT_TLS
		       : cmd_given(c, "tcp") ? TRANSPORT_TCP
					     : TRANSPORT_UDP;
	r->sips = str_eq(cmd_arg(c, "scheme"), "sips");
	r->random_contact = cmd_given(c, "random-contact");
	r->auth_realm = xstrdup(cmd_arg(c, "auth-realm"));
	r->type = xstrdup(cmd_arg(c, "type"));
	return r;
}

static void
warn_of_options(struct cmd_call *c, const struct registrar *r)
{
	if (r->transport == TRANSPORT_TLS || r->sips)
		cmd_warn(c, "gw has no TLS yet: endpoints do not register at this registrar");
	if (r->auth_realm != NULL || r->type != NULL)
		cmd_warn(c, "'%s' is kept, but gw does not act on it",
		    r->auth_realm != NULL ? "auth-realm" : "type");
}

static int
registrar_set(struct cmd_call *c)
{
	unsigned index = (unsigned)cmd_uint(c, "index", 0);
	bool secondary = cmd_given(c, "secondary");
	struct registrar *r, **slot;
	struct host host;
	char err[300];

	if (cmd_given(c, "dhcp")) {
		if (sip_ua_indexed(c->conf->sip_ua))
			return cmd_error_at(
			    c, "dhcp", "'registrar dhcp' does not go with indexed registrars");
		return cmd_error_at(c, "dhcp",
		    "'registrar dhcp' needs a DHCP lease, which gw does not read: give the "
		    "registrar's address");
	}
	if (check_registrar(c->conf->sip_ua, index, secondary, err, sizeof err) != 0)
		return cmd_error_at(c, secondary ? "secondary" : "index", "%s", err);
	if (host_parse(&host, cmd_arg(c, "host"), err, sizeof err) != 0)
		return cmd_error_at(c, "host", "%s", err);
	r = registrar_of(c, host);
	warn_of_options(c, r);
	if (registrar_equal(*registrar_slot(c->conf->sip_ua, index, secondary), r)) {
		registrar_release(r);
		return 0;
	}
	slot = registrar_slot(cmd_object(c), index, secondary);
	registrar_release(*slot);
	*slot = r;
	return 0;
}

/* The registrar that `no registrar ...` means: 1-6, 0 for the unnumbered one, -1 with the error said. */
static int
meant(struct cmd_call *c)
{
	const struct sip_ua *s = c->conf->sip_ua;
	const char *text = cmd_arg(c, "host");
	struct host host = { 0 };
	int found = 0;
	char err[300];

	if (cmd_given(c, "index"))
		return (int)cmd_uint(c, "index", 0);
	if (text == NULL && !sip_ua_indexed(s))
		return 0;
	if (text != NULL && host_parse(&host, text, err, sizeof err) != 0)
		return cmd_error_at(c, "host", "%s", err);
	if (!sip_ua_indexed(s)) {
		const struct registrar *r = cmd_given(c, "secondary") ? s->secondary : s->primary;

		found = r != NULL && host_equal(&r->host, &host) ? 0 : -1;
		host_free(&host);
		return found == 0 ? 0 : cmd_error_at(c, "host", "No registrar '%s' is configured", text);
	}
	for (int i = 0; i < REGISTRARS_MAX; i++) {
		const struct registrar *r = s->registrars[i];

		if (r == NULL || (text != NULL && !host_equal(&r->host, &host)))
			continue;
		if (found != 0) {
			host_free(&host);
			return cmd_error(
			    c, "Several registrars are configured: 'no registrar INDEX' removes one");
		}
		found = i + 1;
	}
	host_free(&host);
	return found != 0 ? found : cmd_error_at(c, "host", "No registrar '%s' is configured", text);
}

static int
registrar_unset(struct cmd_call *c)
{
	int index = meant(c);
	struct registrar **slot;

	if (index < 0)
		return -1;
	if (*registrar_slot(c->conf->sip_ua, (unsigned)index, cmd_given(c, "secondary")) == NULL)
		return 0;
	slot = registrar_slot(cmd_object(c), (unsigned)index, cmd_given(c, "secondary"));
	registrar_release(*slot);
	*slot = NULL;
	return 0;
}

static void
write_registrar(struct writer *w, const struct registrar *r, unsigned index, bool secondary)
{
	struct out line = OUT_MEMORY;
	char *host;

	if (r == NULL)
		return;
	host = host_text(&r->host);
	out_str(&line, "registrar ");
	if (index > 0)
		out_printf(&line, "%u ", index);
	out_printf(&line, "%s%s expires %u", host, r->sips ? " scheme sips" : "", r->expires);
	if (r->random_contact)
		out_str(&line, " random-contact");
	if (r->refresh_ratio != 80)
		out_printf(&line, " refresh-ratio %u", r->refresh_ratio);
	if (r->transport != TRANSPORT_UDP)
		out_str(&line, r->transport == TRANSPORT_TLS ? " tcp tls" : " tcp");
	if (r->auth_realm != NULL)
		out_printf(&line, " auth-realm %s", r->auth_realm);
	if (r->type != NULL)
		out_printf(&line, " type %s", r->type);
	if (secondary)
		out_str(&line, " secondary");
	write_line(w, "%s", out_text(&line));
	out_free(&line);
	free(host);
}

static void
registrar_write(struct writer *w, const void *object)
{
	const struct sip_ua *s = object;

	write_registrar(w, s->primary, 0, false);
	write_registrar(w, s->secondary, 0, true);
	for (unsigned i = 0; i < REGISTRARS_MAX; i++)
		write_registrar(w, s->registrars[i], i + 1, false);
}

/* localhost: operators look for it here; its place is `voice service voip` / `sip`. */

static int
sip_ua_localhost_set(struct cmd_call *c)
{
	return localhost_take(c, &((struct sip_ua *)cmd_object(c))->localhost);
}

static int
sip_ua_localhost_unset(struct cmd_call *c)
{
	localhost_set(&((struct sip_ua *)cmd_object(c))->localhost, LOCALHOST_DEFAULT, NULL, false);
	return 0;
}

static void
sip_ua_localhost_write(struct writer *w, const void *object)
{
	localhost_write(w, "localhost", &((const struct sip_ua *)object)->localhost);
}

/* clang-format off */
static const struct cmd rows[] = {
	{
		.form = "credentials (dhcp$dhcp [password [0|6|7] PASSWORD [realm REALM]] | [number NUMBER$number] username USERNAME$username " PASSWORD_FORM
		    " [realm REALM$realm])",
		.words = WORDS({ "credentials", "User credentials for registration" },
		    { "dhcp", "Take the user name from DHCP" },
		    { "number", "Number being registered" }, { "NUMBER", "Number, or any user part of a SIP address" },
		    { "username", "User authenticating" }, { "USERNAME", "Username" }, PASSWORD_WORDS,
		    { "realm", "Realm where the credentials apply" }, { "REALM", "Realm, as the registrar spells it" }),
		.no = "credentials {number NUMBER$number|username USERNAME$username|password [0|6|7] PASSWORD|realm REALM$realm}",
		.set = credentials_set, .unset = credentials_unset, .write = credentials_write,
		.example = "credentials number +493055501 username trunk01 password 7 0822455D0A16 realm a.example",
	},
	KEPT("keepalive"),
	{
		.form = authentication_form, .words = authentication_words, .no = authentication_no,
		.set = sip_ua_authentication_set, .unset = sip_ua_authentication_unset,
		.write = sip_ua_authentication_write,
		.example = "authentication username trunk01 password 7 0822455D0A16 realm a.example",
	},
	KEPT("aaa username"),
	KEPT("nat"),
	{
		.form = "max-forwards <1-70>$hops",
		.words = WORDS({ "max-forwards", "Hops a request may take" }, { "<1-70>", "Number of hops" }),
		.field = FIELD_UINT_OF(struct sip_ua, max_forwards, 70),
		.example = "max-forwards 30",
	},
	KEPT("calling-info"),
	KEPT("remote-party-id"),
	KEPT("retry (bye|cancel|comet|info|invite|keepalive|notify|options|prack|refer|rel1xx|response|subscribe|update)"),
	{
		.form = "retry register <1-10>$count",
		.words = WORDS({ "retry", "Retries per SIP method" }, { "register", "REGISTER requests sent in all" },
		    { "<1-10>", "Number of requests" }),
		.field = FIELD_UINT_OF(struct sip_ua, retry_register, 6),
		.example = "retry register 4",
	},
	KEPT_EXACT("retry register <1-10> exhausted-random-interval LINE",
	    "retry register 4 exhausted-random-interval minimum 2 maximum 5"),
	KEPT("tcp-retry"),
	KEPT("timers (trying|connect|disconnect|expires|notify|prack|refer|rel1xx|info|options|update|comet|hold|"
	    "buffer-invite|connection|keepalive|dns)"),
	{
		.form = "timers register <100-1000>$ms",
		.words = WORDS({ "timers", "SIP timers" }, { "register", "Wait before a REGISTER is sent again" },
		    { "<100-1000>", "Milliseconds, doubled each time" }),
		.field = FIELD_UINT_OF(struct sip_ua, timer_register, 500),
		.example = "timers register 250",
	},
	KEPT("mwi-server"),
	{
		.form = "registrar (dhcp$dhcp | [<1-6>$index] HOST$host) " REGISTRAR_OPTIONS,
		.words = WORDS({ "registrar", "SIP registrar to register at" }, { "dhcp", "Take the registrar from DHCP" },
		    { "<1-6>", "Registrar index: several registrars at once" },
		    { "HOST", "dns:NAME, ipv4:A.B.C.D or ipv6:[X::X], with :PORT where it is not 5060" },
		    { "auth-realm", "Realm of the Authorization sent ahead" }, { "REALM", "Realm" },
		    { "expires", "Registration life time" }, { "<60-65535>", "Seconds" },
		    { "random-contact", "Random string as user of the Contact" },
		    { "refresh-ratio", "When to refresh, in per cent of the life time granted" }, { "<1-100>", "Per cent" },
		    { "scheme", "URI scheme of the registrar" }, { "sip", "sip: (default)" }, { "sips", "sips: over TLS" },
		    { "tcp", "Register over TCP" }, { "tls", "with TLS" }, { "type", "Type of registrar" }, { "TYPE", "Type" },
		    { "secondary", "Second registrar of the form without index" }),
		.no = "registrar [dhcp|<1-6>$index] [HOST$host] " REGISTRAR_OPTIONS,
		.set = registrar_set, .unset = registrar_unset, .write = registrar_write,
		.example = "registrar 2 dns:pbx.example.net expires 600 refresh-ratio 60 tcp",
	},
	KEPT("sip-server"),
	KEPT("outbound-proxy"),
	KEPT("reason-header override"),
	KEPT("offer call-hold"),
	KEPT("presence enable"),
	{
		.form = "transport udp",
		.words = WORDS({ "transport", "SIP transports" }, { "udp", "UDP (on by default)" }),
		.field = FIELD_BOOL_OF(struct sip_ua, transport_udp, true),
		.example = "transport udp",
	},
	{
		.form = "transport tcp",
		.words = WORDS({ "transport", "SIP transports" }, { "tcp", "TCP (on by default)" }),
		.field = FIELD_BOOL_OF(struct sip_ua, transport_tcp, true),
		.example = "transport tcp",
	},
	KEPT_EXACT("transport tcp tls [LINE]", "transport tcp tls v1.2"),
	KEPT("protocol mode"),
	KEPT("registration spike"),
	KEPT("connection-reuse"),
	KEPT("xfer target"),
	KEPT("crypto signaling"),
	KEPT("host-registrar"),
	KEPT("handle-replaces"),
	KEPT("permit hostname"),
	KEPT("redirection"),
	KEPT("refer-ood enable"),
	KEPT("set"),
	KEPT("signaling forward"),
	KEPT("srv version"),
	KEPT("suspend-resume"),
	KEPT("dhcp interface"),
	KEPT("disable-early-media 180"),
	KEPT("g729-annexb override"),
	KEPT("inband-alerting"),
	KEPT("interop-handling"),
	KEPT("notify"),
	KEPT("rai target"),
	{
		.form = "localhost HOST$host [preferred$preferred]",
		.words = WORDS({ "localhost", "Name that stands for the local address" }, LOCALHOST_WORDS),
		.set = sip_ua_localhost_set, .unset = sip_ua_localhost_unset, .write = sip_ua_localhost_write,
		.example = "localhost dns:gw.example.com preferred",
	},
};
/* clang-format on */

static const void *
object(const struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return c->sip_ua;
}

static void *
edit(struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return conf_edit_sip_ua(c);
}

static struct kept_list *
kept(void *o)
{
	return &((struct sip_ua *)o)->kept;
}

const struct table sip_ua_table = { &mode_sip_ua, rows, COUNT(rows), object, edit, kept };
