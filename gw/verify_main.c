/* The process that checks one password. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef HAVE_PAM
#include <security/pam_appl.h>
#endif

#include "base/mem.h"
#include "gw/verify.h"
#include "gw/verify_internal.h"

enum { REQUEST_MAX = 16384, FIELDS = 4, GRACE_S = 5, NICE = 10 };

struct request {
	char kind;
	const char *against, *password, *line, *from;
};

/* Reads the claim; -1: it is none. */
static int
read_request(char *text, struct request *r)
{
	const char **const fields[FIELDS] = { &r->against, &r->password, &r->line, &r->from };
	size_t len = 0, at = 1;
	ssize_t n;

	while (len < REQUEST_MAX && (n = read(STDIN_FILENO, text + len, REQUEST_MAX - len)) > 0)
		len += (size_t)n;
	if (len == 0 || len == REQUEST_MAX)
		return -1;
	r->kind = text[0];
	for (size_t i = 0; i < FIELDS; i++) {
		const char *end = at < len ? memchr(text + at, '\0', len - at) : NULL;

		if (end == NULL)
			return -1;
		*fields[i] = text + at;
		at = (size_t)(end - text) + 1;
	}
	return at == len ? 0 : -1;
}

#ifdef HAVE_PAM

/* Hidden questions are answered with the password; there is nobody to read the rest, or to answer it. */
static int
converse(int n, const struct pam_message **messages, struct pam_response **responses, void *arg)
{
	struct pam_response *r;

	if (n <= 0 || n > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	r = calloc((size_t)n, sizeof *r);
	for (int i = 0; r != NULL && i < n; i++) {
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF) {
			r[i].resp = strdup(arg);
		} else if (messages[i]->msg_style == PAM_PROMPT_ECHO_ON) {
			for (int k = 0; k < i; k++)
				str_wipe_free(r[k].resp);
			free(r);
			return PAM_CONV_ERR;
		}
	}
	*responses = r;
	return r == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

/* Without a service file PAM would refuse everybody, and no other method would be tried. */
static bool
is_configured(const char *dir)
{
	static const char *const dirs[] = { "/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d" };
	bool there = false;

	for (size_t i = 0; i < COUNT(dirs); i++) {
		char *path = xasprintf("%s/gw", dir != NULL ? dir : dirs[i]);

		there |= access(path, R_OK) == 0;
		free(path);
	}
	return there;
}

static int
start(const char *dir, const char *user, const struct pam_conv *conversation, pam_handle_t **pam)
{
	if (dir == NULL)
		return pam_start("gw", user, conversation, pam);
#ifdef HAVE_PAM_START_CONFDIR
	return pam_start_confdir("gw", user, conversation, dir, pam);
#else
	return PAM_SYSTEM_ERR;
#endif
}

static int
ask_pam(const struct request *r, const char *dir)
{
	struct pam_conv conversation = { converse, (void *)(uintptr_t)r->password };
	pam_handle_t *pam = NULL;
	int rc;

	if (!is_configured(dir) || start(dir, r->against, &conversation, &pam) != PAM_SUCCESS)
		return LOGIN_ERROR;
	pam_set_item(pam, PAM_TTY, r->line);
	if (*r->from != '\0')
		pam_set_item(pam, PAM_RHOST, r->from);
	rc = pam_authenticate(pam, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
	if (rc == PAM_SUCCESS)
		rc = pam_acct_mgmt(pam, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
	pam_end(pam, rc);
	switch (rc) {
	case PAM_SUCCESS:
		return LOGIN_PROVED;
	case PAM_AUTH_ERR:
	case PAM_USER_UNKNOWN:
	case PAM_MAXTRIES:
	case PAM_PERM_DENIED:
	case PAM_ACCT_EXPIRED:
	case PAM_CRED_EXPIRED:
	case PAM_NEW_AUTHTOK_REQD:
	case PAM_AUTHTOK_EXPIRED:
		return LOGIN_REFUSED;
	default: /* no answer: a server that is away, a module that is missing */
		return LOGIN_ERROR;
	}
}

#else

static int
ask_pam(const struct request *r, const char *dir)
{
	(void)r, (void)dir;
	return LOGIN_ERROR;
}

#endif

void
verify_main(const char *pam_dir)
{
	static char text[REQUEST_MAX];
	struct login_claim claim = { 0 };
	struct request r = { 0 };
	int result = LOGIN_ERROR;

	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	prctl(PR_SET_DUMPABLE, 0);
	(void)setpriority(PRIO_PROCESS, 0, NICE); /* calls come first, however many guess */
	alarm(VERIFY_LIMIT_MS / 1000 + GRACE_S); /* should the gateway be gone */
	if (read_request(text, &r) == 0) {
		claim.password = r.password;
		claim.hash = r.kind == CLAIM_HASH ? r.against : NULL;
		claim.clear = r.kind == CLAIM_CLEAR ? r.against : NULL;
		if (r.kind == CLAIM_PAM)
			result = ask_pam(&r, pam_dir);
		else if (r.kind == CLAIM_HASH || r.kind == CLAIM_CLEAR || r.kind == CLAIM_NOBODY)
			result = login_prove(&claim);
	}
	mem_wipe(text, sizeof text);
	_exit(result == LOGIN_PROVED ? EXIT_PROVED : result == LOGIN_REFUSED ? EXIT_REFUSED : EXIT_ERROR);
}
