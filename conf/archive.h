/* archive.h - the `archive` section of IOS: where numbered copies of the configuration go, and what is
 * recorded of configuration lines. One frozen object of struct conf. */
#ifndef GW_CONF_ARCHIVE_H
#define GW_CONF_ARCHIVE_H

#include <stdbool.h>

#include "conf/kept.h"

enum { ARCHIVE_MAXIMUM = 10, ARCHIVE_LOG_SIZE = 100 }; /* defaults */

struct archive_conf {
	unsigned refs;
	char *path; /* as typed, with $h and $t; NULL: no archive */
	unsigned maximum; /* copies kept, 1-14 */
	unsigned time_period; /* minutes between copies; 0: none by itself */
	bool write_memory; /* a copy with each `write memory` */
	/* log config */
	bool log; /* logging enable */
	unsigned log_size; /* lines kept, 1-1000 */
	bool hidekeys;
	bool notify, notify_xml; /* notify syslog contenttype plaintext or xml */
	struct kept_list kept, log_kept; /* archive, and its log config */
};

struct archive_conf *archive_conf_new(void); /* one reference, the defaults */
struct archive_conf *archive_conf_copy(const struct archive_conf *);
void archive_conf_release(struct archive_conf *);
bool archive_conf_equal(const struct archive_conf *, const struct archive_conf *);
void archive_conf_reset_log(struct archive_conf *); /* `no log config` */

#endif
